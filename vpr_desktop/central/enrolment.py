"""Enrolment by a one-time code, and the change of a device's key. Both prove the keys before anything is kept."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy.exc import IntegrityError

from vpr_desktop.central import auth, devices
from vpr_desktop.central.auth import Caller, Message
from vpr_desktop.central.database import Database, Session
from vpr_desktop.central.devices import HeldDevice, HeldKey
from vpr_desktop.central.refusals import Refused
from vpr_desktop.domain.batches import No, read_no, unb64
from vpr_desktop.domain.device_keys import NotAChain, key_message, read_chain
from vpr_desktop.domain.references import CROCKFORD
from vpr_desktop.sync.protocol import VERSION, Enrol, Enrolled, KeyLink, Rotate, Scope, TrustKey

CODE_LENGTH = 10
PREFIX = 3  # which code is meant; the rest is the secret
TRIES = 5
HOURS = 24


def code_hash(salt: bytes, code: str) -> bytes:
    """What is kept of a code."""
    return hashlib.scrypt(code.encode(), salt=salt, n=2**12, r=8, p=1, dklen=32)


def new_code(taken: Iterable[str]) -> str:
    """A code whose beginning no other live code has."""
    used = set(taken)
    while True:
        code = "".join(secrets.choice(CROCKFORD) for _ in range(CODE_LENGTH))
        if code[:PREFIX] not in used:
            return code


Chain = list[tuple[bytes, bytes]]  # keys with the signature of the one before, the newest last


def prove(message: Message, asked: Enrol) -> tuple[Chain, str]:
    """The keys of a device that asks to join, which prove each other and the request, and its nonce. Raises Refused."""
    chain = _chain(asked.dev, asked.keys)
    if auth.device_named(message) != asked.dev:
        raise Refused("bad-signature")
    return chain, auth.verify(message, asked.dev, chain[-1][0])


def enrol(database: Database, asked: Enrol, proven: tuple[Chain, str], now: int) -> Enrolled:
    """Joins a device to the wards of a code. Raises Refused."""
    chain, nonce = proven
    newest = chain[-1][0]
    with database.write() as session:
        trust, code_n, streams = _use_code(session, asked, newest, now)
        if trust is not None:
            auth.once(session, Caller(trust, asked.dev, newest, nonce), now)
            return _join(session, trust, code_n, streams, asked, chain, now)
    raise Refused("bad-code")  # outside the block: the count of tries is kept


def _chain(dev: str, links: Sequence[KeyLink]) -> Chain:
    listed = [links[0].key, *([link.key, link.sig] for link in links[1:])]
    try:
        return read_chain(dev, listed, auth.holds)
    except NotAChain as error:
        raise Refused("unreadable-body", "the keys do not prove each other") from error


def _use_code(session: Session, asked: Enrol, key: bytes, now: int) -> tuple[int | None, int, list[int]]:
    """Trust, number and streams of a good code; no trust where it is wrong, with the try counted.

    Raises Refused where it is for none of the device's wards: it would fetch what its people may not read.
    """
    code, device = asked.code, asked.dev
    if session.is_postgres:
        found = session.one("SELECT vpr_trust_of_code(:p)", p=code[:PREFIX])
        if found is None or found[0] is None:
            return None, 0, []
        session.act_for(int(found[0]))
    row = session.one(
        "SELECT n, trust, salt, hash, streams, expires, tries, used_by, used_key FROM code WHERE prefix = :p"
        " ORDER BY n DESC LIMIT 1" + session.for_update,
        p=code[:PREFIX],
    )
    if row is None or row[5] < now or row[6] >= TRIES:
        return None, 0, []
    if not hmac.compare_digest(code_hash(bytes(row[2]), code), bytes(row[3])):
        session.run("UPDATE code SET tries = tries + 1 WHERE n = :n", n=row[0])
        return None, 0, []
    if row[7] is not None and (
        row[7] != device or bytes(row[8]) != key or not _is_welcome(session, row[1], device, key)
    ):
        return None, 0, []
    gives = [] if row[7] is not None else json.loads(row[4])  # a repeat gives no ward back that was taken since
    if gives and asked.wards and not _has_any(session, gives, asked.wards):
        raise Refused("other-ward")
    session.run("UPDATE code SET used_by = :device, used_key = :key WHERE n = :n", device=device, key=key, n=row[0])
    return row[1], row[0], gives


def _has_any(session: Session, streams: list[int], wards: Sequence[str]) -> bool:
    found = session.rows("SELECT id FROM stream WHERE n IN :ns", ns=streams)
    return any(str(row[0]) in wards for row in found)


def _is_welcome(session: Session, trust: int, device: str, key: bytes) -> bool:
    """Whether a used code may be answered once more: a PC that did not hear the answer asks again, and no other.

    One that was withdrawn needs a new code from an administrator, and a key that was replaced since ends no newer one.
    """
    held = devices.load(session, trust, [device]).get(device)
    return held is not None and held.state in ("active", "waiting") and held.keys[-1].key == key


def _join(
    session: Session, trust: int, code_n: int, streams: list[int], asked: Enrol, chain: Chain, now: int
) -> Enrolled:
    assert code_n
    devices.await_pushes(session, trust)  # letters are given one at a time, too
    row = session.one("SELECT org_code, org_name, must_accept FROM trust WHERE n = :t", t=trust)
    assert row is not None
    state = "waiting" if row[2] else "active"
    held = devices.hold(session, trust, asked.dev, now)
    if held.state in ("active", "waiting") and held.keys[-1].key == chain[-1][0]:  # it asks once more
        state = held.state
    else:
        _set_device_state(session, trust, asked.dev, state)
    _take_keys(session, trust, held, asked.keys, chain)
    for st in streams:
        session.run(
            "INSERT INTO scope (trust, device, st, ended_at) VALUES (:t, :device, :st, NULL)"
            " ON CONFLICT (device, st) DO UPDATE SET ended_at = NULL",
            t=trust, device=asked.dev, st=st,
        )  # fmt: skip
    letter = give_letter(session, trust, asked.dev)
    return Enrolled(
        VERSION, asked.dev, state, letter, row[0], row[1], scopes_of(session, asked.dev), _trust_keys(session, trust)
    )


def _set_device_state(session: Session, trust: int, device: str, state: str) -> None:
    try:
        session.run("UPDATE device SET state = :state WHERE trust = :t AND id = :id", state=state, t=trust, id=device)
    except IntegrityError as error:
        raise Refused("key-in-use") from error


def _take_keys(session: Session, trust: int, held: HeldDevice, links: Sequence[KeyLink], chain: Chain) -> None:
    """Adds the keys of a chain that are not held; the newest is open, all others are not.

    A key that was changed or withdrawn since is never opened again: a PC whose file was put back, or that did not hear
    of it, comes with one more. Raises Refused.
    """
    by_key = {key.key: key for key in held.keys}
    newest_held = by_key.get(chain[-1][0])
    if newest_held is not None and (newest_held is not held.keys[-1] or newest_held.state == "revoked"):
        raise Refused("bad-signature", "the key was changed or withdrawn since")
    before: HeldKey | None = None
    for place, (key, sig) in enumerate(chain):
        newest = place == len(chain) - 1
        known = by_key.get(key)
        is_new = known is None
        if known is None:
            n = len(held.keys) + 1
            state = "open" if newest else "ended"
            known = devices.add_key(session, trust, held.id, n, key, before.n if before else None, sig, state)
            held.keys.append(known)
        elif newest and known.state != "open":
            devices.set_state(session, trust, held.id, known.n, "open")
        if before is not None and before.state != "revoked" and (is_new or before.state == "open"):
            devices.hand_over(session, trust, held, before, known, _last(links[place - 1].last), is_new=is_new)
        if before is not None and before.state == "open":
            devices.set_state(session, trust, held.id, before.n, "ended")
        before = known
    for key_held in held.keys:
        if key_held.state == "open" and key_held is not before and key_held.key not in {key for key, _ in chain}:
            devices.end(session, trust, held.id, key_held.n)


def _last(last: dict[str, str]) -> dict[str, No]:
    try:
        return {st: read_no(no) for st, no in last.items()}
    except ValueError as error:
        raise Refused("unreadable-body", "a number is too large") from error


def give_letter(session: Session, trust: int, device: str) -> str:
    """The device's letter: its own while it is free in all its wards, else the first free one."""
    used = {
        row[0]
        for row in session.rows(
            "SELECT DISTINCT d.letter FROM device d JOIN scope o ON o.device = d.id"
            " WHERE d.trust = :t AND d.id <> :id"
            " AND o.st IN (SELECT st FROM scope WHERE device = :id AND ended_at IS NULL)",
            t=trust, id=device,
        )
    }  # fmt: skip
    row = session.one("SELECT letter FROM device WHERE trust = :t AND id = :id", t=trust, id=device)
    own = row[0] if row else ""
    if own and own not in used:
        return str(own)
    letter = next(letter for letter in _letters() if letter not in used)
    session.run("UPDATE device SET letter = :l WHERE trust = :t AND id = :id", l=letter, t=trust, id=device)
    return letter


