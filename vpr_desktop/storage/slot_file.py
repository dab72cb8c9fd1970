"""`vault.keys`: two copies of one versioned, checksummed document of key slots, written so that one always reads.

Knows nothing of what a slot means; `keyslots.py` does.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vpr_desktop.domain.errors import DiskFull, FileDamaged, NotWritable
from vpr_desktop.domain.ops import canonical

NAMES = ("vault.keys", "vault.keys.2")
LARGEST = 1024 * 1024
VERSION = 1


def read(home: Path) -> dict[str, Any]:
    """The newest copy that verifies. Raises FileDamaged where neither does."""
    copies = [document for name in NAMES if (document := _read_one(home / name))]
    if not copies:
        raise FileDamaged()
    return max(copies, key=lambda document: int(document["generation"]))


def exists(home: Path) -> bool:
    """Whether there is a key file at all, in any state."""
    return any((home / name).exists() for name in NAMES)


def _read_one(path: Path) -> dict[str, Any] | None:
    try:
        if path.stat().st_size > LARGEST:
            return None
        held = json.loads(path.read_bytes())
        body, digest = held["body"], held["sha256"]
        if hashlib.sha256(canonical(body)).hexdigest() != digest or body["v"] != VERSION:
            return None
        return body if _has_shape(body) else None
    except (OSError, ValueError, KeyError, TypeError, UnicodeError, RecursionError):
        return None


def _has_shape(body: dict[str, Any]) -> bool:
    """Whether the document itself can be worked with; what is wrong inside one slot concerns that slot alone."""
    return (
        type(body["generation"]) is int
        and isinstance(body["file_id"], str)
        and isinstance(body["slots"], list)
        and isinstance(body["recovery"], dict | None)
        and isinstance(body.get("attempts", {}), dict)
    )


def slot_of(document: dict[str, Any], user_id: str) -> dict[str, Any] | None:
    """A person's slot, if there is one."""
    return next((slot for slot in slots(document) if slot["user_id"] == user_id), None)


def slots(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The slots that say whose they are. A damaged one that does not is nobody's, and harms no other."""
    return [one for one in document["slots"] if isinstance(one, dict) and isinstance(one.get("user_id"), str)]


def write(home: Path, document: dict[str, Any]) -> dict[str, Any]:
    """Writes both copies, one after the other, each durable and read back before the next."""
    body = {**document, "v": VERSION, "generation": int(document.get("generation", 0)) + 1}
    data = bytes_of(body)
    for name in NAMES:
        replace_file(home / name, data)
        if _read_one(home / name) != body:
            raise NotWritable()
    return body


def bytes_of(body: dict[str, Any]) -> bytes:
    """A document as it lies in the file, with its checksum."""
    return canonical({"body": body, "sha256": hashlib.sha256(canonical(body)).hexdigest()})


def replace_file(path: Path, data: bytes, checkpoint: Callable[[str], None] | None = None) -> None:
    """Puts new content under a name: whole or not at all, durable once it returns."""
    fresh = path.with_name(path.name + ".new")
    try:
        with open(fresh, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if checkpoint:
            checkpoint("written")
        os.replace(fresh, path)
        sync_folder(path.parent)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise known(error) from error


def known(error: OSError) -> NotWritable:
    """The kind of an error of the file system: no room, or no right to write."""
    return DiskFull() if error.errno in (errno.ENOSPC, errno.EDQUOT) else NotWritable()


def sync_folder(folder: Path) -> None:
    """Makes renames in a folder durable, where the system knows how."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
