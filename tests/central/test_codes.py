"""Codes and commands that go through `running.run`, on both databases."""

from __future__ import annotations

import contextlib

import pytest
from sqlalchemy.exc import DataError

from tests.central.conftest import Central
from tests.central.pc import Pc
from tests.central.postgres_server import PostgresServer
from vpr_desktop.central import admin, running, serve
from vpr_desktop.central.database import Database


def test_one_code_is_for_as_many_wards_as_a_trust_has(central: Central) -> None:
    wards = [f"W{n:03d}" for n in range(150)]
    for ward in wards:
        admin.add_ward(central.admin, ward, ward, "RX1")
    code = running.run(central.url, lambda database: admin.add_code(database, wards, "RX1"))["code"]
    joined = Pc(central.address, 1).enrol(code)
    assert sorted(scope["code"] for scope in joined.json()["scopes"]) == wards


def test_only_a_database_that_does_not_answer_is_called_so(postgres_server: PostgresServer) -> None:
    url = postgres_server.url(postgres_server.new_database())

    def too_long(database: Database) -> None:
        with database.write() as session:
            session.run("UPDATE trust SET org_name = :n", n="x" * 500)

    with pytest.raises(running.NotInitialised):
        running.run(url, too_long)
    running.run(url, lambda database: admin.init(database, "RX1", "Practice Trust"), may_be_new=True)
    with pytest.raises(DataError):
        running.run(url, too_long)
    with pytest.raises(running.Unreachable):
        running.run(url.replace("vprpg-", "nowhere-"), too_long)


def test_postgresql_without_an_endpoint_or_with_another_one_is_told_as_such() -> None:
    server = PostgresServer()  # of its own: the roles that `init` makes are those of the whole server
    try:
        url = server.url(server.new_database())
        for expected in (running.NotInitialised, running.OtherVersion):
            with pytest.raises(expected):
                running.run(url, admin.heads)
            with serve.listen("127.0.0.1", 0) as listening, pytest.raises(expected):
                serve.serve(url, listening)
            if expected is running.NotInitialised:
                running.run(url, lambda database: admin.init(database, "RX1", "Practice Trust"), may_be_new=True)
                with contextlib.closing(Database(url)) as database, database.write() as session:
                    session.run("UPDATE meta SET v = '2' WHERE k = 'schema'")
        with pytest.raises(running.OtherVersion):
            running.run(url, lambda database: admin.init(database, "RX2", "Other"), may_be_new=True)
    finally:
        server.stop()
