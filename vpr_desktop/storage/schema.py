"""Makes the tables of the encrypted file and adds missing nullable columns.

Anything more than that is a numbered migration under `migrations/`, which gives the file its version.
"""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.storage import slips
from vpr_desktop.storage.migrations import runner
from vpr_desktop.storage.oplog import Connection
from vpr_desktop.storage.tables import (
    METADATA,
    PROJECTIONS,
    REASON,
    STALE_SEARCH,
    STALE_SLIP,
    STALE_SUPPORT,
    STEP_ROW,
    search_blocks,
    search_ddl,
)

_DIALECT = sqlite.dialect()
GIVEN_UP = ("step_row_open", "incident_unfinished")  # indexes of earlier versions that nothing reads any more


def create(db: Connection) -> None:
    """Makes every table of a new, empty file."""
    db.execute("BEGIN IMMEDIATE")
    for table in METADATA.sorted_tables:
        _create_table(db, table)
    for name, entity in ENTITIES.items():
        if search_blocks(entity):
            db.execute(search_ddl(name, entity))
    db.execute(f"PRAGMA user_version = {runner.newest()}")
    db.execute("COMMIT")


def is_newer(db: Connection) -> bool:
    """Whether a newer version of the app has written the file: it may be read, never written."""
    return runner.version(db) > runner.newest()


def add_missing(db: Connection) -> list[str]:
    """Adds what the declarations have and the file lacks. Returns entities whose rows need projecting anew."""
    known = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    grown = [name for name in ENTITIES if _grow(db, name, known)]
    _add_worklist(db, known)
    if REASON.name not in known:
        _create_table(db, REASON)
    _add_to_outbox(db)
    if STALE_SEARCH.name not in known:
        _create_table(db, STALE_SEARCH)
    for table in METADATA.sorted_tables:
        _add_indexes(db, table)
    for name in GIVEN_UP:
        db.execute(f"DROP INDEX IF EXISTS {name}")
    return grown


def _add_worklist(db: Connection, known: set[str]) -> None:
    """Makes the worklist's tables in a file that is older than they are; its rows then wait to be computed."""
    if STALE_SLIP.name not in known:
        _create_table(db, STALE_SLIP)
        slips.mark_all(db)
    if STEP_ROW.name in known:
        return
    _create_table(db, STEP_ROW)
    _create_table(db, STALE_SUPPORT)
    db.execute("INSERT OR IGNORE INTO stale_support SELECT incident_id FROM plan WHERE incident_id IS NOT NULL")


def _add_to_outbox(db: Connection) -> None:
    """Lets the outbox of an older file name stream and batch itself, as its ops do."""
    if "batch" in {row[1] for row in db.execute("PRAGMA table_info(outbox)")}:
        return
    db.execute("ALTER TABLE outbox ADD COLUMN st VARCHAR")
    db.execute("ALTER TABLE outbox ADD COLUMN batch INTEGER")
    db.execute("UPDATE outbox SET (st, batch) = (SELECT st, batch FROM op WHERE n = outbox.op)")


def _grow(db: Connection, name: str, known: set[str]) -> bool:
    table = PROJECTIONS[name]
    if name not in known:
        _create_table(db, table)
        if search_blocks(ENTITIES[name]):
            db.execute(search_ddl(name, ENTITIES[name]))
        return True
    held = {row[1] for row in db.execute(f"PRAGMA table_info({name})")}
    missing = [column for column in table.columns if column.name not in held]
    for column in missing:
        db.execute(f"ALTER TABLE {name} ADD COLUMN {CreateColumn(column).compile(dialect=_DIALECT)}")
    return bool(missing)


def _add_indexes(db: Connection, table: Table) -> None:
    held = {row[1] for row in db.execute(f"PRAGMA index_list({table.name})")}
    for index in table.indexes:
        if index.name not in held:
            db.execute(str(CreateIndex(index).compile(dialect=_DIALECT)))


def _create_table(db: Connection, table: Table) -> None:
    db.execute(str(CreateTable(table).compile(dialect=_DIALECT)))
    for index in table.indexes:
        db.execute(str(CreateIndex(index).compile(dialect=_DIALECT)))
