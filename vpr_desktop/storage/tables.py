"""The tables of the encrypted file: those that are not entities, and the projection of each entity.

Declares only; `schema.py` creates them, `oplog.py`, `unit.py` and `queries.py` use them. Keeps no data.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import (
    BLOB,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.record import Record, fields_of

METADATA = MetaData()

OP = Table(
    "op",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("ei", String, nullable=False),
    Column("et", String, nullable=False),
    Column("st", String, nullable=False),
    Column("seq", Integer),
    Column("dev", String, nullable=False),
    Column("dn_inc", Integer, nullable=False),
    Column("dn", Integer, nullable=False),
    Column("hash", BLOB, nullable=False),
    Column("raw", BLOB),
    Column("batch", Integer, ForeignKey("batch.n")),
    Column("chain", BLOB, nullable=False),
    Index("op_ei", "ei"),
    Index("op_batch", "batch"),
    Index("op_st_seq", "st", "seq", unique=True, sqlite_where=text("seq IS NOT NULL")),
    Index("op_dev", "dev", "dn_inc", "dn"),
)

BATCH = Table(
    "batch",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("st", String, nullable=False),
    Column("dev", String, nullable=False),
    Column("inc", Integer, nullable=False),
    Column("no", Integer, nullable=False),
    Column("digest", BLOB, nullable=False),
    Column("header", BLOB, nullable=False),
    Column("hashes", BLOB, nullable=False),
    Column("offer", Integer, nullable=False),
    Index("batch_dev", "dev", "st", "inc", "no"),
    Index("batch_offer", "st", "n", sqlite_where=text("offer > 0")),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("op", Integer, ForeignKey("op.n"), primary_key=True),
    Column("state", String, nullable=False),
    Column("code", String),
    Column("not_before", Integer),
    Column("st", String),
    Column("batch", Integer),  # sealed under, and not answered yet; with the answer it goes to the op
    Index("outbox_held", "not_before", sqlite_where=text("not_before IS NOT NULL")),
    Index("outbox_batch", "batch", sqlite_where=text("batch IS NOT NULL")),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("user", String, nullable=False),
    Column("dev", String, nullable=False),
    Column("act", String, nullable=False),
    Column("obj", String, nullable=False),
    Column("before", BLOB),
    Column("after", BLOB),
    Column("prev", BLOB, nullable=False),
    Column("hash", BLOB, nullable=False),
    Index("audit_obj", "obj", "act"),
)

# Why somebody did what changes no record, such as printing in full, by the number of its audit entry, which holds
# the hash of it. Never in the audit itself: a reason may name a patient, and an auditor reads no such name.
REASON = Table("reason", METADATA, Column("n", Integer, primary_key=True), Column("words", BLOB, nullable=False))

STATE = Table("state", METADATA, Column("k", String, primary_key=True), Column("v", BLOB, nullable=False))

DRAFT = Table(
    "draft",
    METADATA,
    Column("id", String, primary_key=True),
    Column("user", String, nullable=False),
    Column("form", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("saved_at", String, nullable=False),
    Column("body", BLOB, nullable=False),
    Index("draft_user", "user"),
)

# The worklist: every step of every plan as its ops give it, so that a page of it is one index read. Kept by
# `support_rows.py`; `open_from` is empty for what is settled, `due_at` a moment in wire form.
STEP_ROW = Table(
    "step_row",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("incident_id", String, nullable=False),
    Column("plan_id", String, nullable=False),
    Column("person_id", String),
    Column("ward_id", String, nullable=False),
    Column("step", String, nullable=False),
    Column("team", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("open_from", String),
    Column("due_at", String, nullable=False),
    Column("window_s", Integer, nullable=False),
    Column("again", Integer, nullable=False),
    Column("waits", Integer, nullable=False),
    Column("owner", String),
    Column("lead", String),
    Column("live", Integer, nullable=False),
    Index("step_row_incident", "incident_id"),
    # All that a view of the worklist filters and counts by, so that no count reads a row; nothing of what is closed,
    # which grows for ever.
    Index(
        "step_row_live",
        "due_at",
        "open_from",
        "ward_id",
        "step",
        "team",
        "owner",
        "lead",
        "again",
        "waits",
        "window_s",
        "incident_id",
        "person_id",
        sqlite_where=text("open_from IS NOT NULL AND live = 1"),
    ),
    Index("step_row_settled", "incident_id", "live", "open_from", "ward_id", "step", "again", "lead", "person_id"),
)

# Incidents whose worklist rows wait to be brought up to date, after a pull or an import of many.
STALE_SUPPORT = Table("stale_support", METADATA, Column("id", String, primary_key=True))

# Reports whose entry for the lock screen waits to be written anew, which takes a slow key each.
STALE_SLIP = Table("stale_slip", METADATA, Column("id", String, primary_key=True))

# Records whose words wait to be found by search, after a pull of many.
STALE_SEARCH = Table(
    "stale_search", METADATA, Column("et", String, primary_key=True), Column("id", String, primary_key=True)
)

# Columns that the projection computes and nobody declares, for entities that happen at a time.
LOCAL_TIME = ("local_ym", "local_day", "local_wday", "local_hour")
TASKS = ("tasks_left",)


@cache
def long_fields(entity: type[Record]) -> tuple[str, ...]:
    """Narratives: not in the row, found by the search index."""
    return tuple(name for name, spec in fields_of(entity).items() if spec.is_long)


@cache
def row_fields(entity: type[Record]) -> tuple[str, ...]:
    """Declared fields that stand in the row."""
    return tuple(name for name, spec in fields_of(entity).items() if not spec.is_long)


@cache
def derived_columns(entity: type[Record]) -> tuple[str, ...]:
    """Columns computed from the values: only for what happens at a moment, so for incidents."""
    return LOCAL_TIME + TASKS if "occurred_at" in fields_of(entity) else ()


@cache
def search_blocks(entity: type[Record]) -> tuple[str, ...]:
    """The visibility blocks of an entity's narratives: a column each in its search index."""
    specs = fields_of(entity)
    return tuple(dict.fromkeys(specs[name].block for name in long_fields(entity)))


