"""The real storage and the real endpoint, each on a database in memory: quick enough for thousands of histories.

No rule of the product is written again here: only where bytes lie, and where chance comes from.
"""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2 as sqlcipher

from vpr_desktop.central import admin, auth
from vpr_desktop.central.database import SCHEMA_VERSION, Database
from vpr_desktop.central.tables import METADATA, OP_SEEN
from vpr_desktop.domain.identity import device_id, stream_id
from vpr_desktop.storage import device, schema, vault
from vpr_desktop.storage.tip import Tip

HOME = Path("/nowhere")  # nothing of a history lies in a folder
STATEMENTS = 1000  # kept ready by a connection: a history has some 300, and the drivers keep 100
ROOM = 2**40
WARDS = {stream_id("RX1", "CED"): "CED", stream_id("RX1", "BIR"): "BIR"}
CED, BIR = WARDS


class Chance:
    """Stands for the module `secrets`, so that one seed gives one history."""

    def __init__(self, draw: random.Random) -> None:
        self.token_bytes = draw.randbytes
        self.randbelow = draw.randrange
        self.token_hex = lambda n: draw.randbytes(n).hex()
        self.choice = draw.choice


class Anchors:
    """The anchor beside the file, as durable as the file."""

    def __init__(self) -> None:
        self.held: Tip | None = None

    def write(self, tip: Tip) -> None:
        self.held = tip

    def read(self) -> Tip | None:
        return self.held


def open_memory(image: Any = None) -> Any:
    """A connection to a file in memory, a copy of another one where that is given."""
    db = sqlcipher.connect(":memory:", isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS)
    for pragma in ("foreign_keys = ON", "temp_store = MEMORY"):
        db.execute(f"PRAGMA {pragma}")
    if image is not None:
        image.backup(db)
    return db


@cache
def _empty_file() -> Any:
    db = open_memory()
    schema.create(db)
    return db


MOST_FREE = 8
_FREE: list[Any] = []  # files of histories that are over: to prepare 250 statements anew took a third of each history


def new_file() -> Any:
    """A file with its tables and nothing in them."""
    if not _FREE:
        return open_memory(_empty_file())
    db = _FREE.pop()
    if db.in_transaction:
        db.execute("ROLLBACK")
    db.execute("BEGIN IMMEDIATE")
    for sql in _emptying():
        db.execute(sql)
    db.execute("COMMIT")
    return db


def done_with(db: Any) -> None:
    """A file that nobody reads any more may become another one."""
    if len(_FREE) < MOST_FREE:
        _FREE.append(db)
    else:
        db.close()


@cache
def _emptying() -> tuple[str, ...]:
    """The statements that leave a file as `schema.create` made it."""
    rows = [f"DELETE FROM {table.name}" for table in reversed(schema.METADATA.sorted_tables)]
    indexes = [
        row[0] for row in _empty_file().execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'")
    ]
    return (*rows, *(f"INSERT INTO {name}({name}) VALUES ('delete-all')" for name in indexes))


@cache
def columns(name: str) -> str:
    """The columns of a record's table, without the number that only one file knows."""
    return ", ".join(f'"{row[1]}"' for row in _empty_file().execute(f"PRAGMA table_info({name})") if row[1] != "n")


class Remembered:
    """Stands for the public keys of Ed25519: what a key once said of the same bytes is not worked out again."""

    def __init__(self, key: bytes) -> None:
        self.real = Ed25519PublicKey.from_public_bytes(key)
        self.held: set[tuple[bytes, bytes]] = set()

    @staticmethod
    @cache
    def from_public_bytes(key: bytes) -> Remembered:
        """A key by its bytes. Raises ValueError where they are none."""
        return Remembered(key)

    def verify(self, sig: bytes, message: bytes) -> None:
        """Raises InvalidSignature where the signature is not this key's."""
        if (sig, message) not in self.held:
            self.real.verify(sig, message)
            self.held.add((sig, message))


@contextmanager
def quick() -> Iterator[None]:
    """For the length of a history: a disk with room, no file older than this version, signatures checked once."""
    places: tuple[tuple[Any, str, Any], ...] = (
        (vault, "_room", lambda _: ROOM), (device, "Ed25519PublicKey", Remembered),
        (auth, "Ed25519PublicKey", Remembered), (schema, "add_missing", lambda _: []),
    )  # fmt: skip
    real = [getattr(place, name) for place, name, _ in places]
    for place, name, other in places:
        setattr(place, name, other)
    try:
        yield
    finally:
        for (place, name, _), one in zip(places, real, strict=True):
            setattr(place, name, one)
        Remembered.from_public_bytes.cache_clear()


