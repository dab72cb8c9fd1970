"""Append an op, chain it, fold its entity and write the projection; replay and compare.

Runs inside the transaction its caller holds. Decides nothing about rights, and keeps no heads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from vpr_desktop.domain.fields import PYTHON, FieldSpec, is_odd
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.local_time import local_parts
from vpr_desktop.domain.ops import Fold, Held, canonical, chain_next, fold, in_effect, op_hash, read_json
from vpr_desktop.domain.record import Record, fields_of
from vpr_desktop.storage.tables import LOCAL_TIME, derived_columns, long_fields, row_fields, search_blocks


class Connection(Protocol):
    """The few calls of the DB-API connection that storage uses."""

    def execute(self, sql: str, values: Any = ..., /) -> Any: ...
    def executemany(self, sql: str, rows: Any, /) -> Any: ...
    @property
    def total_changes(self) -> int: ...


INSERT_OP = "INSERT INTO op (id, ei, et, st, seq, dev, dn_inc, dn, hash, raw, chain) VALUES (?,?,?,?,?,?,?,?,?,?,?)"
OPS_OF = "SELECT id, seq, dn_inc, dn, raw FROM op WHERE ei = ? ORDER BY n"


def append(db: Connection, op: dict[str, Any], chain: bytes, seq: int | None = None) -> tuple[int, bytes]:
    """Inserts one op. Returns its local number and the new end of the local chain."""
    raw = canonical(op)
    hashed = op_hash(raw)
    link = chain_next(chain, hashed)
    incarnation, counter = op["dn"]
    row = (op["op"], op["ei"], op["et"], op["st"], seq, op["dev"], incarnation, counter, hashed, raw, link)
    return int(db.execute(INSERT_OP, row).lastrowid), link


def held(op: dict[str, Any]) -> Held:
    """An op just written, as reading it back would give it."""
    incarnation, counter = op["dn"]
    return Held(op["op"], None, incarnation, counter, op)


def held_ops(db: Connection, entity_id: str) -> list[Held]:
    """All ops of one entity, in order of arrival."""
    return [Held(i, s, inc, no, raw and read_json(raw)) for i, s, inc, no, raw in db.execute(OPS_OF, (entity_id,))]


def entity_fold(db: Connection, entity_id: str) -> tuple[Fold, int]:
    """The state of one entity and how many ops gave it."""
    ops = held_ops(db, entity_id)
    return fold(in_effect(ops)), len(ops)


@cache
def _upsert(name: str) -> str:
    columns = row_columns(name)
    marks = ",".join("?" * len(columns))
    sets = ",".join(f'"{c}"=excluded."{c}"' for c in columns if c != "id")
    names = ",".join(f'"{c}"' for c in columns)
    return f"INSERT INTO {name} ({names}) VALUES ({marks}) ON CONFLICT(id) DO UPDATE SET {sets} RETURNING n"


def upsert_many(name: str) -> str:
    """The statement that writes a row of a projection, for many at once."""
    return _upsert(name).removesuffix(" RETURNING n")


@cache
def row_columns(name: str) -> tuple[str, ...]:
    """The columns of an entity's projection as `row_of` gives them."""
    entity = ENTITIES[name]
    derived = tuple(c for c in derived_columns(entity) if c != "tasks_left")
    return ("id", "ward_id", *row_fields(entity), *derived, "extra", "clash", "revision")


@cache
def _places(name: str) -> dict[str, tuple[int, FieldSpec, type[Any] | None]]:
    """Where each declared field stands in a row, and of which type a value stands there as it is.

    Narratives are declared and stand nowhere, -1.
    """
    columns = row_columns(name)
    return {
        field: (
            columns.index(field) if field in columns else -1,
            spec,
            PYTHON[spec.kind] if field in columns and spec.kind not in TAKEN_APART else None,
        )
        for field, spec in fields_of(ENTITIES[name]).items()
    }


def row_of(name: str, entity_id: str, ward_id: str, folded: Fold, revision: int, zone: ZoneInfo) -> tuple[Any, ...]:
    """The projection of one entity, a function of its ops and the ward's time zone alone."""
    values, places = folded.values, _places(name)
    cells: list[Any] = [None] * len(row_columns(name))
    cells[:2] = (entity_id, ward_id)
    extra = {}
    for field, value in values.items():
        found = places.get(field)
        if found is None:
            extra[field] = value
            continue
        place, spec, as_it_is = found
        if type(value) is as_it_is:
            cells[place] = value
        elif place >= 0 and value is not None:
            cells[place] = True if field == CLOSES else _cell(spec, value)
    if derived_columns(ENTITIES[name]):
        cells[-3 - len(LOCAL_TIME) : -3] = local_parts(values.get("occurred_at"), zone)
    cells[-3:] = (canonical(extra).decode() if extra else None, len(folded.clashes), revision)
    return tuple(cells)


CLOSES = "restricted"  # keeps a report from eyes also where that was erased, or is of another kind
TAKEN_APART = ("codes", "moment", "day")  # kinds whose values are looked at before they are stored


