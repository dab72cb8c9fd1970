"""PostgreSQL as a trust gives it: a user of the database that may make roles and is no superuser."""

from __future__ import annotations

import pytest

from tests.central.conftest import Central, fill
from tests.central.postgres_server import PostgresServer
from vpr_desktop.central import serve
from vpr_desktop.central.database import Database
from vpr_desktop.central.serve import NotPermitted


def test_an_ordinary_user_makes_the_tables_and_serves_them(postgres_server: PostgresServer) -> None:
    name = postgres_server.new_database()
    postgres_server.do("CREATE ROLE ordinary LOGIN CREATEROLE NOSUPERUSER")
    postgres_server.do("GRANT vpr_app, vpr_erase TO ordinary") if _has_roles(postgres_server) else None
    postgres_server.do(f"ALTER DATABASE {name} OWNER TO ordinary")
    url = postgres_server.url(name).replace("postgres@", "ordinary@")
    database = Database(url)
    fill(database)
    database.close()
    made = Central(url)
    pc = made.pc(1)
    assert pc.push(pc.seal(pc.op())) == [("all", 1, 1)]
    pc.http.close()
    made.stop()
    postgres_server.do("CREATE ROLE stranger LOGIN NOSUPERUSER")
    with serve.listen("127.0.0.1", 0) as listening, pytest.raises(NotPermitted, match="GRANT vpr_app"):
        serve.serve(postgres_server.url(name).replace("postgres@", "stranger@"), listening)


def _has_roles(server: PostgresServer) -> bool:
    import psycopg

    with psycopg.connect(server.dsn("postgres")) as connection:
        return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'vpr_app'").fetchone() is not None
