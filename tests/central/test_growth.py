"""What a push, a page or a poll reads does not grow with what is held: what the database says of every statement.

PostgreSQL is asked as it is after a restore, when it has no statistics yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.central.conftest import Central, filled
from tests.central.postgres_server import PostgresServer
from tests.central.test_people_and_erasing import eraser, person
from tests.sealing import STREAM
from vpr_desktop.central import database, pull
from vpr_desktop.central.database import Session

HELD = 1500  # batches, each of an entry that waits for a look
AT_MOST = 150  # rows that one step may touch: the page asked for has 100 entries at most
# How SQLite finds rows of the tables that grow: never by the ward alone, or by the ward and the PC.
TOO_WIDE = re.compile(
    r"SCAN|SEARCH (?!quarantine|review USING COVERING)\w+ USING (COVERING )?INDEX"
    r" (sqlite_autoindex_(op|batch|review)_\d|op_\w+|batch_\w+|review_\w+) \(st=\?( AND dev=\?)?\)"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: Any, tmp_path: Path, postgres_server: PostgresServer) -> Iterator[Central]:
    """An endpoint over a database of its own: rows that other tests took out would count as read."""
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/central.db" if is_sqlite else postgres_server.url(postgres_server.new_database())
    yield from filled(url)


@contextmanager
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, dict[str, Any]]]:
    """Every reading statement that is asked meanwhile, with its values."""
    found: dict[str, dict[str, Any]] = {}
    together, one, rows = Session.together, Session.one, Session.rows

    def note(sql: str, values: dict[str, Any]) -> None:
        if sql.startswith("SELECT") and " FROM " in sql and "FOR UPDATE" not in sql:
            found.setdefault(sql, values)

    def noting_all(self: Session, *many: database.Asked) -> Any:
        for sql, values in many:
            note(sql, values)
        return together(self, *many)

    def noting(kept: Any) -> Any:
        def called(self: Session, sql: str, **values: Any) -> Any:
            note(sql, values)
            return kept(self, sql, **values)

        return called

    with monkeypatch.context() as patched:
        patched.setattr(Session, "together", noting_all)
        patched.setattr(Session, "one", noting(one))
        patched.setattr(Session, "rows", noting(rows))
        yield found


def too_much(session: Session, sql: str, values: dict[str, Any]) -> list[str]:
    """The steps of a statement that touch more than they need."""
    driver: Any = session.connection.connection.driver_connection
    if not session.is_postgres:
        plain, flat = database._flat(sql, values)
        return [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {plain}", flat) if TOO_WIDE.match(row[3])]
    sent, flat = database._as_sent(sql, values)
    plan = [row[0] for row in driver.execute(b"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + sent, flat)]
    counted = re.compile(r"rows=(\d+)|Removed by (?:Filter|Join Filter): (\d+)")
    return [step for step in plan if any(int(a or b) > AT_MOST for a, b in counted.findall(step))]


def test_I30_no_statement_of_everyday_reads_more_the_more_is_held(
    fresh: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "MOST_OPS", 10)
    pc = fresh.pc(1)
    pc.push(*(pc.seal(person(pc, name, "vpr_lead")) for name in ("ig.practice", "a.practice", "b.practice")))
    for _ in range(3):
        pc.push(*(pc.seal(pc.op(sch=9)) for _ in range(HELD // 3)))
    target, sealed = pc.op(), pc.seal(pc.op())
    with asked(monkeypatch) as found:
        pc.push(sealed)
        pc.push(sealed)
        pc.push(pc.seal(target))
        pc.push(pc.seal(eraser(pc, target)))
        for after in (0, HELD // 2):
            pc.page(after, 100)
        pc.have(sealed.header.id)
        assert pc.heads()[STREAM]["head"] == HELD + 6
    assert len(found) > 15
    wide = {}
    for sql, values in found.items():
        with fresh.database.read() as session:
            session.act_for(1)
            wide[sql] = too_much(session, sql, values)
    assert {sql: steps for sql, steps in wide.items() if steps} == {}
