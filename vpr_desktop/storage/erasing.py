"""Takes the words of an erased op out of this file: its bytes, its record, the search index and drafts that hold them.

Hash, place and what the op had replaced stay, so that no value changes that was not erased. Whether an erasing op
may take effect is the endpoint's decision: it gives it a number. Runs in the transaction its caller holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from vpr_desktop.domain.batches import b64, unb64
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.ops import ERASES
from vpr_desktop.domain.record import fields_of
from vpr_desktop.storage.oplog import Connection
from vpr_desktop.storage.tables import search_blocks

LEAST_WORDS = 4  # a shorter text is looked for nowhere: it would be found everywhere
Entity = tuple[str, str, str]


def nameless(hashed: bytes) -> str:
    """The identity of a numbered op that came as a hash alone, until its erasing op says what it was."""
    return f"#{hashed.hex()}"


def holds_nameless(db: Connection) -> bool:
    """Whether any op is held by its hash alone: mostly none is, and then no line need be looked for among them."""
    return db.execute("SELECT 1 FROM op WHERE id >= '#' AND id < '$' LIMIT 1").fetchone() is not None


def place_row(op_id: str, ei: str, et: str, st: str, seq: int | None, hashed: bytes) -> tuple[Any, ...]:
    """The row that keeps the place of an op never held, without batch and chain."""
    return (op_id, ei, et, st, seq, "", 0, 0, hashed, None)


def skeleton(target: dict[str, Any], hashed: bytes, role: str, ground: str, on: str) -> dict[str, Any]:
    """What an erasing op says besides who and when: the act, and what the erased op had replaced."""
    acts = {"op": target["op"], "h": b64(hashed), "f": sorted(target["set"]), "role": role, "ground": ground, "on": on}
    seen = {"seen": target["seen"]} if "seen" in target else {}
    return {"set": {}, "base": target["base"], "er": acts, **seen}


def numbered_erasers(db: Connection, batch: int) -> list[dict[str, Any]]:
    """Erasing ops of a batch that have a number."""
    sql = "SELECT raw FROM op WHERE batch = ? AND seq IS NOT NULL AND raw IS NOT NULL AND instr(raw, ?) > 0"
    found = [json.loads(row[0]) for row in db.execute(sql, (batch, ERASES))]
    return [body for body in found if "er" in body]


def missing_places(db: Connection, erasers: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Names what came as a hash alone; returns the rows of targets that this file never held.

    Each target has one, also where two people asked for it and both their ops come in one slice.
    """
    wanted: dict[str, tuple[Any, ...]] = {}
    for body in erasers:
        target, hashed = body["er"]["op"], unb64(body["er"]["h"], 32)
        held = db.execute("SELECT n FROM op WHERE id = ?", (target,)).fetchone()
        kept = db.execute("SELECT n, seq FROM op WHERE id = ?", (nameless(hashed),)).fetchone()
        if kept is not None and held is not None:
            _hand_over(db, kept, held[0])
        elif kept is not None:
            db.execute("UPDATE op SET id = ?, ei = ?, et = ? WHERE n = ?", (target, body["ei"], body["et"], kept[0]))
        elif held is None:
            wanted[target] = place_row(target, body["ei"], body["et"], body["st"], None, hashed)
    return list(wanted.values())


def _hand_over(db: Connection, kept: tuple[int, int | None], n: int) -> None:
    """The number of a place goes to the op that was held all the time, under a batch of which nobody spoke."""
    db.execute("UPDATE op SET seq = NULL WHERE n = ?", (kept[0],))
    db.execute("UPDATE op SET seq = coalesce(?, seq) WHERE n = ?", (kept[1], n))


def take_bytes(db: Connection, erasers: Iterable[dict[str, Any]]) -> dict[Entity, int]:
    """Removes the bytes of what these ops erase, and drafts that quote them.

    Returns the records to project again, and how many drafts went with each.
    """
    touched: dict[Entity, int] = {}
    for body in erasers:
        record = (body["et"], body["ei"], body["st"])
        touched.setdefault(record, 0)
        sql = "SELECT n, raw FROM op WHERE id = ? AND hash = ? AND raw IS NOT NULL"
        row = db.execute(sql, (body["er"]["op"], unb64(body["er"]["h"], 32))).fetchone()
        if row is None:
            continue
        touched[record] += _drop_drafts(db, words_of(body["et"], json.loads(row[1])["set"]))
        db.execute("UPDATE op SET raw = NULL WHERE n = ?", (row[0],))
        db.execute("DELETE FROM outbox WHERE op = ?", (row[0],))
    return touched


def words_of(et: str, values: dict[str, Any]) -> list[str]:
    """What a person wrote in an op; a code, an id or what the app filled in says nothing of whose draft quotes it."""
    entity = ENTITIES.get(et)
    known = fields_of(entity) if entity is not None else {}
    texts = {name for name, spec in known.items() if spec.kind == "text" and not spec.app}
    return [value for name, value in values.items() if name in texts and isinstance(value, str)]


def _drop_drafts(db: Connection, words: Iterable[str]) -> int:
    gone = 0
    for value in words:
        if len(value) >= LEAST_WORDS:
            quoted = json.dumps(value, ensure_ascii=False)[1:-1]
            gone += db.execute("DELETE FROM draft WHERE instr(CAST(body AS TEXT), ?) > 0", (quoted,)).rowcount
    return gone


def forget_words(db: Connection, erased: Iterable[Entity]) -> None:
    """Merges the search index, so that words of deleted entries leave the file. After the records were projected."""
    for name in dict.fromkeys(et for et, _, _ in erased if et in ENTITIES):
        if search_blocks(ENTITIES[name]):
            db.execute(f"INSERT INTO {name}_fts ({name}_fts) VALUES ('optimize')")
