"""What must hold once all faults have ended: I1 to I12 and I14, asked of every file and of the endpoint."""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.sync.sim import model
from tests.sync.sim.parts import WARDS, device_keys
from vpr_desktop.central import devices
from vpr_desktop.central import heads as central_heads
from vpr_desktop.central.auth import Caller
from vpr_desktop.domain import batches
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.ops import chain_next, op_hash
from vpr_desktop.storage import checks, keychange, oplog, streams
from vpr_desktop.storage.device import is_signed
from vpr_desktop.storage.erasing import nameless
from vpr_desktop.sync.page import KeyBook

if TYPE_CHECKING:
    from tests.sync.sim.pc import SimPc
    from tests.sync.sim.world import World

LISTED = ("NEEDS_REVIEW", "REFUSED", "TOO_LARGE")
ENDS_KEYS = ("revoke", "restore", "file put back", "put back")
HIDE_A_FILE_PUT_BACK = ("lie", "put back", "late", "restore", "revoke")


def standing(world: World, pc: SimPc) -> Any:
    """Where a PC and the endpoint stand: for asking whether anything still moves."""
    counts = "SELECT (SELECT count(*) FROM op), (SELECT count(*) FROM op WHERE seq IS NULL)"
    outbox = "SELECT group_concat(state) FROM (SELECT state FROM outbox ORDER BY op)"
    places = "SELECT group_concat(quote(v)) FROM state WHERE k LIKE 'place:%'"
    with world.central.read() as session:
        heads = session.rows("SELECT id, head, epoch FROM stream ORDER BY id")
    return heads, [pc.db.execute(sql).fetchone() for sql in (counts, outbox, places)]


def in_good_standing(world: World, pc: SimPc) -> bool:
    """Whether this endpoint must take what the PC sends, with no new code of an administrator.

    It must, where the key in use there is the file's, or one change away from it: the one under way, or the last.
    """
    if not world.known(pc) or pc.put_back:
        return False
    with world.central.read() as session:
        held = devices.load(session, 1, [pc.device])[pc.device]
        newest = max(held.keys, key=lambda key: (key.state != "ended", key.n)).key
        open_ = session.rows("SELECT 1 FROM scope WHERE device = :d AND ended_at IS NULL", d=pc.device)
    under_way = keychange.is_begun(pc.db)
    keys = [key for key, _, _ in keychange.chain(pc.db)[-1 if under_way else -2 :]]
    for (made,) in pc.db.execute("SELECT v FROM state WHERE k = 'device_key_next'"):
        keys.append(batches.b64(Ed25519PrivateKey.from_private_bytes(bytes(made)).public_key().public_bytes_raw()))
    return held.state == "active" and len(open_) == len(pc.wards) and batches.b64(newest) in keys


def check_all(world: World) -> None:
    at_endpoint = _endpoint(world)
    for pc in world.pcs:
        _file(world, pc, at_endpoint)
    _everywhere(world, at_endpoint)
    _same_rows(world)
    _every_batch_reads(world)
    _no_number_twice(world)
    _nothing_changes_again(world)


Held = dict[str, dict[str, tuple[int | None, bytes, bytes | None]]]


def _endpoint(world: World) -> Held:
    """I2, I3: every op once, with one hash, under numbers without a gap, proven by a batch that is kept."""
    found: Held = {}
    with world.central.read() as session:
        for n, st, head, chain in session.rows("SELECT n, id, head, chain FROM stream ORDER BY n"):
            rows = session.rows(
                "SELECT o.op_id, o.seq, o.hash, o.raw, b.header, b.hashes FROM op o LEFT JOIN batch b ON b.n = o.batch"
                " WHERE o.st = :st ORDER BY o.seq",
                st=n,
            )
            numbered = [row for row in rows if row[1] is not None]
            world.check([row[1] for row in numbered] == list(range(1, head + 1)), "I3: numbers with a gap")
            link = batches.stream_chain_start(st)
            for row in numbered:
                link = chain_next(link, bytes(row[2]))
                proven = _proven(world, bytes(row[4]), bytes(row[5]), bytes(row[2]))
                world.check(proven, "I2: an op at the endpoint unproven")
            world.check(link == bytes(chain), "I3: the chain is not that of the ops")
            found[st] = {row[0]: (row[1], bytes(row[2]), row[3]) for row in rows}
    return found


