"""A real, small file system for tests of a full disk. There is no way round it: without one the test fails."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

INSIDE = "VPR_TEST_IN_NAMESPACE"


def in_a_namespace(test_id: str) -> bool:
    """Where this user may not mount, runs the test again where they may. True if that was done, and passed."""
    if os.geteuid() == 0 or os.environ.get(INSIDE):
        return False
    inside = ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount"]  # PostgreSQL refuses to run as root
    command = [*inside, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test_id]
    done = subprocess.run(command, env={**os.environ, INSIDE: "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"no small disk can be made here, or the test failed on it:\n{done.stdout[-2000:]}"
    return True


@contextlib.contextmanager
def small_disk(place: Path, mib: int) -> Iterator[Path]:
    """A folder with its own file system of so many MiB, gone afterwards."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "vpr-test", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.fail("This test needs a small file system and may not mount one: run it as root or allow unshare.")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


class Filler:
    """A file that takes all the room that is left, but for some."""

    def __init__(self, disk: Path) -> None:
        self.path = disk / "filler"

    def leave(self, room: int) -> None:
        self.path.unlink(missing_ok=True)
        free = os.statvfs(self.path.parent)
        size = free.f_bavail * free.f_frsize - room
        with open(self.path, "wb") as file:
            for _ in range(size // 65536):
                file.write(b"\0" * 65536)
            file.write(b"\0" * (size % 65536))

    def end(self) -> None:
        self.path.unlink()