@cache
def device_keys(count: int = 40) -> tuple[tuple[bytes, bytes, str], ...]:
    """Private key, public key and identity of the PCs there can be, the same in every history."""
    made = []
    for number in range(count):
        key = Ed25519PrivateKey.from_private_bytes(bytes([number + 1]) * 32)
        public = key.public_key().public_bytes_raw()
        made.append((key.private_bytes_raw(), public, device_id(public)))
    return tuple(made)


class Quick:
    """A transaction's statements given to the driver itself: SQLAlchemy took a third of a history's time."""

    is_postgres, for_update = False, ""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self.driver = driver
        self.connection = self

    def _do(self, sql: str, values: dict[str, Any]) -> sqlite3.Cursor:
        for name in [name for name, value in values.items() if isinstance(value, list)]:
            marks = ",".join(f":{name}_{n}" for n in range(len(values[name])))
            sql = re.sub(rf":{name}\b", f"({marks})", sql)
            values |= {f"{name}_{n}": one for n, one in enumerate(values[name])}
        try:
            return self.driver.execute(sql, values)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(sql, None, error) from error

    def rows(self, sql: str, **values: Any) -> list[Any]:
        return self._do(sql, values).fetchall()

    def one(self, sql: str, **values: Any) -> Any:
        return self._do(sql, values).fetchone()

    def run(self, sql: str, **values: Any) -> int:
        return self._do(sql, values).rowcount

    def together(self, *asked: Any) -> list[list[Any]]:
        return [self._do(sql, dict(values)).fetchall() for sql, values in asked]

    def act_for(self, trust: int) -> None:
        """There is no row security to set."""

    def exec_driver_sql(self, sql: str, rows: Any) -> None:
        try:
            self.driver.executemany(sql, rows)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(sql, None, error) from error


class MemoryDatabase(Database):
    """The endpoint's database in memory. `between` runs before each transaction that writes, as another process may."""

    def __init__(self) -> None:
        self.url, self.is_postgres = "sqlite://", False
        self.driver = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS
        )
        self.driver.execute("PRAGMA foreign_keys=ON")
        self.between: Any = None

    def begin_again(self) -> None:
        """As it was made: with two wards and no PC."""
        self.between = None
        self.driver.execute("BEGIN IMMEDIATE")
        for table in reversed(METADATA.sorted_tables):
            self.driver.execute(f"DELETE FROM {table.name}")
        for name, rows in _first_rows().items():
            marks = ",".join("?" * len(rows[0]))
            self.driver.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        self.driver.execute("COMMIT")

    @contextmanager
    def read(self) -> Iterator[Any]:
        yield Quick(self.driver)

    @contextmanager
    def write(self) -> Iterator[Any]:
        if self.between is not None:
            self.between()
        self.driver.execute("BEGIN IMMEDIATE")
        try:
            yield Quick(self.driver)
        except BaseException:
            self.driver.execute("ROLLBACK")
            raise
        self.driver.execute("COMMIT")

    def image(self) -> bytes:
        """All that is durable."""
        return bytes(self.driver.serialize())

    def put_back(self, image: bytes) -> None:
        """As it stood then."""
        self.driver.deserialize(image)

    def close(self) -> None:
        self.driver.close()


_ENDPOINTS: list[MemoryDatabase] = []


def new_endpoint() -> MemoryDatabase:
    """An endpoint with two wards and no PC."""
    if not _ENDPOINTS:
        made = MemoryDatabase()
        made.put_back(_endpoint_image())
        return made
    made = _ENDPOINTS.pop()
    made.begin_again()
    return made


def ended(central: MemoryDatabase) -> None:
    """An endpoint that nobody asks any more may become another one."""
    _ENDPOINTS.append(central)


@cache
def _first_rows() -> dict[str, list[Any]]:
    made = MemoryDatabase()
    made.put_back(_endpoint_image())
    held = {
        table.name: made.driver.execute(f"SELECT * FROM {table.name}").fetchall() for table in METADATA.sorted_tables
    }
    return {name: rows for name, rows in held.items() if rows}


@cache
def _endpoint_image() -> bytes:
    """The same in every process."""
    made = MemoryDatabase()
    engine = create_engine("sqlite://", creator=lambda: made.driver, poolclass=StaticPool)
    METADATA.create_all(engine)
    made.driver.execute(OP_SEEN)
    with made.write() as session:
        session.run("INSERT INTO meta (k, v) VALUES ('schema', :v)", v=SCHEMA_VERSION)
        session.run("INSERT INTO meta (k, v) VALUES ('epoch', 'first')")
        session.run("INSERT INTO trust (org_code, org_name, must_accept) VALUES ('RX1', 'Practice Trust', 0)")
    for code in WARDS.values():
        admin.add_ward(made, code, code.title(), "RX1")
    return made.image()