def _every_batch_reads(world: World) -> None:
    """I2: whoever comes to a ward today can prove every batch of it by keys that may have signed its number.

    Where no PC was withdrawn and no file put back, no change of a key leaves anything for the trust to look at.
    """
    with world.central.read() as session:
        for pc in world.pcs:
            book = KeyBook(central_heads.keys(session, Caller(1, pc.device, b"", "")).devices)
            sql = "SELECT b.header, b.hashes FROM batch b JOIN stream s ON s.n = b.st WHERE s.id IN :wards"
            for line, packed in session.rows(sql, wards=list(pc.wards)):
                header, hashes = batches.read_header(bytes(line))[0], bytes(packed)
                digested = batches.digest(header, [hashes[i : i + 32] for i in range(0, len(hashes), 32)])
                world.check(book.may_sign(header), "I2: a batch that no key may have signed")
                world.check(book.verify(header, digested), "I2: a batch that its keys did not sign")
        marks = session.rows("SELECT 1 FROM review WHERE code = 'key-ended'")
    for pc in world.pcs:
        world.mix["keys changed"] += len(keychange.chain(pc.db)) - 1
    world.check(not marks or any(world.mix[way] for way in ENDS_KEYS), "I2: a key ended before what it signed")


@lru_cache(1000)
def _hashes(header_line: bytes, packed: bytes, made: tuple[bytes, ...]) -> frozenset[bytes]:
    """The hashes that a batch proves; none where no PC sealed it."""
    header = batches.read_header(header_line)[0]
    hashes = [packed[i : i + 32] for i in range(0, len(packed), 32)]
    digested = batches.digest(header, hashes)
    keys = [*(key for _, key, device in device_keys() if device == header.dev), *made]
    return frozenset(hashes) if any(is_signed(key, header.sig, digested) for key in keys) else frozenset()


def _proven(world: World, header_line: bytes, packed: bytes, hashed: bytes) -> bool:
    return hashed in _hashes(header_line, packed, tuple(world.made_keys))


def _file(world: World, pc: SimPc, at_endpoint: Held) -> None:
    """One PC's file: proven by itself, its rows a replay, its records as the reference model gives them."""
    first = next(iter(checks.problems(pc.db, pc.store.zone)), None)
    world.check(first is None, f"I6: {first}")
    for st in WARDS:
        place = json.loads(checks.state_or(pc.db, f"place:{st}", "{}") or "{}")
        known = st in pc.wards
        sql = (
            "SELECT o.n, o.id, o.seq, o.hash, o.raw, b.header, b.hashes FROM op o LEFT JOIN batch b ON b.n = o.batch"
            " WHERE o.st = ? ORDER BY o.n"
        )
        ops = pc.db.execute(sql, (st,)).fetchall()
        world.check(known or not ops, "I14: an op of a ward that this PC never had")
        if known:
            _ops_of_file(world, pc, ops, at_endpoint[st], place)
    world.check(not streams.ended(pc.db), "I14: a ward that was given back stays closed")
    waits = pc.db.execute("SELECT op, state FROM outbox").fetchall()
    world.check(all(state in LISTED for _, state in waits), f"I11: something waits for ever: {waits}")
    _records(world, pc)


def _aside(world: World) -> set[bytes]:
    """What the endpoint put aside for the trust to look at. It is kept there, and has no number until then."""
    with world.central.read() as session:
        return {bytes(row[0]) for row in session.rows("SELECT hash FROM quarantine")}


def _erases(raw: bytes) -> str | None:
    """The op that an erasing op takes the words of; None of any other."""
    erasing = json.loads(bytes(raw)).get("er")
    return erasing["op"] if erasing else None