def _cell(spec: FieldSpec, value: Any) -> Any:
    """A value as its column holds it. What was erased, is sealed or is of another kind leaves the cell empty.

    The database would turn a number in a column of words into words, and the row would no longer be what its
    ops give; and no list or sum can do anything with it. The form reads the ops themselves and shows it.
    """
    if is_odd(spec, value):
        return None
    return canonical(value).decode() if spec.kind == "codes" else value


def project(db: Connection, name: str, entity_id: str, ward_id: str, zone: ZoneInfo) -> Fold:
    """Folds one entity and writes its row and search entry."""
    folded, revision = entity_fold(db, entity_id)
    return project_as(db, name, entity_id, ward_id, folded, revision, zone)


def project_as(
    db: Connection, name: str, entity_id: str, ward_id: str, folded: Fold, revision: int, zone: ZoneInfo
) -> Fold:
    """Writes the row and search entry of an entity whose ops were folded already."""
    row = row_of(name, entity_id, ward_id, folded, revision, zone)
    ((n,),) = db.execute(_upsert(name), row).fetchall()
    if search_blocks(ENTITIES[name]):
        write_search(db, name, int(n), folded.values)
    return folded


def write_search(db: Connection, name: str, n: int, values: dict[str, Any]) -> None:
    """Replaces the search entry of one record."""
    db.execute(f"DELETE FROM {name}_fts WHERE rowid = ?", (n,))
    words = search_words(ENTITIES[name], values)
    if any(words):
        blocks = search_blocks(ENTITIES[name])
        marks = ",".join("?" * (len(blocks) + 1))
        db.execute(f"INSERT INTO {name}_fts (rowid, {','.join(blocks)}) VALUES ({marks})", (n, *words))


def write_searches(db: Connection, name: str, records: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Replaces the search entries of many records of one entity, by id and values."""
    blocks = search_blocks(ENTITIES[name])
    if not blocks or not records:
        return
    sql = f"SELECT id, n FROM {name} WHERE id IN (SELECT value FROM json_each(?))"
    numbers = dict(db.execute(sql, (json.dumps([one for one, _ in records]),)).fetchall())
    db.executemany(f"DELETE FROM {name}_fts WHERE rowid = ?", [(numbers[one],) for one, _ in records])
    found = [(numbers[one], *search_words(ENTITIES[name], values)) for one, values in records]
    marks = ",".join("?" * (len(blocks) + 1))
    db.executemany(
        f"INSERT INTO {name}_fts (rowid, {','.join(blocks)}) VALUES ({marks})", [row for row in found if any(row[1:])]
    )


def search_later(db: Connection, name: str, ids: Sequence[str]) -> None:
    """Notes records whose words are to be found by search once `search_now` comes to them."""
    if ids and search_blocks(ENTITIES[name]):
        db.executemany("INSERT OR IGNORE INTO stale_search VALUES (?, ?)", [(name, one) for one in ids])


def search_now(db: Connection, most: int) -> int:
    """Writes search entries that wait, within the caller's transaction. Returns how many still wait."""
    waiting = db.execute("SELECT et, id FROM stale_search LIMIT ?", (most,)).fetchall()
    by_name: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for name, one in waiting:
        by_name.setdefault(name, []).append((one, entity_fold(db, one)[0].values))
    for name, records in by_name.items():
        write_searches(db, name, records)
    db.executemany("DELETE FROM stale_search WHERE et = ? AND id = ?", waiting)
    return int(db.execute("SELECT count(*) FROM stale_search").fetchone()[0]) if waiting else 0


def search_words(entity: type[Record], values: dict[str, Any]) -> list[str]:
    """The narratives of a record, joined per visibility block."""
    specs = fields_of(entity)
    by_block: dict[str, list[str]] = {block: [] for block in search_blocks(entity)}
    for field in long_fields(entity):
        if isinstance(values.get(field), str):
            by_block[specs[field].block].append(values[field])
    return ["\n".join(parts) for parts in by_block.values()]


def stored_row(db: Connection, name: str, entity_id: str) -> tuple[Any, ...] | None:
    """The projection as it stands in the file, in the order of `row_columns`."""
    names = ",".join(f'"{c}"' for c in row_columns(name))
    found = db.execute(f"SELECT {names} FROM {name} WHERE id = ?", (entity_id,)).fetchone()
    return tuple(found) if found else None


def differs(db: Connection, name: str, entity_id: str, zone: ZoneInfo) -> bool:
    """Whether a record's row is not what its ops give (invariant I6)."""
    stored = stored_row(db, name, entity_id)
    if stored is None:
        return True
    folded, revision = entity_fold(db, entity_id)
    return row_of(name, entity_id, str(stored[1]), folded, revision, zone) != stored


def entities_touched(db: Connection, after: int) -> Iterable[tuple[str, str]]:
    """Entity name and id of every op after local number `after`, each once."""
    return [(et, ei) for et, ei in db.execute("SELECT DISTINCT et, ei FROM op WHERE n > ?", (after,))]
