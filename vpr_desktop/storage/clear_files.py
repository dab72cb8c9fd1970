"""What lies in the clear beside the encrypted file, on purpose: what the lock screen shows, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NAME = "lockscreen.json"
LARGEST = 256 * 1024
KEYS = frozenset(
    "v wards emergency_number contacts users endpoint theme text_percent lock_minutes practice last_users"
    " notices".split()
)


def load(home: Path) -> dict[str, Any]:
    """What the lock screen shows; empty where the file is missing or damaged, as it can be made again."""
    path = home / NAME
    try:
        if path.stat().st_size > LARGEST:
            return {}
        held = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return {key: value for key, value in held.items() if key in KEYS} if isinstance(held, dict) else {}


def save(home: Path, changes: dict[str, Any]) -> None:
    """Changes some of it. Refuses anything that is not on the list of what may lie in the clear."""
    from vpr_desktop.domain.ops import canonical  # reading, which a starting window waits for, needs neither
    from vpr_desktop.storage.slot_file import replace_file

    unknown = set(changes) - KEYS
    if unknown:
        raise ValueError(f"may not lie in the clear: {sorted(unknown)}")
    replace_file(home / NAME, canonical({**load(home), **changes, "v": 1}))
