"""The database of the endpoint: SQLite for one machine, PostgreSQL by address. Opens it and draws transactions.

Nothing is kept between requests but the connections. Statements are text with named values, the same on both.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from vpr_desktop.central import postgres
from vpr_desktop.central.refusals import Refused
from vpr_desktop.central.tables import METADATA, OP_SEEN

LOCK_SECONDS = 3
BUSY_STATES = ("55P03", "57014", "40001", "40P01", "25006", "25P03", "53300", "57P01", "57P03")
SCHEMA_VERSION = "1"
NAMED = re.compile(r"(?<![:\w]):(\w+)")

Asked = tuple[str, dict[str, Any]]  # a statement and its values


class Session:
    """One transaction. `one`, `rows` and `run` take a statement with `:names`."""

    def __init__(self, connection: Connection, is_postgres: bool) -> None:
        self.connection = connection
        self.is_postgres = is_postgres

    def rows(self, sql: str, **values: Any) -> list[Any]:
        """All rows."""
        return list(self.connection.execute(_statement(sql, values), values).fetchall())

    def one(self, sql: str, **values: Any) -> Any:
        """The first row, if any."""
        return self.connection.execute(_statement(sql, values), values).fetchone()

    def run(self, sql: str, **values: Any) -> int:
        """How many rows it changed."""
        return int(self.connection.execute(_statement(sql, values), values).rowcount)

    def together(self, *asked: Asked) -> list[list[Any]]:
        """The rows of several statements, in their order, asked of the driver itself.

        On PostgreSQL they go in one piece: on a busy machine every way there and back costs more than its work.
        """
        driver: Any = self.connection.connection.driver_connection
        if not self.is_postgres:
            return [driver.execute(*_flat(sql, values)).fetchall() for sql, values in asked]
        with driver.pipeline() if len(asked) > 1 else nullcontext():
            sent = [driver.execute(*_as_sent(sql, values)) for sql, values in asked]
        return [one.fetchall() if one.description else [] for one in sent]

    @property
    def for_update(self) -> str:
        """What locks a row that is read; on SQLite the writing transaction has the whole file."""
        return " FOR UPDATE" if self.is_postgres else ""

    def act_for(self, trust: int) -> None:
        """Lets this transaction see one trust's rows, on PostgreSQL by its row security."""
        if self.is_postgres:
            self.together(acting_for(trust))


def acting_for(trust: int) -> Asked:
    """What lets a transaction on PostgreSQL see one trust's rows."""
    return "SELECT set_config('vpr.trust', :trust, true)", {"trust": str(trust)}


def _statement(sql: str, values: dict[str, Any]) -> Any:
    made = _MADE.get(sql)
    if made is None:
        made = text(sql)
        many = [name for name, value in values.items() if isinstance(value, list)]
        if many:
            from sqlalchemy import bindparam

            made = made.bindparams(*(bindparam(name, expanding=True) for name in many))
        _MADE[sql] = made
    return made


def _flat(sql: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A statement with a place for each value of a list."""
    flat = dict(values)
    for name, value in values.items():
        if isinstance(value, list):
            named = {f"{name}_{n}": one for n, one in enumerate(value)}
            sql = re.sub(rf":{name}\b", f"({','.join(f':{one}' for one in named)})", sql)
            flat |= named
    return sql, flat


def _as_sent(sql: str, values: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """A statement in the form of PostgreSQL's driver."""
    sql, flat = _flat(sql, values)
    return _in_driver_form(sql), flat


@lru_cache(maxsize=256)
def _in_driver_form(sql: str) -> bytes:
    return NAMED.sub(r"%(\1)s", sql).encode()


_MADE: dict[str, Any] = {}  # statements as parsed; a pure function of their text


class Database:
    """Draws reading and writing transactions; turns a database that cannot answer now into a refusal."""

    def __init__(self, url: str, *, as_application: bool = False, pool: int = 10) -> None:
        self.url = url
        self.is_postgres = url.startswith("postgresql")
        self.file = None if self.is_postgres else Path(url.removeprefix("sqlite:///"))
        self.engine = _sqlite(self.file) if self.file else _postgres(url, as_application, pool)
        self._writer = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that changes nothing."""
        with _busy_is_refused(), self.engine.connect() as connection:
            connection.begin()  # never left to the first statement, which may be the driver's own; nothing is committed
            yield Session(connection, self.is_postgres)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is committed at the end of the block, or leaves nothing where it raises."""
        with _busy_is_refused(), self._one_writer(), self.engine.connect() as connection:
            connection.info["writes"] = True
            try:
                with connection.begin():
                    yield Session(connection, self.is_postgres)
            finally:
                connection.info["writes"] = False

    def admit(self) -> AbstractContextManager[Session]:
        """A transaction that reads who asks; on PostgreSQL it also notes what a device has used up."""
        return self.write() if self.is_postgres else self.read()

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """SQLite has one writer: waiting here is fair, waiting in the library is not."""
        if self.is_postgres:
            yield
            return
        if not self._writer.acquire(timeout=LOCK_SECONDS):
            raise Refused("busy", retry_after=1)
        try:
            yield
        finally:
            self._writer.release()

    def create(self) -> None:
        """Makes the tables; on PostgreSQL also roles, fences and functions."""
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        METADATA.create_all(self.engine)
        with self.write() as session:
            if session.one("SELECT v FROM meta WHERE k = 'schema'") is None:
                session.run("INSERT INTO meta (k, v) VALUES ('schema', :v)", v=SCHEMA_VERSION)
                session.run(OP_SEEN)
                if self.is_postgres:
                    postgres.prepare(session.connection)

    def version(self) -> str | None:
        """The version of the tables that are there, None where there are none. Makes no file by asking for it."""
        from sqlalchemy import inspect

        if (self.file is not None and not self.file.exists()) or not inspect(self.engine).has_table("meta"):
            return None
        with self.read() as session:
            held = session.one("SELECT v FROM meta WHERE k = 'schema'")
        return str(held[0]) if held is not None else None

    def close(self) -> None:
        """Ends all connections."""
        self.engine.dispose()


@contextmanager
def _busy_is_refused() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise Refused("busy", retry_after=1) from error
    except (OperationalError, InterfaceError, psycopg.OperationalError, sqlite3.OperationalError) as error:
        raise Refused("busy", retry_after=1) from error
    except (DBAPIError, psycopg.Error) as error:
        if getattr(getattr(error, "orig", error), "sqlstate", None) in BUSY_STATES:
            raise Refused("busy", retry_after=1) from error
        raise


def _sqlite(file: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{file}", connect_args={"check_same_thread": False}, pool_size=10, pool_timeout=LOCK_SECONDS
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=3000", "foreign_keys=ON",
                       "trusted_schema=OFF", "secure_delete=ON", "wal_autocheckpoint=4000"):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("writes") else "BEGIN")

    return engine


def _postgres(url: str, as_application: bool, pool: int) -> Engine:
    named = url.replace("postgresql://", "postgresql+psycopg://", 1)
    options = "-c idle_in_transaction_session_timeout=10s -c statement_timeout=15s -c lock_timeout=3s"
    engine = create_engine(
        named, pool_size=pool, max_overflow=0, pool_timeout=LOCK_SECONDS, pool_pre_ping=False,
        connect_args={"options": options, "connect_timeout": 5},
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        postgres.read_ids_as_text(connection)
        if as_application:
            postgres.become_application(connection)

    return engine