def projection(name: str, entity: type[Record]) -> Table:
    """The table of one entity, built from its declaration without the narratives."""
    declared = entity.__table__.columns  # type: ignore[attr-defined]
    columns: list[Column[object]] = [
        Column("n", Integer, primary_key=True),
        Column("id", String, nullable=False, unique=True),
        Column("ward_id", String, nullable=False),
        *(declared[field]._copy() for field in row_fields(entity)),
        *(Column(field, String if field == "local_day" else Integer) for field in derived_columns(entity)),
        Column("extra", String),
        Column("clash", Integer, nullable=False),
        Column("revision", Integer, nullable=False),
    ]
    table = Table(name, METADATA, *columns, UniqueConstraint("id"), keep_existing=True)
    _add_indexes(name, entity, table)
    return table


def _add_indexes(name: str, entity: type[Record], table: Table) -> None:
    specs = fields_of(entity)
    for field, spec in specs.items():
        if spec.listed or (spec.kind == "link" and not spec.is_long):
            Index(f"{name}_{field}", table.c[field])
        if spec.charted:
            Index(f"{name}_{field}_ym", table.c[field], table.c.local_ym)
    Index(f"{name}_clashing", table.c.id, sqlite_where=text(CLASHING))
    if name == "plan":
        Index("plan_open", table.c.incident_id, sqlite_where=text(OPEN_PLAN))
    if not derived_columns(entity):
        return
    covered = [table.c[f] for f, s in specs.items() if s.charted and not s.is_long]
    Index(f"{name}_cover", table.c.local_ym, table.c.local_day, table.c.local_hour, *covered, table.c.clash)
    Index(f"{name}_clock", table.c.local_wday, table.c.local_hour, table.c.local_ym)
    Index(f"{name}_when", table.c.occurred_at)
    Index(f"{name}_reported", table.c.reported_at)
    Index(f"{name}_status_day", table.c.status, table.c.local_day)
    _add_list_indexes(name, table)


# The saved views of the list that hold few of many incidents; each has an index of its own rows alone.
UNFINISHED = "status = 'logged' AND tasks_left > 0 AND imported_at IS NULL"
RESTRICTED = "restricted = 1"
TO_CHECK = "review_effect_on IS NOT NULL"
OPEN_PLAN = "closed_on IS NULL"
CLASHING = "clash > 0"


def _add_list_indexes(name: str, table: Table) -> None:
    """What the list filters, sorts and counts by, so that it never reads the wide rows of incidents it leaves out."""
    c = table.c
    Index(
        f"{name}_list", c.ward_id, c.occurred_at, c.restricted, c.status, c.effect, c.location, c.act_types,
        c.tasks_left,
    )  # fmt: skip
    seen_by = (c.restricted, c.manager_may_see, c.reported_by)
    Index(f"{name}_to_finish", c.occurred_at, c.ward_id, *seen_by, sqlite_where=text(UNFINISHED))
    Index(f"{name}_closed_to", c.occurred_at, c.ward_id, c.restricted, sqlite_where=text(RESTRICTED))
    Index(f"{name}_closed_ids", c.id, c.manager_may_see, sqlite_where=text(RESTRICTED))
    Index(f"{name}_to_check", c.review_effect_on, sqlite_where=text(TO_CHECK))


PROJECTIONS: dict[str, Table] = {name: projection(name, entity) for name, entity in ENTITIES.items()}


def search_ddl(name: str, entity: type[Record]) -> str:
    """The statement that makes an entity's search index; only for entities with narratives."""
    blocks = ", ".join(search_blocks(entity))
    return f"CREATE VIRTUAL TABLE {name}_fts USING fts5({blocks}, content='', contentless_delete=1)"
