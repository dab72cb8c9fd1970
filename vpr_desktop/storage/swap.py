"""Puts a set of files in place of another, all or none, also when killed half-way: a note says what is under way.

Used where the encrypted file, its key slots and its anchor must change together: restore, rescue, first run.
Once the note is durable the change is decided; whoever opens the folder next finishes it.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path

from vpr_desktop.domain.errors import FileDamaged
from vpr_desktop.domain.ops import canonical
from vpr_desktop.storage import slot_file
from vpr_desktop.storage.anchor import NAMES as ANCHORS

NOTE = "vault.swap"
FILE = "vault.db"
STAGED = "staging"
SET = (FILE, FILE + "-journal", *slot_file.NAMES, *ANCHORS)


def stage(home: Path) -> Path:
    """An empty folder for the new files; what an earlier try left there was never decided and goes."""
    staged = home / STAGED
    shutil.rmtree(staged, ignore_errors=True)
    try:
        staged.mkdir(parents=True)
    except OSError as error:
        raise slot_file.known(error) from error
    return staged


def discard(home: Path) -> None:
    """Takes away staged files that were not put in place. Keeps them where the change was decided."""
    if not is_under_way(home):
        shutil.rmtree(home / STAGED, ignore_errors=True)


def is_under_way(home: Path) -> bool:
    """Whether a change was decided and not finished."""
    return (home / NOTE).exists()


def swap(home: Path, aside: str) -> Path:
    """Moves the files of this folder to a new folder `aside-...` and the staged ones in. Deletes nothing."""
    staged = home / STAGED
    try:
        for path in sorted(staged.iterdir()):
            with open(path, "rb+") as file:
                os.fsync(file.fileno())
        slot_file.sync_folder(staged)
        kept = home / f"{aside}-{secrets.token_hex(2)}"
        kept.mkdir()
        slot_file.sync_folder(home)
    except OSError as error:
        raise slot_file.known(error) from error
    old = [name for name in SET if (home / name).exists()]
    new = [name for name in SET if (staged / name).exists()]
    slot_file.replace_file(home / NOTE, canonical({"v": 1, "aside": kept.name, "old": old, "new": new}))
    finish(home)
    return kept


def finish(home: Path) -> None:
    """Brings a decided change to its end; does nothing where there is none. May be killed and called again."""
    if not is_under_way(home):
        return
    aside, old, new = _read(home)
    try:
        for name in old:
            if not (aside / name).exists():
                os.replace(home / name, aside / name)
        for name in new:
            if (home / STAGED / name).exists():
                os.replace(home / STAGED / name, home / name)
        slot_file.sync_folder(aside)
        slot_file.sync_folder(home)
        (home / NOTE).unlink()
        slot_file.sync_folder(home)
        shutil.rmtree(home / STAGED, ignore_errors=True)
        if not any(aside.iterdir()):
            aside.rmdir()
    except OSError as error:
        raise slot_file.known(error) from error


def _read(home: Path) -> tuple[Path, list[str], list[str]]:
    try:
        said = json.loads((home / NOTE).read_bytes()[:65536])
        aside, old, new = home / Path(said["aside"]).name, list(said["old"]), list(said["new"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileDamaged(UNREADABLE) from error
    if not set(old) | set(new) <= set(SET) or not aside.is_dir():
        raise FileDamaged(UNREADABLE)
    return aside, old, new


UNREADABLE = "A change of the file was cut short and its note is damaged. Nothing was deleted. Call IT."
