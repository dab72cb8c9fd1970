"""The tables of the endpoint, the same on SQLite and PostgreSQL. Declares only; what PostgreSQL adds is in postgres.py.

`trust` stands in every table that holds anything of a ward: the second fence on PostgreSQL is drawn by it.
Times are whole seconds since 1970. Text statements elsewhere name these columns.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

METADATA = MetaData()
ID = String(36).with_variant(UUID(as_uuid=False), "postgresql")
BIG = BigInteger().with_variant(Integer(), "sqlite")  # an INTEGER key is what SQLite counts up by itself


def _trust() -> Column[int]:
    return Column("trust", Integer, nullable=False)


META = Table("meta", METADATA, Column("k", String(40), primary_key=True), Column("v", String(200), nullable=False))

TRUST = Table(
    "trust",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("org_code", String(20), nullable=False, unique=True),
    Column("org_name", String(200), nullable=False),
    Column("must_accept", Boolean, nullable=False),
)

TRUST_KEY = Table(
    "trust_key",
    METADATA,
    _trust(),
    Column("use", String(40), nullable=False),
    Column("key", String(200), nullable=False),
    UniqueConstraint("trust", "use"),
)

STREAM = Table(
    "stream",
    METADATA,
    Column("n", Integer, primary_key=True),
    _trust(),
    Column("id", ID, nullable=False, unique=True),
    Column("code", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("head", BIG, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    Column("epoch", String(32), nullable=False),
)

DEVICE = Table(
    "device",
    METADATA,
    _trust(),
    Column("id", ID, nullable=False),
    Column("state", String(10), nullable=False),  # active, waiting, revoked, known (by its batches alone)
    Column("letter", String(4), nullable=False),
    Column("last_an", String(300)),
    Column("since", BIG, nullable=False),
    UniqueConstraint("trust", "id"),
    # A PC belongs to one trust; what another trust knows of it by batches alone is no enrolment.
    Index(
        "device_enrolled", "id", unique=True,
        sqlite_where=text("state <> 'known'"), postgresql_where=text("state <> 'known'"),
    ),
)  # fmt: skip

DEVICE_KEY = Table(
    "device_key",
    METADATA,
    _trust(),
    Column("device", ID, nullable=False),
    Column("n", Integer, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("signer", Integer),
    Column("sig", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),  # open, ended, revoked
    UniqueConstraint("trust", "device", "n"),
)

KEY_RANGE = Table(
    "key_range",
    METADATA,
    _trust(),
    Column("device", ID, nullable=False),
    Column("n", Integer, nullable=False),
    Column("st", ID, nullable=False),
    Column("above_inc", BIG),
    Column("above_no", BIG),
    Column("last_inc", BIG),
    Column("last_no", BIG),
    UniqueConstraint("trust", "device", "n", "st"),
)

SCOPE = Table(
    "scope",
    METADATA,
    _trust(),
    Column("device", ID, nullable=False),
    Column("st", Integer, nullable=False),
    Column("ended_at", BIG),
    UniqueConstraint("device", "st"),
    Index("scope_st", "st"),
)

CODE = Table(
    "code",
    METADATA,
    Column("n", Integer, primary_key=True),
    _trust(),
    Column("prefix", String(3), nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("streams", Text, nullable=False),  # numbers of streams, a list in JSON
    Column("expires", BIG, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used_by", ID),
    Column("used_key", LargeBinary),
    Index("code_prefix", "prefix"),
)

NONCE = Table(
    "nonce",
    METADATA,
    Column("device", ID, primary_key=True),
    Column("nonce", String(16), primary_key=True),
    Column("at", BIG, nullable=False),
    Index("nonce_at", "at"),
)

BATCH = Table(
    "batch",
    METADATA,
    Column("n", BIG, primary_key=True),
    _trust(),
    Column("st", Integer, nullable=False),
    Column("id", ID, nullable=False),
    Column("dev", ID, nullable=False),
    Column("inc", BIG, nullable=False),
    Column("no", BIG, nullable=False),
    Column("prev", String(43), nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("received_at", BIG, nullable=False),
    UniqueConstraint("st", "id"),
    Index("batch_no", "st", "dev", "inc", "no"),  # not unique: a copied PC is an alarm, never a batch lost
    Index("batch_prev", "st", "prev"),
)

# An ordinary rowid table on SQLite: without a rowid, rows of this size cost twice as much.
OP = Table(
    "op",
    METADATA,
    _trust(),
    Column("st", Integer, nullable=False),
    Column("seq", BIG),  # null only for an erased op that was never stored here
    Column("op_id", ID, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("raw", LargeBinary),
    Column("batch", BIG),
    Column("pos", SmallInteger),
    Column("et", String(40), nullable=False),
    Column("ei", ID, nullable=False),
    UniqueConstraint("st", "seq"),
    UniqueConstraint("st", "op_id"),
    Index("op_hash", "st", "hash"),
    Index("op_user", "st", "ei", sqlite_where=text("et = 'user'"), postgresql_where=text("et = 'user'")),
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    _trust(),
    Column("st", Integer, nullable=False),
    Column("batch", BIG, nullable=False),
    Column("pos", SmallInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("problem", String(40), nullable=False),
    Column("at", BIG, nullable=False),
    UniqueConstraint("batch", "hash"),
    Index("quarantine_hash", "st", "hash"),
)

REVIEW = Table(
    "review",
    METADATA,
    Column("n", BIG, primary_key=True),
    _trust(),
    Column("st", Integer, nullable=False),
    Column("kind", String(10), nullable=False),  # review, alarm
    Column("code", String(40), nullable=False),
    Column("op_id", ID),
    Column("batch_id", ID),
    Column("dev", ID, nullable=False),
    Column("at", BIG, nullable=False),
    Column("settled_at", BIG),
    Index("review_op", "st", "op_id"),
)

USER = Table(
    "user_",
    METADATA,
    _trust(),
    Column("st", Integer, nullable=False),
    Column("ei", ID, nullable=False),
    Column("user_id", String(200), nullable=False),
    Column("role", String(40), nullable=False),
    Column("active", Boolean, nullable=False),
    UniqueConstraint("st", "ei"),
)

ACCESS_LOG = Table(
    "access_log",
    METADATA,
    Column("n", BIG, primary_key=True),
    _trust(),
    Column("at", BIG, nullable=False),
    Column("device", ID, nullable=False),
    Column("st", Integer, nullable=False),
    Column("act", String(20), nullable=False),
    Column("low", BIG, nullable=False),
    Column("high", BIG, nullable=False),
)

BUCKET = Table(
    "bucket",
    METADATA,
    Column("k", String(80), primary_key=True),
    Column("requests", BIG, nullable=False),  # thousandths
    Column("bytes", BIG, nullable=False),
    Column("at", BIG, nullable=False),  # milliseconds
)

# Ops are read through this view, which on PostgreSQL shows one trust's.
OP_SEEN = "CREATE VIEW op_seen AS SELECT * FROM op"

# Tables with row security by trust on PostgreSQL.
FENCED = (
    "trust_key", "stream", "device", "device_key", "key_range", "scope", "code", "batch", "quarantine", "review",
    "user_", "access_log",
)  # fmt: skip
