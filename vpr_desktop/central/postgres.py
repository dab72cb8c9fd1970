"""What PostgreSQL adds: the application's role, row security by trust, the one function that erases, bulk insert.

The application role cannot update or delete an op. Erasing is a function of another role, which asks for the
stored op that orders it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

from psycopg.types.string import TextLoader
from sqlalchemy import Connection

from vpr_desktop.central.tables import FENCED

APPLICATION = "vpr_app"
ERASER = "vpr_erase"
MAY = {
    "SELECT": ("meta", "trust", *FENCED, "nonce", "bucket"),
    "INSERT": ("device", "device_key", "key_range", "scope", "batch", "quarantine", "review", "user_",
               "access_log", "nonce", "bucket"),
    "UPDATE": ("device", "device_key", "key_range", "scope", "code", "user_", "bucket"),
    "DELETE": ("nonce", "quarantine", "bucket"),
}  # fmt: skip
SETTING = "NULLIF(current_setting('vpr.trust', true), '')::int"
THIS_TRUST = f"trust = {SETTING}"
OP_COLUMNS = "st, seq, op_id, hash, raw, batch, pos, et, ei"
# The binary form of COPY: each row the number of its fields, each field its length and its bytes, as in these columns.
COPY_START, COPY_END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
COPY_ROW, COPY_PLACE, COPY_ID = struct.Struct(">hiiiqi16si32si"), struct.Struct(">iqihi"), struct.Struct(">i16s")

FUNCTIONS = """
CREATE FUNCTION vpr_trust_of_device(wanted uuid) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp AS $$ SELECT trust FROM device WHERE id = wanted AND state <> 'known' $$;
CREATE FUNCTION vpr_trust_of_code(wanted text) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp AS $$ SELECT trust FROM code WHERE prefix = wanted ORDER BY n DESC LIMIT 1 $$;
CREATE FUNCTION vpr_erase_op(ward int, eraser uuid, target uuid, target_hash bytea) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE told json; place record;
BEGIN
  SELECT trust, et, ei, raw INTO place FROM op WHERE st = ward AND op_id = eraser AND seq IS NOT NULL;
  IF NOT FOUND OR place.trust IS DISTINCT FROM NULLIF(current_setting('vpr.trust', true), '')::int THEN
    RAISE EXCEPTION 'no stored op orders this';
  END IF;
  -- An escaped NUL is JSON, and no text here: another escape of its length keeps it JSON. Neither id nor hash has one.
  told := replace(convert_from(place.raw, 'UTF8'), '\\u0000', '\\u0020')::json -> 'er';
  IF told IS NULL OR told ->> 'op' <> target::text
     OR rtrim(translate(encode(target_hash, 'base64'), '+/', '-_'), '=') <> told ->> 'h' THEN
    RAISE EXCEPTION 'the stored op orders something else';
  END IF;
  UPDATE op SET raw = NULL WHERE st = ward AND op_id = target AND hash = target_hash;
  IF NOT FOUND THEN
    INSERT INTO op (trust, st, seq, op_id, hash, raw, batch, pos, et, ei)
    VALUES (place.trust, ward, NULL, target, target_hash, NULL, NULL, NULL, place.et, place.ei)
    ON CONFLICT DO NOTHING;
  END IF;
END $$;
"""


def prepare(connection: Connection) -> None:
    """Roles, rights, fences and functions, once for a new database."""

    def do(sql: str) -> None:
        connection.exec_driver_sql(sql.replace("%", "%%"))

    for role in (APPLICATION, ERASER):
        do(f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    # Whoever makes the tables serves them too, in most places, and need not be a superuser for it.
    do(f"GRANT {APPLICATION} TO CURRENT_USER")
    do("ALTER TABLE op ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()")
    do("ALTER TABLE bucket SET UNLOGGED")
    do("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC")
    do(f"GRANT USAGE ON SCHEMA public TO {APPLICATION}, {ERASER}")
    for right, tables in MAY.items():
        do(f"GRANT {right} ON {', '.join(tables)} TO {APPLICATION}")
    do(f"GRANT UPDATE (head, chain) ON stream TO {APPLICATION}")
    do(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APPLICATION}")
    # Bulk insert is not allowed into a table with row security. So ops are fenced by what the role may touch:
    # it inserts every column but the trust, which is filled in from the transaction, and reads the view alone.
    do(f"ALTER TABLE op ALTER COLUMN trust SET DEFAULT {SETTING}")
    do(f"GRANT INSERT ({OP_COLUMNS}) ON op TO {APPLICATION}")
    do("DROP VIEW op_seen")
    do(f"CREATE VIEW op_seen WITH (security_barrier) AS SELECT * FROM op WHERE {THIS_TRUST}")
    do(f"GRANT SELECT ON op_seen TO {APPLICATION}")
    for table in FENCED:
        do(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        do(f"CREATE POLICY {table}_trust ON {table} TO {APPLICATION} USING ({THIS_TRUST}) WITH CHECK ({THIS_TRUST})")
    do(f"GRANT SELECT, INSERT ON op TO {ERASER}")
    do(f"GRANT UPDATE (raw) ON op TO {ERASER}")
    do(FUNCTIONS)
    signatures = ("vpr_trust_of_device(uuid)", "vpr_trust_of_code(text)", "vpr_erase_op(int, uuid, uuid, bytea)")
    for signature in signatures:
        do(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    do(f"GRANT CREATE ON SCHEMA public TO {ERASER}")
    do(f"GRANT {ERASER} TO CURRENT_USER")
    do(f"ALTER FUNCTION {signatures[2]} OWNER TO {ERASER}")
    do(f"REVOKE CREATE ON SCHEMA public FROM {ERASER}")
    for signature in signatures:
        do(f"GRANT EXECUTE ON FUNCTION {signature} TO {APPLICATION}")


def read_ids_as_text(connection: Any) -> None:
    """Ids come as text, as on SQLite."""
    connection.adapters.register_loader("uuid", TextLoader)


def become_application(connection: Any) -> None:
    """Lays down every right but the application's. Raises where that role may still change an op."""
    connection.autocommit = True
    connection.execute(f"SET ROLE {APPLICATION}")
    held = connection.execute(
        "SELECT has_any_column_privilege('op', 'UPDATE') OR has_table_privilege('op', 'DELETE')"
    ).fetchone()
    connection.autocommit = False
    if held is None or held[0]:
        raise RuntimeError("the application role may change stored ops")


def copy_ops(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Inserts ops in bulk: (trust, st, seq, op_id, hash, raw, batch, pos, et, ei); the database fills in the trust."""
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY op ({OP_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(b"".join([COPY_START, *map(_copy_row, rows), COPY_END]))


def _copy_row(row: tuple[Any, ...]) -> bytes:
    """A row in the form of COPY; the driver's own writer, which asks each value for its type, took as long as all
    checks of an op together."""
    _, st, seq, op_id, hashed, raw, batch, pos, et, ei = row
    name = et.encode()
    return b"".join(
        (
            COPY_ROW.pack(9, 4, st, 8, seq, 16, _id_bytes(op_id), 32, hashed, len(raw)),
            raw,
            COPY_PLACE.pack(8, batch, 2, pos, len(name)),
            name,
            COPY_ID.pack(16, _id_bytes(ei)),
        )
    )


def _id_bytes(one: str) -> bytes:
    return bytes.fromhex(one.replace("-", ""))
