"""Stores a push under the lock of its stream's row: numbers without a gap, every op once, each line answered.

Look-ups of what is held come after the lock. The batch row is the idempotency table and is kept for ever.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy.exc import IntegrityError

from vpr_desktop.central import auth, devices, erasing, people, postgres, prepare, standing
from vpr_desktop.central.auth import Caller
from vpr_desktop.central.database import Database, Session
from vpr_desktop.central.judge import Entry, read
from vpr_desktop.central.people import Author
from vpr_desktop.central.prepare import Prepared
from vpr_desktop.central.refusals import Refused
from vpr_desktop.central.scopes import Stream, stream_of
from vpr_desktop.domain.batches import Batch, b64, header_line
from vpr_desktop.domain.ops import chain_next
from vpr_desktop.sync.protocol import Anchor, BatchAnswer, PushAnswer, problem

INSERT_SQLITE = "INSERT INTO op (trust, st, seq, op_id, hash, raw, batch, pos, et, ei) VALUES (?,?,?,?,?,?,?,?,?,?)"


class Push:
    """One push, in one transaction."""

    def __init__(self, session: Session, caller: Caller, stream: Stream, now: int) -> None:
        self.session = session
        self.caller = caller
        self.stream = stream
        self.now = now
        self.known: dict[str, Author] = people.authors(session, stream.n)
        self.first_head = stream.head

    def take(self, made: Prepared) -> BatchAnswer:
        """Stores what a batch brings that is not held, and says how every line stands."""
        header = made.batch.header
        if made.problem is None and self.stream.ended and header.dev != self.caller.device:
            made.problem = problem("not-in-scope")
        if made.problem is not None:
            return BatchAnswer(header.id, problem=made.problem)
        row = self.session.one(
            "SELECT n, digest FROM batch WHERE st = :st AND id = :id", st=self.stream.n, id=header.id
        )
        if row is not None and bytes(row[1]) != made.digest:
            self._alarm("batch-differs", made)
            return BatchAnswer(header.id, problem=problem("batch-differs"))
        self._keep_keys(made)
        number = row[0] if row is not None else self._add_batch(made)
        self._judge(made)
        first = self.stream.head + 1
        stored = self._store(made, number, is_new=row is None)
        if len(stored) == header.n and not any(entry.review for entry in stored):
            return BatchAnswer(header.id, first=first, stored=header.n)  # the usual case needs no look-up
        return standing.answer(self.session, self.stream.n, number, made)

    def _keep_keys(self, made: Prepared) -> None:
        """Keeps a chain that came along, and lets the range of the key that signed grow to this batch."""
        header, trust = made.batch.header, self.caller.trust
        held = devices.load(self.session, trust, [header.dev]).get(header.dev) if made.review else None
        if made.chain:
            if held is None:
                devices.add_device(self.session, trust, header.dev, "known", "", self.now)
                held = devices.HeldDevice(header.dev, "known", [])
            by_key = {key.key: key for key in held.keys}
            before = None
            for key, sig in made.chain:
                if key not in by_key:
                    n = len(held.keys) + 1
                    by_key[key] = devices.add_key(self.session, trust, header.dev, n, key, before, sig, "ended")
                    held.keys.append(by_key[key])
                before = by_key[key].n
        if held is None:
            return
        (signer,) = (key for key in held.keys if key.key == made.key)
        if signer.may_sign(header.st, header.no):
            return
        if header.no <= signer.above.get(header.st, (-1, 0)):
            below = (header.no[0], header.no[1] - 1)
            devices.set_range(self.session, trust, header.dev, signer.n, header.st, "above", below)
        if signer.state != "open" and header.no > signer.last.get(header.st, (-1, 0)):
            devices.set_range(self.session, trust, header.dev, signer.n, header.st, "last", header.no)

    def _add_batch(self, made: Prepared) -> int:
        header = made.batch.header
        doubled = self.session.one(
            "SELECT 1 FROM batch WHERE st = :st AND dev = :dev AND"
            " ((inc = :inc AND no = :no) OR (prev = :prev AND prev <> '')) LIMIT 1",
            st=self.stream.n, dev=header.dev, inc=header.no[0], no=header.no[1], prev=header.prev,
        )  # fmt: skip
        if doubled is not None:
            self._alarm("copied-file", made)
        row = self.session.one(
            "INSERT INTO batch (trust, st, id, dev, inc, no, prev, header, digest, hashes, received_at)"
            " VALUES (:t, :st, :id, :dev, :inc, :no, :prev, :header, :digest, :hashes, :now) RETURNING n",
            t=self.caller.trust, st=self.stream.n, id=header.id, dev=header.dev, inc=header.no[0], no=header.no[1],
            prev=header.prev, header=header_line(header), digest=made.digest, hashes=b"".join(made.batch.hashes),
            now=self.now,
        )  # fmt: skip
        assert row is not None
        return int(row[0])

    def _judge(self, made: Prepared) -> None:
        """What only the stream can tell: rights of authors, and whether an erasing op may take effect."""
        whole = "left-scope" if self.stream.ended else made.review
        for entry in made.entries:
            if entry.op is None:
                continue
            entry.review = whole or entry.review or people.review_of(entry.op, self.known)
            if "er" in entry.op:
                entry.quarantined = erasing.why_not(self.session, self.stream.n, entry, self.known, made.entries)
                if entry.quarantined is None and whole:
                    entry.quarantined = whole

    def _store(self, made: Prepared, number: int, is_new: bool) -> list[Entry]:
        """Inserts what is not held. Most pushes hold nothing that is: so insert first, look up where it fails."""
        wanted = [e for e in made.entries if e.op is not None and e.quarantined is None]
        stored = wanted
        if not (is_new and self._try_insert(number, wanted)):
            stored = self._not_held(wanted)
            if not self._try_insert(number, stored):
                raise Refused("busy", retry_after=1)
        self._advance(stored)
        self._quarantine(number, [e for e in made.entries if e.quarantined is not None])
        self._mark(made.batch, stored)
        self._after(stored)
        return stored

    def _try_insert(self, number: int, wanted: list[Entry]) -> bool:
        if not wanted:
            return True
        place = (self.caller.trust, self.stream.n)
        rows = [
            (*place, seq, e.op["op"], e.hash, e.raw, number, e.pos, e.op["et"], e.op["ei"])
            for seq, e in enumerate(wanted, self.stream.head + 1)
            if e.op is not None
        ]
        try:
            with self.session.connection.begin_nested():
                if self.session.is_postgres:
                    postgres.copy_ops(self.session.connection, rows)
                else:
                    self.session.connection.exec_driver_sql(INSERT_SQLITE, rows)
        except IntegrityError:
            return False
        except Exception as error:
            if getattr(error, "sqlstate", "") != "23505":  # the copy is the driver's own, not wrapped
                raise
            return False
        return True

    def _not_held(self, wanted: list[Entry]) -> list[Entry]:
        """Those whose identity is not held; one held with another hash is refused, and the trust told."""
        ids = [e.op["op"] for e in wanted if e.op is not None]
        held: dict[str, bytes] = {}
        if ids:
            rows = self.session.rows(
                "SELECT op_id, hash FROM op_seen WHERE st = :st AND op_id IN :ids", st=self.stream.n, ids=ids
            )
            held = {row[0]: bytes(row[1]) for row in rows}
        new = []
        for entry in wanted:
            assert entry.op is not None
            op_id = entry.op["op"]
            if op_id not in held:
                held[op_id] = entry.hash
                new.append(entry)
            elif held[op_id] != entry.hash:
                entry.refused = "op-differs"
                self._note("alarm", "op-differs", entry.op["dev"], op_id=op_id)
        return new

    def _advance(self, stored: list[Entry]) -> None:
        for entry in stored:
            self.stream.chain = chain_next(self.stream.chain, entry.hash)
        self.stream.head += len(stored)

    def _quarantine(self, number: int, entries: list[Entry]) -> None:
        for entry in entries:
            self.session.run(
                "INSERT INTO quarantine (trust, st, batch, pos, hash, raw, problem, at)"
                " VALUES (:t, :st, :batch, :pos, :hash, :raw, :problem, :now)"
                " ON CONFLICT (batch, hash) DO NOTHING",
                t=self.caller.trust, st=self.stream.n, batch=number, pos=entry.pos, hash=entry.hash, raw=entry.raw,
                problem=entry.quarantined, now=self.now,
            )  # fmt: skip

    def _mark(self, batch: Batch, stored: list[Entry]) -> None:
        """Review marks, and what was in quarantine and now is in the stream."""
        for entry in stored:
            if entry.review is not None and entry.op is not None:
                self._note("review", entry.review, batch.header.dev, op_id=entry.op["op"], batch_id=batch.header.id)
        hashes = [entry.hash for entry in stored]
        if hashes and self.session.one("SELECT 1 FROM quarantine WHERE st = :st LIMIT 1", st=self.stream.n):
            self.session.run("DELETE FROM quarantine WHERE st = :st AND hash IN :h", st=self.stream.n, h=hashes)

    def _after(self, stored: list[Entry]) -> None:
        """Erases what stored erasing ops name; folds people anew, and judges again who then may erase."""
        for entry in stored:
            if entry.op is not None and "er" in entry.op:
                erasing.erase(self.session, self.caller.trust, self.stream.n, entry)
        changed = {e.op["ei"] for e in stored if e.op is not None and e.op["et"] == "user"}
        if not changed:
            return
        for entity in sorted(changed):
            people.refold(self.session, self.caller.trust, self.stream.n, entity)
        self.known = people.authors(self.session, self.stream.n)
        self._judge_again()

    def _judge_again(self) -> None:
        """An erasing op may have come before the op that made its author entitled."""
        rows = self.session.rows(
            "SELECT batch, pos, hash, raw FROM quarantine WHERE st = :st AND problem = 'erase-not-entitled'",
            st=self.stream.n,
        )
        for batch, pos, hashed, raw in rows:
            entry = Entry(pos, bytes(hashed), bytes(raw), read(bytes(raw)))
            if erasing.why_not(self.session, self.stream.n, entry, self.known, ()) is None:
                if self._not_held([entry]) and self._try_insert(batch, [entry]):
                    self._advance([entry])
                    erasing.erase(self.session, self.caller.trust, self.stream.n, entry)
                self.session.run("DELETE FROM quarantine WHERE batch = :b AND hash = :h", b=batch, h=bytes(hashed))

    def _alarm(self, code: str, made: Prepared) -> None:
        self._note("alarm", code, made.batch.header.dev, batch_id=made.batch.header.id)

    def _note(self, kind: str, code: str, dev: str, op_id: str | None = None, batch_id: str | None = None) -> None:
        self.session.run(
            "INSERT INTO review (trust, st, kind, code, op_id, batch_id, dev, at, settled_at)"
            " VALUES (:t, :st, :kind, :code, :op, :batch, :dev, :now, NULL)",
            t=self.caller.trust, st=self.stream.n, kind=kind, code=code, op=op_id, batch=batch_id, dev=dev,
            now=self.now,
        )  # fmt: skip

    def finish(self) -> None:
        """Writes where the stream now stands, and who pushed what."""
        if self.stream.head == self.first_head:
            return
        self.session.run(
            "UPDATE stream SET head = :head, chain = :chain WHERE n = :n",
            head=self.stream.head, chain=self.stream.chain, n=self.stream.n,
        )  # fmt: skip
        log(self.session, self.caller, self.stream.n, "push", self.first_head + 1, self.stream.head, self.now)


def push(database: Database, caller: Caller, st: str, batches: list[Batch], now: int) -> PushAnswer:
    """Stores batches. Raises Refused where the request as a whole is not done."""
    anchor = _anchor(caller, batches)
    with database.read() as session:
        auth.still_active(session, caller)
        stream_of(session, caller, st, may_be_ended=True)
        known = prepare.senders(session, caller.trust, batches)
    prepared = prepare.prepare(batches, st, known)
    with database.write() as session:
        auth.still_active(session, caller)
        auth.once(session, caller, now)
        stream = stream_of(session, caller, st, lock=True, may_be_ended=True)
        one = Push(session, caller, stream, now)
        answers = [one.take(made) for made in prepared]
        one.finish()
        before = msgspec.json.decode(caller.last_an, type=Anchor) if caller.last_an else None
        if anchor is not None:
            session.run(
                "UPDATE device SET last_an = :an WHERE trust = :t AND id = :id",
                an=msgspec.json.encode(anchor).decode(), t=caller.trust, id=caller.device,
            )  # fmt: skip
        return PushAnswer(answers, stream.head, b64(stream.chain), stream.epoch, before)


def _anchor(caller: Caller, batches: list[Batch]) -> Anchor | None:
    told: Any = None
    for batch in batches:
        if batch.an is not None and batch.header.dev == caller.device:
            told = batch.an
    if told is None:
        return None
    try:
        return msgspec.convert(told, Anchor)
    except msgspec.ValidationError as error:
        raise Refused("unreadable-body", "the anchor cannot be read") from error


def log(session: Session, caller: Caller, st: int, act: str, low: int, high: int, now: int) -> None:
    """Who did what with which numbers of a stream."""
    session.run(
        "INSERT INTO access_log (trust, at, device, st, act, low, high)"
        " VALUES (:t, :now, :device, :st, :act, :low, :high)",
        t=caller.trust, now=now, device=caller.device, st=st, act=act, low=low, high=high,
    )  # fmt: skip
