"""Answers of reports for the lock screen: one sealed file each, found and opened by the report's own slip code alone.

Lies outside the encrypted file, which is closed then. Nothing in it tells of an incident to who has no code: the
name of a file and its key both come from the code by Argon2id, and its length from whole blocks.
"""

from __future__ import annotations

import json
import logging
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from vpr_desktop.domain.errors import NotAllowed, NotWritable
from vpr_desktop.domain.ops import canonical
from vpr_desktop.storage import slot_file
from vpr_desktop.storage.keyslots import KdfPolicy
from vpr_desktop.storage.oplog import Connection

LOG = logging.getLogger(__name__)
FOLDER, TRIES, BEGUN = "slips", "tries.json", "begun"
HEAD = b"VPRL1\0"  # version 1: Argon2id with the floor of the key slots' memory, 3 passes; AES-256-GCM
PASSES, NONCE, BLOCK = 3, 12, 512
MOST_TRIES = 20
WINDOW = timedelta(hours=1)
LARGEST = 128 * 1024
USED_UP = "20 codes were tried within an hour. You can try again at {time}. The ward manager can tell you too."


def _keys(code: str, stream: str, policy: KdfPolicy) -> tuple[str, bytes]:
    """The name of an entry and its key."""
    made = Argon2id(salt=stream.encode(), length=48, iterations=PASSES, lanes=1, memory_cost=policy.floor_kib).derive(
        code.encode()
    )
    return made[:16].hex(), made[16:]


def put(home: Path, stream: str, code: str, said: dict[str, Any], policy: KdfPolicy) -> str:
    """Writes what a code shall open, whole or not at all, in place of what it opened before; gives the entry's name.

    Raises NotWritable.
    """
    name, key = _keys(code, stream, policy)
    plain = canonical(said)
    plain += b" " * (-len(plain) % BLOCK)
    nonce = secrets.token_bytes(NONCE)
    folder = home / FOLDER / stream
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise slot_file.known(error) from error
    slot_file.replace_file(folder / name, HEAD + nonce + AESGCM(key).encrypt(nonce, plain, HEAD + stream.encode()))
    return name


def drop(home: Path, stream: str, name: str) -> None:
    """Takes away an entry, where there is nothing to tell any more, also when its code was erased."""
    try:
        (home / FOLDER / stream / name).unlink(missing_ok=True)
    except OSError as error:
        raise slot_file.known(error) from error


def find(home: Path, code: str, now: datetime, policy: KdfPolicy) -> dict[str, Any] | None:
    """What a code opens, or None. Counts the try before it is judged. Raises NotAllowed after 20 within an hour."""
    _count_try(home, now)
    found = None
    for folder in sorted(path for path in (home / FOLDER).glob("*") if path.is_dir()):
        name, key = _keys(code, folder.name, policy)
        found = found or _opened(folder / name, key, folder.name)
    return found


def _opened(path: Path, key: bytes, stream: str) -> dict[str, Any] | None:
    try:
        held = path.read_bytes()[:LARGEST]
    except OSError:
        return None
    start = len(HEAD) + NONCE
    try:
        plain = AESGCM(key).decrypt(held[len(HEAD) : start], held[start:], HEAD + stream.encode())
        said = json.loads(plain)
    except (InvalidTag, ValueError):
        LOG.warning("a slip entry does not open")
        return None
    return said if isinstance(said, dict) else None


def _count_try(home: Path, now: datetime) -> None:
    """Keeps the times of the last tries in a file, so that a new start of the app gains nothing."""
    tries = [at for at in _tries(home) if now - at < WINDOW]  # one that lies ahead, as after a clock change, counts
    if len(tries) >= MOST_TRIES:
        raise NotAllowed(USED_UP.format(time=f"{(min(tries) + WINDOW).astimezone():%H:%M}"))
    kept = [f"{at:%Y-%m-%dT%H:%M:%S}Z" for at in (*tries, now.astimezone(UTC))]
    folder = home / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise slot_file.known(error) from error
    slot_file.replace_file(folder / TRIES, json.dumps(kept).encode())


def _tries(home: Path) -> list[datetime]:
    try:
        held = json.loads((home / FOLDER / TRIES).read_bytes()[:LARGEST])
        return [datetime.fromisoformat(str(text)) for text in held]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError):
        raise NotWritable("The list of tries cannot be read. Ask the ward manager, and tell IT.") from None


# Which entries wait to be written anew
def mark(db: Connection, changes: Any) -> None:
    """Notes the incidents whose entry may say something else now, in the transaction of the change."""
    ids = {one.id for one in changes if one.entity == "incident"}
    ids |= {one.parent for one in changes if one.entity == "feedback" and one.parent}
    sql = (
        "INSERT OR IGNORE INTO stale_slip SELECT id FROM incident WHERE id = ? AND"
        " (slip_code IS NOT NULL OR EXISTS (SELECT 1 FROM state WHERE k = 'slip-entry:' || incident.id)) AND"
        " (status <> 'logged' OR EXISTS (SELECT 1 FROM feedback WHERE feedback.parent_id = incident.id))"
    )
    db.executemany(sql, [(one,) for one in sorted(ids)])


def mark_all(db: Connection) -> None:
    """Notes every incident that was answered or closed: after a restore, or where the folder is gone."""
    db.execute(
        "INSERT OR IGNORE INTO stale_slip SELECT id FROM incident WHERE status = 'closed' AND slip_code IS NOT NULL"
        " UNION SELECT parent_id FROM feedback WHERE \"to\" = 'reporter' AND removed IS NOT 1"
    )


def waiting(db: Connection, most: int) -> list[str]:
    """The incidents whose entry waits to be written."""
    return [row[0] for row in db.execute("SELECT id FROM stale_slip LIMIT ?", (most,))]


def written(db: Connection, ids: list[str]) -> int:
    """Takes incidents off the list. Returns how many still wait."""
    db.executemany("DELETE FROM stale_slip WHERE id = ?", [(one,) for one in ids])
    return int(db.execute("SELECT count(*) FROM stale_slip").fetchone()[0])
