"""Nothing typed anywhere in the window can be read outside the encrypted file, but what the design puts there (I19)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import FAST
from tests.factories import PASSPHRASE
from tests.fakes import FakeClock
from tests.journeys.canary_child import MARK
from vpr_desktop.services import sessions

ROOT = Path(__file__).resolve().parents[2]
WORDS = re.compile(rb"zq(?:x\d{4}k|w ward|n person|user)")
# What stands in the clear on purpose (sync and security, 6.2): the ward and the people on the lock screen.
CLEAR = {
    "lockscreen.json": {b"zqw ward", b"zqn person", b"zquser"},
    "vault.keys": {b"zquser", b"zqn person"},
    "vault.keys.2": {b"zquser", b"zqn person"},
}


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "vault.reserve":
            yield path.name, path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as held:
                    yield from ((name, held.read(name)) for name in held.namelist())


def read_words(raw: bytes) -> set[bytes]:
    """Every typed word in some bytes, as UTF-8 or as UTF-16 at either place."""
    wide = (raw[start:].decode("utf-16-le", "ignore").encode("utf-8", "ignore") for start in (0, 1))
    return {word for text in (raw, *wide) for word in WORDS.findall(text)}


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, object]], bytes]:
    """What a day of typing left behind: the folder, what the process told, and what it said on the console."""
    folder = tmp_path_factory.mktemp("canaries")
    for name in ("pc", "chosen", "home", "temporary", "cwd", "run"):
        (folder / name).mkdir(mode=0o700)
    env = {
        **os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "temporary"), "XDG_RUNTIME_DIR": str(folder / "run"), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    env = {name: value for name, value in env.items() if not name.startswith("XDG_") or name == "XDG_RUNTIME_DIR"}
    command = [sys.executable, "-m", "tests.journeys.canary_child", str(folder)]
    with open(folder / "run" / "console", "w+b") as console:
        child = subprocess.Popen(command, cwd=folder / "cwd", env=env, stdout=subprocess.PIPE, stderr=console)
        assert child.stdout is not None
        said = []
        for line in child.stdout:
            said.append(json.loads(line))
            if "ready" in said[-1]:
                child.kill()
                break
        code = child.wait(30)
        child.stdout.close()
        console.seek(0)
        complained = console.read()
    assert code == -9, complained[-3000:].decode()
    return folder, said, complained


def test_i19_nothing_typed_is_readable_outside_the_encrypted_file(
    left: tuple[Path, list[dict[str, object]], bytes],
) -> None:
    folder, said, complained = left
    held = [pair for name in ("pc", "home", "temporary", "cwd", "run") for pair in files(folder / name)]
    assert {"vault.db", "vault.keys", "vault.anchor", "vpr.log", "lockscreen.json"} <= {name for name, _ in held}
    found = [(name, word) for name, raw in held for word in read_words(raw) if word not in CLEAR.get(name, set())]
    assert found == []
    assert [line["found"] for line in said if "found" in line] == []
    assert not read_words(complained + json.dumps(said).encode())


def test_the_words_were_typed_saved_printed_and_imported(left: tuple[Path, list[dict[str, object]], bytes]) -> None:
    """Without this the test above could pass because nothing was typed at all."""
    folder, said, complained = left
    told = {name: value for line in said for name, value in line.items()}
    assert int(str(told["typed"])) > 100
    assert (told["copied"], told["clipboard"], told["imported"]) == (True, 0, True)
    assert "not_saved" not in told
    chosen = {path.name for path in (folder / "chosen").iterdir()}
    assert {"old.csv", "old.rejected.csv", "incidents.csv"} <= chosen
    assert any(name.endswith(".pdf") for name in chosen)
    assert b"RuntimeError" in complained, "the error of a slot is told, without its words"
    ctx = sessions.unlock(folder / "pc" / "ward", "amanager", PASSPHRASE, FakeClock(), FAST)
    try:
        db = ctx.store.db
        inside = b"".join(
            bytes(row[0])
            for sql in ("SELECT raw FROM op", "SELECT body FROM draft", "SELECT v FROM state")
            for row in db.execute(sql)
        )
    finally:
        sessions.lock(ctx)
    kept = read_words(inside)
    assert len(kept) > 40, "saved, drafted or given as a reason"
    assert f"{MARK}9004k".encode() in kept, "the draft of the last half minute"
