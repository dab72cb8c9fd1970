"""Two real processes on one file: the second waits ten seconds and says why; a killed owner lets it in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import PASSPHRASE, logged
from vpr_desktop.services import sessions
from vpr_desktop.services.context import Context
from vpr_desktop.storage.instance_lock import NAME

ROOT = Path(__file__).resolve().parents[2]
QUICK = (
    "from tests.conftest import _fast_init; from vpr_desktop.storage.keyslots import KdfPolicy; "
    "KdfPolicy.__init__ = _fast_init; "
)
VPR = QUICK + "import sys; from vpr_desktop.cli.main import main; raise SystemExit(main(sys.argv[1:]))"
OWNER = QUICK + (
    "import sys; from pathlib import Path; from tests.factories import PASSPHRASE, logged; "
    "from vpr_desktop.bootstrap import SystemClock; from vpr_desktop.services import sessions; "
    "ctx = sessions.unlock(Path(sys.argv[1]), 'amanager', PASSPHRASE, SystemClock()); "
    "sys.stdout.write(logged(ctx).reference + chr(10)); sys.stdout.flush(); "
    "unit = ctx.unit().__enter__(); sys.stdin.read()"
)


def started(script: str, *arguments: str, home: Path) -> subprocess.Popen[str]:
    env = {**os.environ, "VPR_HOME": str(home), "VPR_USER": "amanager", "VPR_PASSPHRASE": PASSPHRASE}
    command = [sys.executable, "-c", script, *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


@pytest.fixture
def owner(ctx: Context) -> Iterator[tuple[Path, subprocess.Popen[str], str]]:
    """A process that has the file open, in the middle of a transaction, and the reference it saved before."""
    logged(ctx)
    sessions.lock(ctx)
    child = started(OWNER, str(ctx.home), home=ctx.home)
    assert child.stdout is not None
    saved = child.stdout.readline().strip()
    assert saved, child.stderr.read() if child.stderr else ""
    yield ctx.home, child, saved
    child.kill()
    child.communicate()


def test_the_second_command_waits_ten_seconds_and_ends_with_9(owner: tuple[Path, subprocess.Popen[str], str]) -> None:
    home, child, _ = owner
    began = time.monotonic()
    second = started(VPR, "list", "--json", home=home)
    out, err = second.communicate(timeout=60)
    took = time.monotonic() - began
    assert (second.returncode, out) == (9, "")
    assert "open" in err.lower()
    assert took >= 10
    assert child.poll() is None, "the first goes on unharmed"


def test_a_killed_owner_lets_the_waiting_command_in_and_what_it_saved_is_there(
    owner: tuple[Path, subprocess.Popen[str], str],
) -> None:
    home, child, saved = owner
    second = started(VPR, "list", "--json", home=home)
    while not _waits_for(second.pid, home):
        assert second.poll() is None
    child.kill()
    out, err = second.communicate(timeout=60)
    assert second.returncode == 0, err
    assert saved in {row["reference"] for row in json.loads(out)}
    third = started(VPR, "verify", "--json", home=home)
    out, err = third.communicate(timeout=60)
    assert (third.returncode, json.loads(out)["ok"]) == (0, True), err


def _waits_for(pid: int, home: Path) -> bool:
    """Whether a process has the lock's file open, which it asks for again and again."""
    folder = Path(f"/proc/{pid}/fd")
    try:
        return any(os.readlink(one) == str(home / NAME) for one in folder.iterdir())
    except OSError:
        return False
