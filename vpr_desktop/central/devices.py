"""Devices, their key chains and the numbers each key may sign, as the endpoint keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vpr_desktop.central.database import Asked, Session
from vpr_desktop.domain.batches import No, no_text
from vpr_desktop.domain.device_keys import DeviceKey


@dataclass(slots=True)
class HeldKey:
    """One key of a device with what it may sign; `state` is open, ended or revoked."""

    n: int
    key: bytes
    signer: int | None
    sig: bytes
    state: str
    above: dict[str, No]
    last: dict[str, No]

    def may_sign(self, st: str, no: No) -> bool:
        """Whether this key may sign the batch of this number."""
        return DeviceKey(self.key, self.above, self.last, self.state == "open").may_sign(st, no)


@dataclass(slots=True)
class HeldDevice:
    """A device of one trust; `state` is active, waiting, revoked, or known by its batches alone."""

    id: str
    state: str
    keys: list[HeldKey]


def load(session: Session, trust: int, ids: Sequence[str]) -> dict[str, HeldDevice]:
    """Those of these devices that the trust knows."""
    if not ids:
        return {}
    return held_in(*session.together(*asking(trust, ids)))


def asking(trust: int, ids: Sequence[str]) -> list[Asked]:
    """What reads some devices, their keys, and the ranges of these."""
    values = {"t": trust, "ids": list(ids)}
    return [
        (f"SELECT {columns} WHERE trust = :t AND {name} IN :ids{order}", values)
        for columns, name, order in (
            ("id, state FROM device", "id", ""),
            ("device, n, key, signer, sig, state FROM device_key", "device", " ORDER BY n"),
            ("device, n, st, above_inc, above_no, last_inc, last_no FROM key_range", "device", ""),
        )
    ]


def held_in(rows: Sequence[Any], key_rows: Sequence[Any], ranges: Sequence[Any]) -> dict[str, HeldDevice]:
    """Reads what `asking` gave."""
    found = {row[0]: HeldDevice(row[0], row[1], []) for row in rows}
    keys: dict[tuple[str, int], HeldKey] = {}
    for device, n, key, signer, sig, state in key_rows:
        keys[device, n] = HeldKey(n, bytes(key), signer, bytes(sig), state, {}, {})
        found[device].keys.append(keys[device, n])
    for device, n, st, above_inc, above_no, last_inc, last_no in ranges:
        if above_inc is not None:
            keys[device, n].above[st] = (above_inc, above_no)
        if last_inc is not None:
            keys[device, n].last[st] = (last_inc, last_no)
    return found


def add_device(session: Session, trust: int, device: str, state: str, letter: str, now: int) -> None:
    """A device that was not known."""
    session.run(
        "INSERT INTO device (trust, id, state, letter, last_an, since) VALUES (:t, :id, :state, :letter, NULL, :now)",
        t=trust, id=device, state=state, letter=letter, now=now,
    )  # fmt: skip


def add_key(
    session: Session, trust: int, device: str, n: int, key: bytes, signer: int | None, sig: bytes, state: str
) -> HeldKey:
    """One more key of a device."""
    session.run(
        "INSERT INTO device_key (trust, device, n, key, signer, sig, state)"
        " VALUES (:t, :device, :n, :key, :signer, :sig, :state)",
        t=trust, device=device, n=n, key=key, signer=signer, sig=sig, state=state,
    )  # fmt: skip
    return HeldKey(n, key, signer, sig, state, {}, {})


def set_state(session: Session, trust: int, device: str, n: int, state: str) -> None:
    """Opens, ends or revokes a key."""
    session.run(
        "UPDATE device_key SET state = :state WHERE trust = :t AND device = :device AND n = :n",
        state=state, t=trust, device=device, n=n,
    )  # fmt: skip


def set_range(session: Session, trust: int, device: str, n: int, st: str, bound: str, no: No) -> None:
    """Sets one bound, `above` or `last`, of what a key may sign in a stream."""
    assert bound in ("above", "last")
    session.run(
        f"INSERT INTO key_range (trust, device, n, st, {bound}_inc, {bound}_no)"
        " VALUES (:t, :device, :n, :st, :inc, :no)"
        f" ON CONFLICT (trust, device, n, st) DO UPDATE SET {bound}_inc = :inc, {bound}_no = :no",
        t=trust, device=device, n=n, st=st, inc=no[0], no=no[1],
    )  # fmt: skip


def hand_over(
    session: Session, trust: int, device: HeldDevice, before: HeldKey | None, after: HeldKey, last: Mapping[str, No]
) -> None:
    """The key `before` ends with these last numbers, from which `after` goes on."""
    for st, no in last.items():
        if before is not None:
            set_range(session, trust, device.id, before.n, st, "last", no)
        set_range(session, trust, device.id, after.n, st, "above", no)


def texts(bounds: Mapping[str, No], streams: set[str]) -> dict[str, str]:
    """Bounds as they are told, of these streams alone."""
    return {st: no_text(no) for st, no in sorted(bounds.items()) if st in streams}
