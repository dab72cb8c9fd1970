"""The log holds codes and ids, never a word of a record; nothing typed is readable outside the encrypted file."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import PASSPHRASE, answers
from tests.services.test_rights import REASON, make
from vpr_desktop import logs
from vpr_desktop.services import drafts, exports, listing, maintenance, printing, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.new_incident import log

WORD = "zqcanary"


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    logs.start(tmp_path)
    yield lambda: [json.loads(line) for line in (tmp_path / "logs" / "vpr.log").read_text().splitlines()]
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, logs.QuietFile)]:
        root.removeHandler(handler)
        handler.close()


Lines = Callable[[], list[dict[str, Any]]]


def test_only_listed_fields_and_plain_values_are_kept(lines: Lines) -> None:
    logs.note("command", name="list", count=3, id="01a2-b", text=WORD, code="Some words of a record", ms=1.5)
    (line,) = lines()
    assert {k: line[k] for k in ("event", "name", "count", "id")} == {
        "event": "command", "name": "list", "count": 3, "id": "01a2-b",
    }  # fmt: skip
    assert set(line) == {"at", "level", "event", "from", "name", "count", "id"}


def test_an_error_leaves_its_type_and_place_and_never_its_words(lines: Lines) -> None:
    try:
        raise ValueError(f"{WORD}\nsecond line")
    except ValueError as error:
        logs.fault(error)
        logging.getLogger("some.library").exception("failed with %s", error)
        logging.getLogger("some.library").warning(WORD)
    first, second, third = lines()
    assert first["error"] == second["error"] == "ValueError"
    assert first["through"][-1].startswith("test_logs.py:")
    assert third["event"] == "library"
    assert WORD not in json.dumps([first, second, third])


def test_uncaught_errors_say_no_word_on_the_console(tmp_path: Path) -> None:
    script = (
        "import sys, resource\nfrom pathlib import Path\nfrom vpr_desktop import logs\n"
        f"logs.start(Path({str(tmp_path)!r}))\nlogs.catch_all()\n"
        "assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)\n"
        f"raise RuntimeError({WORD!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "RuntimeError" in done.stderr
    assert WORD not in done.stderr + (tmp_path / "logs" / "vpr.log").read_text()


def test_the_log_is_five_files_of_a_mebibyte(lines: Lines, tmp_path: Path) -> None:
    handler = next(one for one in logging.getLogger().handlers if isinstance(one, logs.QuietFile))
    assert (handler.file.maxBytes, handler.file.backupCount) == (1024 * 1024, 4)
    handler.file.maxBytes = 2000
    for number in range(100):
        logs.note("command", count=number)
    assert len(list((tmp_path / "logs").iterdir())) == 5
    assert lines()[-1]["count"] == 99


def test_no_folder_no_log_and_no_noise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs.start(tmp_path / "nowhere")
    logs.note("command", name="list")
    (tmp_path / "logs").write_text("in the way")
    logs.start(tmp_path)
    logs.note("command", name="list")
    logs.start(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    assert capsys.readouterr().err == ""


def clear_bytes(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as held:
                    yield from ((f"{path.name}/{name}", held.read(name)) for name in held.namelist())


def test_nothing_typed_is_readable_on_the_disk(
    ctx: Context, as_role: Callable[..., Context], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    logs.start(home)
    case = make(ctx, as_role, "wm")
    drafts.save(ctx, "quick_log", {"answers": {"description": WORD}})
    listing.search(ctx, WORD)
    printing.summary(ctx, case.id, "full", f"{WORD} {REASON}")
    exports.to_csv(ctx, ListQuery(), "full")
    maintenance.backup(ctx, home / "ward.vprbackup")
    with ctx.unit() as unit:  # left without a commit
        unit.put_draft("d", "quick_log", {"answers": "zqlost"})
    logs.fault(ValueError("zqlost"))
    logs.start(home.parent / "nowhere")
    held = dict(clear_bytes(home)) | dict(clear_bytes(temporary))
    assert {"vault.db", "vault.keys", "vpr.log"} <= set(held)
    words = [
        word for pair in (case.typed, case.later) for word in pair.values() if isinstance(word, str) and len(word) > 5
    ]
    words += [WORD, "zqlost", "zqreason", "p-own", "CED-2611-A777"]
    found = [(name, word) for name, raw in held.items() for word in words if _in(word, raw)]
    allowed = {
        "lockscreen.json",
        "vault.keys",
        "vault.keys.2",
        "ward.vprbackup",
    }  # people with a key slot stand there on purpose
    assert [(name, word) for name, word in found if not (word == "p-own" and name.split("/")[-1] in allowed)] == []


def _in(word: str, raw: bytes) -> bool:
    return word.encode() in raw or word.encode("utf-16-le") in raw


def test_killed_in_the_middle_of_a_save_nothing_is_readable(home: Path, ctx: Context) -> None:
    """The process dies with a transaction open: journal, file and console hold no word of it."""
    log(ctx, answers(description=f"{WORD} saved"))
    sessions.lock(ctx)
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom tests.conftest import _fast_init\n"
        "from tests.factories import answers\nfrom vpr_desktop.bootstrap import SystemClock\n"
        "from vpr_desktop.domain.incident import Incident\nfrom vpr_desktop.services import sessions\n"
        "from vpr_desktop.storage.keyslots import KdfPolicy\nKdfPolicy.__init__ = _fast_init\n"
        f"ctx = sessions.unlock(Path({str(home)!r}), 'amanager', {PASSPHRASE!r}, SystemClock())\n"
        "ctx.store.db.execute('PRAGMA cache_size=1')\n"
        "with ctx.unit() as unit:\n"
        "    for _ in range(40):\n"
        f"        unit.save(Incident(ward_id=ctx.ward_id, **answers(description={WORD!r} * 4000)))\n"
        "    sys.stdout.write('ready'); sys.stdout.flush()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, env={**os.environ})
    assert done.stdout == b"ready", done.stderr[-500:]
    assert done.returncode == -9
    held = dict(clear_bytes(home))
    assert held["vault.db-journal"], "the journal of the open transaction is there"
    assert [name for name, raw in held.items() if WORD.encode() in raw] == []
    assert WORD.encode() not in done.stderr
