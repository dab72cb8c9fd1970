"""Devices, their key chains and the numbers each key may sign, as the endpoint keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vpr_desktop.central.database import Asked, Session
from vpr_desktop.domain.batches import No, b64, no_text
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


def hold(session: Session, trust: int, device: str, now: int) -> HeldDevice:
    """A device whose keys nobody else changes before this transaction ends; a new one is known by its batches alone.

    The locks of streams do not keep two requests of two wards from meeting the same device at once.
    """
    session.run(
        "INSERT INTO device (trust, id, state, letter, last_an, since) VALUES (:t, :id, 'known', '', NULL, :now)"
        " ON CONFLICT (trust, id) DO UPDATE SET since = device.since",
        t=trust, id=device, now=now,
    )  # fmt: skip
    return load(session, trust, [device])[device]


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


def await_pushes(session: Session, trust: int) -> None:
    """Waits for pushes under way, and keeps others waiting: what is held of a PC can be counted, and stays so."""
    session.rows("SELECT n FROM stream WHERE trust = :t ORDER BY n" + session.for_update, t=trust)


def sealed_up_to(session: Session, trust: int, device: str) -> dict[str, No]:
    """The last batch number held of a PC in each stream."""
    last: dict[str, No] = {}
    for st, inc, no in session.rows(
        "SELECT s.id, b.inc, max(b.no) FROM stream s JOIN batch b ON b.st = s.n"
        " WHERE s.trust = :t AND b.dev = :d GROUP BY s.id, b.inc",
        d=device, t=trust,
    ):  # fmt: skip
        last[st] = max(last.get(st, (-1, 0)), (inc, no))
    return last


def end(session: Session, trust: int, device: str, n: int, state: str = "ended") -> None:
    """Ends or revokes a key: from now on it has signed what is held, and signs nothing more."""
    set_state(session, trust, device, n, state)
    for st, last in sealed_up_to(session, trust, device).items():
        set_range(session, trust, device, n, st, "last", last)


def hand_over(
    session: Session, trust: int, device: HeldDevice, before: HeldKey | None, after: HeldKey, last: Mapping[str, No],
    *, is_new: bool,
) -> None:  # fmt: skip
    """The key `before` ends with these last numbers, from which `after` goes on; an earlier end of it stands.

    What is held counts too where `after` is new, so that none of it is its own: a PC whose file was put back may not
    know of all that it sealed.
    """
    in_use = before is not None and before.state == "open"
    held = sealed_up_to(session, trust, device.id) if in_use and is_new else {}
    for st in sorted({*last, *held}):
        no = max(last.get(st, (-1, 0)), held.get(st, (-1, 0)))
        if before is not None and no > before.last.get(st, (-1, 0)):
            set_range(session, trust, device.id, before.n, st, "last", no)
        set_range(session, trust, device.id, after.n, st, "above", no)


def order_new_key(session: Session, device: str, key: bytes) -> None:
    """Has a PC be told to change this key, until it did."""
    session.run(
        "INSERT INTO meta (k, v) VALUES (:k, :v) ON CONFLICT (k) DO UPDATE SET v = :v", k=_order(device), v=b64(key)
    )


def asking_ordered(device: str, key: bytes) -> Asked:
    """What gives a row where this key of a PC is to be changed."""
    return "SELECT 1 FROM meta WHERE k = :k AND v = :v", {"k": _order(device), "v": b64(key)}


def _order(device: str) -> str:
    return f"key {device}"


def texts(bounds: Mapping[str, No], streams: set[str]) -> dict[str, str]:
    """Bounds as they are told, of these streams alone."""
    return {st: no_text(no) for st, no in sorted(bounds.items()) if st in streams}