def _letters() -> Iterable[str]:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    yield from alphabet
    for first in alphabet:  # AA to ZZ without the doubled ones, which a restored PC gives itself
        yield from (first + second for second in alphabet if second != first)


def scopes_of(session: Session, device: str) -> list[Scope]:
    """The wards a device may use, by code, whatever order the language of the database has."""
    rows = session.rows(
        "SELECT s.id, s.code, s.name, s.epoch FROM scope c JOIN stream s ON s.n = c.st"
        " WHERE c.device = :device AND c.ended_at IS NULL",
        device=device,
    )
    return sorted((Scope(*row) for row in rows), key=lambda scope: scope.code)


def _trust_keys(session: Session, trust: int) -> list[TrustKey]:
    rows = session.rows("SELECT use, key FROM trust_key WHERE trust = :t ORDER BY use", t=trust)
    return [TrustKey(*row) for row in rows]


def rotate(session: Session, caller: Caller, asked: Rotate, now: int) -> None:
    """The device's new key, signed by the one in use. Asking again changes nothing."""
    session.act_for(caller.trust)
    held = devices.hold(session, caller.trust, caller.device, now)
    if held.state != "active":  # a withdrawal holds from the moment it was made
        raise Refused("device-revoked")
    key, sig = unb64_or_refuse(asked.key, 32), unb64_or_refuse(asked.sig, 64)
    current = max(held.keys, key=lambda one: (one.state != "ended", one.n))  # the one in use, as for requests
    if current.key == key and current.sig == sig:
        return
    auth.once(session, caller, now)
    known = next((known for known in held.keys if known.key == key), None)
    if known is not None and (known.state, known.signer) != ("ended", current.n):
        raise Refused("key-in-use")
    if not auth.holds(current.key, sig, key_message(caller.device, key)):
        raise Refused("unreadable-body", "the new key is not signed by the one in use")
    after = known or devices.add_key(
        session, caller.trust, caller.device, held.keys[-1].n + 1, key, current.n, sig, "open"
    )  # after a restore others may have told of it
    devices.set_state(session, caller.trust, caller.device, after.n, "open")
    devices.set_state(session, caller.trust, caller.device, current.n, "ended")
    devices.hand_over(session, caller.trust, held, current, after, _last(asked.last), is_new=known is None)


def unb64_or_refuse(text: str, length: int) -> bytes:
    """The bytes of a base64url text. Raises Refused."""
    try:
        return unb64(text, length)
    except ValueError as error:
        raise Refused("unreadable-body") from error
