"""A real endpoint over HTTP on SQLite or PostgreSQL, and real PCs: two encrypted files of one ward."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.central.conftest import Central, filled
from tests.central.postgres_server import PostgresServer
from tests.conftest import FAST
from tests.factories import first_run
from tests.fakes import FakeClock
from vpr_desktop import bootstrap
from vpr_desktop.central import admin
from vpr_desktop.services import sessions
from vpr_desktop.services.context import Context, Person

# Tests that name this run on both databases; all others on SQLite.
on_both = pytest.mark.parametrize("endpoint", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def sqlite_endpoint(tmp_path_factory: Any) -> Iterator[Central]:
    yield from filled(f"sqlite:///{tmp_path_factory.mktemp('sync-central')}/central.db")


@pytest.fixture(scope="session")
def postgresql_endpoint(postgres_server: PostgresServer) -> Iterator[Central]:
    yield from filled(postgres_server.url(postgres_server.new_database()))


@pytest.fixture
def endpoint(request: pytest.FixtureRequest) -> Central:
    made: Central = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_endpoint")
    made.empty()
    return made


@pytest.fixture
def make_pc(tmp_path: Path, clock: FakeClock, endpoint: Central) -> Iterator[Callable[[str], Context]]:
    """Makes a PC of the ward, enrolled."""
    made: list[Context] = []

    def make(name: str) -> Context:
        pc, _ = sessions.first_run(tmp_path / name, first_run(), clock, FAST)
        made.append(pc)
        bootstrap.enrol(pc, endpoint.address, admin.add_code(endpoint.admin, ("CED",), "RX1")["code"])
        return pc

    yield make
    for pc in made:
        pc.store.close()
        pc.secrets.lock.release()


@pytest.fixture
def two(make_pc: Callable[[str], Context]) -> tuple[Context, Context]:
    return make_pc("one"), make_pc("two")


@pytest.fixture
def as_roles_of() -> Callable[[Context, str], Context]:
    """A PC in the hands of somebody of another role."""
    return lambda pc, role: replace(pc, user=Person(f"p-{role}", "P.", "P.", role))
