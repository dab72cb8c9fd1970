"""Wrong passphrases slow down and are counted before they are judged; a restart or clock change gains nothing.

The count lies in the key file and in a mirror; the larger rules. Nothing is ever wiped for a wrong one.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from vpr_desktop.domain.errors import NotWritable, WrongPassphrase
from vpr_desktop.storage import slot_file

MIRROR = "vault.attempts"
RECOVERY = "recovery code"
FREE = 5  # wrong ones in a row without a wait
LONG_AFTER = 10
LONG_SECONDS = 900
LONGEST_SHORT = 300
_WAITS: dict[tuple[str, str], float] = {}  # when this process saw a slot's wait begin, on its monotonic clock


def wait_after(count: int) -> int:
    """Seconds to wait after so many wrong ones in a row: 1, 2, 4 .. 300, and 15 minutes from the tenth."""
    if count < FREE:
        return 0
    if count >= LONG_AFTER:
        return LONG_SECONDS
    return min(LONGEST_SHORT, int(2 ** (count - FREE)))


def waits(home: Path, user_id: str, monotonic: float) -> int:
    """Seconds left before this slot may be tried again. After a restart the whole wait runs again."""
    wait = wait_after(_count(home, user_id))
    if wait == 0:
        return 0
    began = _WAITS.setdefault((str(home), user_id), monotonic)
    return max(0, int(began + wait - monotonic + 0.999))


def begin(home: Path, user_id: str, monotonic: float) -> None:
    """Counts a try before it is judged. Raises WrongPassphrase with the wait where one is running."""
    left = waits(home, user_id, monotonic)
    if left:
        raise WrongPassphrase(left, judged=False)
    _WAITS.pop((str(home), user_id), None)
    _write(home, user_id, _count(home, user_id) + 1)


def forget(home: Path, user_id: str) -> None:
    """The right one was given: the count starts anew."""
    _WAITS.pop((str(home), user_id), None)
    _write(home, user_id, 0)


def _count(home: Path, user_id: str) -> int:
    held = slot_file.read(home).get("attempts", {})
    return max(_number(held, user_id), _number(_mirror(home), user_id))


def _number(held: Any, user_id: str) -> int:
    value = held.get(user_id, 0) if isinstance(held, dict) else 0
    return min(value, 1_000_000) if type(value) is int and value > 0 else 0


def _mirror(home: Path) -> Any:
    try:
        return json.loads((home / MIRROR).read_bytes()[:65536])
    except (OSError, ValueError):
        return {}


def _write(home: Path, user_id: str, count: int) -> None:
    document = slot_file.read(home)
    known = {slot["user_id"] for slot in slot_file.slots(document)} | {RECOVERY}
    if user_id not in known or _number(document.get("attempts"), user_id) == count == _number(_mirror(home), user_id):
        return
    document["attempts"] = {**document.get("attempts", {}), user_id: count}
    slot_file.write(home, document)
    with contextlib.suppress(NotWritable):  # the key file has it; the mirror only guards against an old copy
        slot_file.replace_file(home / MIRROR, json.dumps(document["attempts"]).encode())
