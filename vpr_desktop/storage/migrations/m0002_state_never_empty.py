"""Version 2: no value of the file's own state may be empty, so that reading one can never fail half-way."""

from __future__ import annotations

from vpr_desktop.storage.oplog import Connection


def run(db: Connection) -> None:
    """Builds the table anew with the rule and takes over every value there is."""
    db.execute("ALTER TABLE state RENAME TO state_before")
    db.execute("CREATE TABLE state (k VARCHAR NOT NULL, v BLOB NOT NULL, PRIMARY KEY (k))")
    db.execute("INSERT INTO state SELECT k, v FROM state_before WHERE k IS NOT NULL AND v IS NOT NULL")
    db.execute("DROP TABLE state_before")