def _ops_of_file(world: World, pc: SimPc, ops: Any, told: Any, place: dict[str, Any]) -> None:
    head = max((seq or 0 for seq, _, _ in told.values()), default=0)
    world.check(place.get("cursor", 0) == head and not place.get("offering"), "I1: a PC did not come to the end")
    listed = {row[0] for row in pc.db.execute("SELECT op FROM outbox")}
    named = {bytes(row[3]) for row in ops if not row[1].startswith("#")}
    aside = _aside(world)
    erasing_waits = {
        _erases(row[4]) for row in ops if row[4] is not None and (row[0] in listed or bytes(row[3]) in aside)
    }
    for n, op_id, seq, hashed, raw, header, hashes in ops:
        if op_id == nameless(bytes(hashed)) and seq is None and bytes(hashed) in named:
            continue  # came as a hash alone, under a batch of which nobody had spoken; the op itself is here, named
        if op_id == nameless(bytes(hashed)) and seq is None and raw is None and not _is_spoken_of(world, bytes(hashed)):
            continue
        if (raw is None and op_id in erasing_waits) or bytes(hashed) in aside:
            continue  # an endpoint that was put back erases what was erased, once the trust let the erasing op pass
        at = told.get(op_id)
        world.check(at is not None or n in listed, f"I10: op {op_id} left without a number")
        if at is None:
            continue
        world.check(at[1] == bytes(hashed), "I2: one identity, two hashes")
        world.check(at[0] == seq, f"I3: a PC has {seq} where the endpoint has {at[0]}")
        world.check((raw is None) == (at[2] is None), "I1: erased in one place, not in another")
        if raw is not None:
            world.check(op_hash(bytes(raw)) == bytes(hashed), "I2: the bytes are not those of the hash")
            proven = header is not None and _proven(world, bytes(header), bytes(hashes), bytes(hashed))
            world.check(proven, "I2: op unproven")
    numbers = {seq for _, _, seq, *_ in ops if seq is not None}
    gone = {seq for seq, _, raw in told.values() if raw is None}
    world.check(set(range(1, head + 1)) - numbers <= gone, "I7: a number is missing")


def _is_spoken_of(world: World, hashed: bytes) -> bool:
    """Whether anybody still knows more of an op than its hash: it itself, erased or not, or an op that erases it.

    Else it was erased, the endpoint was put back to before that, and its erasing op is gone with the PC that had it:
    whoever got the hash alone keeps its place, and nobody can give it a number.
    """
    erases = f'"h":"{batches.b64(hashed)}"'.encode()
    known = "SELECT 1 FROM op WHERE (hash = :h AND id <> :id) OR instr(raw, :er) LIMIT 1"
    values = {"h": hashed, "id": nameless(hashed), "er": erases}
    with world.central.read() as session:
        held = session.one("SELECT 1 FROM op WHERE hash = :h OR instr(raw, :er) LIMIT 1", h=hashed, er=erases)
    return held is not None or any(pc.db.execute(known, values).fetchone() for pc in world.pcs)


def _records(world: World, pc: SimPc) -> None:
    """I5, I12: heads and conflicts are those of the reference model, and no field of a newer version is gone."""
    by_entity: dict[tuple[str, str], list[Any]] = {}
    gone = {row[0] for row in pc.db.execute("SELECT id FROM op WHERE raw IS NULL")}
    for et, ei, seq, raw in pc.db.execute("SELECT et, ei, seq, raw FROM op WHERE raw IS NOT NULL ORDER BY n"):
        op = json.loads(raw)
        if seq is None and "er" in op and op["er"]["op"] not in gone:
            op.pop("er")  # the endpoint gave it no number: nothing was erased
        by_entity.setdefault((et, ei), []).append(op)
    for (et, ei), ops in by_entity.items():
        if et not in ENTITIES:
            continue
        folded, _ = oplog.entity_fold(pc.db, ei)
        world.mix["conflicts that stand at the end"] += len(folded.clashes)
        world.check({f: frozenset(h) for f, h in folded.heads.items()} == model.heads(ops), f"I5: heads of {et} {ei}")
        world.check(folded.clashes == model.clashes(ops), f"I5: conflicts of {et} {ei}")
        for field, heads in model.heads(ops).items():
            told = [op["set"][field] for op in ops if op["op"] in heads and field in op["set"]]
            world.check(not told or folded.values.get(field) in [*told, {"erased": True}], f"I12: the value of {field}")


