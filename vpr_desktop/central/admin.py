"""What an administrator does, by the command line on the endpoint's machine: trusts, wards, codes, devices, reviews.

Runs as the owner of the database, never as the application's role, and never over the network.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from typing import Any

from vpr_desktop.central import devices, enrolment
from vpr_desktop.central.database import Database, Session
from vpr_desktop.domain.batches import b64, stream_chain_start
from vpr_desktop.domain.device_keys import fingerprint
from vpr_desktop.domain.errors import NotFound, WrongUse
from vpr_desktop.domain.identity import stream_id


class NoSuchThing(NotFound):
    """A trust, ward or device that is not on this endpoint."""

    message = "That is not on this endpoint. Check the spelling."


def new_epoch() -> str:
    """A name for one lifetime of the database."""
    return secrets.token_urlsafe(12)


def init(database: Database, org_code: str, org_name: str, *, must_accept: bool = False) -> dict[str, Any]:
    """Makes the tables where they are missing, and one organisation."""
    database.create()
    code = org_code.strip().upper()
    with database.write() as session:
        if session.one("SELECT v FROM meta WHERE k = 'epoch'") is None:
            session.run("INSERT INTO meta (k, v) VALUES ('epoch', :v)", v=new_epoch())
        if session.one("SELECT n FROM trust WHERE org_code = :c", c=code):
            session.run("UPDATE trust SET must_accept = :m WHERE org_code = :c", m=must_accept, c=code)
        else:
            session.run(
                "INSERT INTO trust (org_code, org_name, must_accept) VALUES (:c, :n, :m)",
                c=code, n=org_name.strip(), m=must_accept,
            )  # fmt: skip
    return {"org_code": code, "must_accept": must_accept}


def trust_of(session: Session, org_code: str | None) -> tuple[int, str]:
    """The organisation meant: the one there is, or the one named. Raises KnownError."""
    rows = session.rows("SELECT n, org_code FROM trust ORDER BY n")
    if org_code is None and len(rows) > 1:
        raise WrongUse("There are several organisations here. Say which with --org-code.")
    for n, code in rows:
        if org_code is None or code == org_code.strip().upper():
            return n, code
    raise NoSuchThing()


def add_ward(database: Database, code: str, name: str, org_code: str | None = None) -> dict[str, Any]:
    """One more ward, which is one more stream. Asked again it changes the name alone."""
    ward = code.strip().upper()
    with database.write() as session:
        trust, org = trust_of(session, org_code)
        st = stream_id(org, ward)
        if session.run("UPDATE stream SET name = :n WHERE id = :id", n=name.strip(), id=st) == 0:
            epoch = session.one("SELECT v FROM meta WHERE k = 'epoch'")
            assert epoch is not None
            session.run(
                "INSERT INTO stream (trust, id, code, name, head, chain, epoch)"
                " VALUES (:t, :id, :code, :name, 0, :chain, :epoch)",
                t=trust, id=st, code=ward, name=name.strip(), chain=stream_chain_start(st), epoch=epoch[0],
            )  # fmt: skip
    return {"ward": ward, "stream": st}


def add_code(database: Database, wards: Sequence[str], org_code: str | None = None) -> dict[str, Any]:
    """A one-time code for these wards. It is shown once; only a hash of it is kept."""
    now = int(time.time())
    with database.write() as session:
        trust, _ = trust_of(session, org_code)
        streams = sorted({_ward(session, trust, ward) for ward in wards})
        live = session.rows("SELECT prefix FROM code WHERE expires >= :now", now=now)
        code = enrolment.new_code(row[0] for row in live)
        salt, expires = secrets.token_bytes(16), now + enrolment.HOURS * 3600
        session.run(
            "INSERT INTO code (trust, prefix, salt, hash, streams, expires, tries)"
            " VALUES (:t, :prefix, :salt, :hash, :streams, :expires, 0)",
            t=trust, prefix=code[: enrolment.PREFIX], salt=salt, hash=enrolment.code_hash(salt, code),
            streams=json.dumps(streams), expires=expires,
        )  # fmt: skip
    return {"code": code, "expires": moment(expires), "wards": [ward.strip().upper() for ward in wards]}


def _ward(session: Session, trust: int, code: str) -> int:
    row = session.one("SELECT n FROM stream WHERE trust = :t AND code = :c", t=trust, c=code.strip().upper())
    if row is None:
        raise NoSuchThing(f"There is no ward {code} on this endpoint. Add it first.")
    return int(row[0])


def list_devices(database: Database) -> list[dict[str, Any]]:
    """Every PC, with the fingerprint its screen shows."""
    with database.read() as session:
        rows = session.rows(
            "SELECT d.trust, d.id, d.state, d.letter, d.since, t.org_code FROM device d JOIN trust t ON t.n = d.trust"
            " ORDER BY t.org_code, d.since, d.id"
        )
        return [_told(session, row) for row in rows]


def _told(session: Session, row: Any) -> dict[str, Any]:
    trust, device, state, letter, since, org = row
    keys = devices.load(session, trust, [device])[device].keys
    wards = session.rows(
        "SELECT s.code FROM scope c JOIN stream s ON s.n = c.st WHERE c.device = :d AND c.ended_at IS NULL"
        " AND s.trust = :t ORDER BY s.code",
        d=device, t=trust,
    )  # fmt: skip
    return {
        "device": device, "org_code": org, "state": state, "letter": letter, "since": moment(since),
        "wards": [ward[0] for ward in wards], "fingerprint": fingerprint(keys[-1].key) if keys else "",
    }  # fmt: skip


def _device(session: Session, device: str, org_code: str | None) -> tuple[int, str]:
    """Organisation and state of a PC; where several organisations know it, as the one named does. Raises KnownError."""
    rows = session.rows(
        "SELECT d.trust, d.state, t.org_code FROM device d JOIN trust t ON t.n = d.trust WHERE d.id = :id"
        " ORDER BY t.org_code",
        id=_id(device),
    )
    meant = [row for row in rows if org_code is None or row[2] == org_code.strip().upper()]
    if not meant:
        of = f" of {org_code}" if org_code is not None else ""
        raise NoSuchThing(f"There is no PC {device}{of} on this endpoint.")
    if len(meant) > 1:
        raise WrongUse(f"{' and '.join(row[2] for row in meant)} know that PC. Say which is meant with --org-code.")
    return int(meant[0][0]), str(meant[0][1])


def _is_free(session: Session, trust: int, device: str) -> None:
    """Whether no other organisation has a PC. Raises WrongUse."""
    row = session.one(
        "SELECT t.org_code FROM device d JOIN trust t ON t.n = d.trust"
        " WHERE d.id = :id AND d.trust <> :t AND d.state <> 'known'",
        id=device, t=trust,
    )  # fmt: skip
    if row is not None:
        raise WrongUse(f"That PC is one of {row[0]}, and a PC belongs to one organisation.")


def _id(text: str) -> str:
    import uuid

    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise NoSuchThing(f"{text} is no identity of a PC.") from error


def revoke(database: Database, device: str, org_code: str | None = None) -> dict[str, Any]:
    """Withdraws a PC: from the next request on, on every process, nothing of it is taken and nothing given.

    The codes it used end with it: only a new one lets it join again.
    """
    with database.write() as session:
        trust, _ = _device(session, device, org_code)
        known = _id(device)
        devices.await_pushes(session, trust)
        session.run("UPDATE device SET state = 'revoked' WHERE trust = :t AND id = :id", t=trust, id=known)
        session.run("UPDATE code SET expires = 0 WHERE trust = :t AND used_by = :id", t=trust, id=known)
        for key in devices.load(session, trust, [known])[known].keys:
            if key.state == "open":
                devices.end(session, trust, known, key.n, "revoked")
    return {"device": known, "state": "revoked"}


def new_key(database: Database, device: str, org_code: str | None = None) -> dict[str, Any]:
    """Asks a PC to change its key: it does so by itself once nothing waits there, at most once a day."""
    with database.write() as session:
        trust, state = _device(session, device, org_code)
        known = _id(device)
        if state != "active":
            raise WrongUse(
                "That PC is not at work. A new code gives it a new key."
                if state == "revoked"
                else "That PC was not accepted yet."
            )
        held = devices.load(session, trust, [known])[known].keys[-1]
        devices.order_new_key(session, known, held.key)
    return {"device": known, "fingerprint": fingerprint(held.key)}


def accept(database: Database, device: str, org_code: str | None = None) -> dict[str, Any]:
    """Accepts a PC that waits, or one known by its batches alone; the marks its entries had for that are settled."""
    now = int(time.time())
    with database.write() as session:
        trust, state = _device(session, device, org_code)
        known = _id(device)
        if state == "revoked":
            raise WrongUse("That PC was withdrawn. Give it a new code.")
        if state == "known":
            _is_free(session, trust, known)
            session.run(
                "INSERT INTO scope (trust, device, st, ended_at)"
                " SELECT DISTINCT trust, dev, st, CAST(NULL AS BIGINT) FROM batch WHERE dev = :d AND trust = :t",
                d=known, t=trust,
            )  # fmt: skip
            newest = devices.load(session, trust, [known])[known].keys[-1]
            devices.set_state(session, trust, known, newest.n, "open")
        session.run("UPDATE device SET state = 'active' WHERE trust = :t AND id = :id", t=trust, id=known)
        settled = session.run(
            "UPDATE review SET settled_at = :now WHERE dev = :d AND trust = :t AND settled_at IS NULL"
            " AND code = 'device-not-accepted'",
            now=now, d=known, t=trust,
        )  # fmt: skip
        letter = enrolment.give_letter(session, trust, known)
    return {"device": known, "state": "active", "letter": letter, "settled": settled}


def end_scope(database: Database, device: str, ward: str, org_code: str | None = None) -> dict[str, Any]:
    """Takes a ward from a PC: it may still send what it wrote, and reads nothing more of it."""
    with database.write() as session:
        trust, _ = _device(session, device, org_code)
        st = _ward(session, trust, ward)
        session.run(
            "UPDATE scope SET ended_at = :now WHERE device = :d AND st = :st AND ended_at IS NULL",
            now=int(time.time()), d=_id(device), st=st,
        )  # fmt: skip
    return {"device": _id(device), "ward": ward.strip().upper()}


def review(database: Database, settle: Sequence[int] = ()) -> dict[str, Any]:
    """What a person should look at: entries, alarms, quarantine, PCs known by their batches alone."""
    with database.write() as session:
        for n in settle:
            if session.one("SELECT n FROM review WHERE n = :n", n=n) is None:
                raise NoSuchThing(f"There is no mark {n}. Its number stands first in the line.")
            session.run(
                "UPDATE review SET settled_at = :now WHERE n = :n AND settled_at IS NULL", now=int(time.time()), n=n
            )
        rows = session.rows(
            "SELECT r.n, r.kind, r.code, t.org_code, s.code, r.op_id, r.batch_id, r.dev, r.at FROM review r"
            " JOIN stream s ON s.n = r.st JOIN trust t ON t.n = r.trust WHERE r.settled_at IS NULL ORDER BY r.n"
        )
        names = ("n", "kind", "code", "org_code", "ward", "op", "batch", "device", "at")
        marks = [dict(zip(names, row, strict=True)) | {"at": moment(row[8])} for row in rows]
        waiting = session.rows(
            "SELECT t.org_code, s.code, b.id, b.dev, q.hash, q.problem, q.at FROM quarantine q"
            " JOIN stream s ON s.n = q.st JOIN trust t ON t.n = q.trust JOIN batch b ON b.n = q.batch"
            " ORDER BY q.at, q.batch, q.pos"
        )
        known = session.rows(
            "SELECT d.id, t.org_code FROM device d JOIN trust t ON t.n = d.trust"
            " WHERE d.state IN ('known', 'waiting') ORDER BY d.id, t.org_code"
        )
    return {
        "review": [mark for mark in marks if mark["kind"] == "review"],
        "alarms": [mark for mark in marks if mark["kind"] == "alarm"],
        "quarantine": [
            {"org_code": o, "ward": w, "batch": b, "device": d, "hash": b64(bytes(h)), "code": p, "at": moment(at)}
            for o, w, b, d, h, p, at in waiting
        ],
        "not_accepted": [{"device": device, "org_code": org} for device, org in known],
    }


def restore_epoch(database: Database) -> dict[str, Any]:
    """Names a new epoch: to be run after the database was restored, so that every PC offers again what it holds."""
    epoch = new_epoch()
    with database.write() as session:
        session.run("UPDATE meta SET v = :v WHERE k = 'epoch'", v=epoch)
        streams = session.run("UPDATE stream SET epoch = :v", v=epoch)
    return {"epoch": epoch, "streams": streams}


def heads(database: Database) -> dict[str, Any]:
    """All heads and the withdrawn PCs: the daily list to keep where the endpoint's operator cannot edit it."""
    with database.read() as session:
        rows = session.rows(
            "SELECT t.org_code, s.code, s.id, s.head, s.chain, s.epoch FROM stream s JOIN trust t ON t.n = s.trust"
            " ORDER BY t.org_code, s.code"
        )
        revoked = session.rows("SELECT id FROM device WHERE state = 'revoked' ORDER BY id")
    names = ("org_code", "ward", "stream", "head", "chain", "epoch")
    told = [dict(zip(names, (*row[:4], b64(bytes(row[4])), row[5]), strict=True)) for row in rows]
    return {"at": moment(int(time.time())), "heads": told, "revoked": [row[0] for row in revoked]}


def moment(seconds: int) -> str:
    """A time as people and programs read it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