def _everywhere(world: World, at_endpoint: Held) -> None:
    """I1, I9: whatever was acknowledged and not lost with every copy is at the endpoint and on every PC, once."""
    with world.central.read() as session:
        aside = {bytes(row[0]) for row in session.rows("SELECT hash FROM quarantine")}
    on_pc = {pc.number: Counter(row[0] for row in pc.db.execute("SELECT id FROM op")) for pc in world.pcs}
    for op_id, raw in world.model.must_have().items():
        st = json.loads(raw)["st"]
        held = at_endpoint[st].get(op_id)
        world.check(held is not None or op_hash(raw) in aside, f"I1: op {op_id} is not at the endpoint")
        world.check(held is None or held[2] is None or bytes(held[2]) == raw, "I1: other bytes than were saved")
        for pc in world.pcs:
            if held is None or st not in pc.wards:
                continue
            world.check(on_pc[pc.number][op_id] == 1 or held[2] is None, f"I1: op {op_id} is not on PC {pc.number}")


def _same_rows(world: World) -> None:
    """I4: PCs of the same wards hold the same records, byte for byte."""
    first: dict[tuple[str, ...], Any] = {}
    if _aside(world) and world.mix["put back"]:
        return  # what was erased before and waits for the trust now is a row of those that knew it
    for pc in world.pcs:
        if pc.db.execute("SELECT count(*) FROM outbox").fetchone()[0]:
            continue  # something of its own that nobody else has
        rows = pc.rows()
        other = first.setdefault(pc.wards, rows)
        for name in rows:
            world.check(rows[name] == other[name], f"I4: the {name} rows of two PCs differ")


def _no_number_twice(world: World) -> None:
    """I2: no PC ever gave a number to two of its ops or batches, restored or not, and nothing raises an alarm.

    Where a file was put back behind the app's back, ops count alike until the endpoint shows it. Batches do where
    the endpoint cannot show it in time: it lies or is put back itself, a request of before still comes to it, the
    file was just restored, or the PC was withdrawn and seals what waits before it is let in. Two lives of a file are
    two files, of which the alarm tells: one sealed a batch that never left, the other sent its own under that number.
    """
    counted = [(op["dev"], *op["dn"]) for op in map(json.loads, world.model.ops.values())]
    once = len(set(counted)) == len(counted)
    world.check(once or world.put_back, "I2: a PC counted two ops alike")
    with world.central.read() as session:
        alarms = session.rows("SELECT code, dev FROM review WHERE kind = 'alarm'")
    hidden = any(world.mix[way] for way in HIDE_A_FILE_PUT_BACK)
    unseen = world.put_back and (hidden or world.mix["file put back"] > 1)
    alarms = [one for one in alarms if not (unseen and one[0] == "copied-file")]
    world.check(not alarms, f"I2: alarms where nobody did wrong: {alarms}")


def _nothing_changes_again(world: World) -> None:
    """I8: what was pushed last, pushed again by a PC in good standing, changes nothing.

    The first two times may bring back what a restored PC had sent and no place held any more: a batch whose key
    came with a later one is taken the second time.
    """
    tables = ("stream", "batch", "op", "quarantine", "user_", "scope", "device", "device_key")
    sender = world.pcs[0]

    def held() -> Any:
        with world.central.read() as session:
            return [session.rows(f"SELECT * FROM {table}") for table in tables if table != "device"]

    before = None
    for _ in range(3):
        before = held()
        for st, body in dict.fromkeys(world.pushes[-6:]):
            if st in sender.wards:
                sender.line.push(st, body, "again")
    world.check(held() == before, "I8: a push that came again changed something")
