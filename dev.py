#!/usr/bin/env python3
"""Sets up, demonstrates, tests and measures VPR Desktop with the standard library of Python 3.11 alone.

python3 dev.py demo              a practice ward in a window (--headless: the same without one)
python3 dev.py test              every check and test
python3 dev.py setup|check|bench|soak|shots
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
STAMP = VENV / "vpr-setup-stamp"
LOCK = ROOT / "requirements.lock"

# What Qt needs on Debian and Ubuntu: a library to look for, and the packages that may hold it.
SYSTEM_LIBRARIES = {
    "libglib-2.0.so.0": ("libglib2.0-0", "libglib2.0-0t64"),
    "libGL.so.1": ("libgl1",),
    "libEGL.so.1": ("libegl1",),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libxkbcommon.so.0": ("libxkbcommon0",),
}
WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
}


def say(text: str) -> None:
    print(text, flush=True)


def stop(text: str) -> None:
    say(text)
    raise SystemExit(1)


def run(*command: object, env: dict[str, str] | None = None) -> int:
    return subprocess.call([str(part) for part in command], cwd=ROOT, env=env)


def is_loadable(library: str) -> bool:
    """Whether the system's loader finds a library."""
    try:
        import ctypes

        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(libraries: dict[str, tuple[str, ...]]) -> list[str]:
    """The packages that bring what is not there, by the names this release of Debian or Ubuntu has."""
    wanted = []
    for library, packages in libraries.items():
        if not is_loadable(library):
            known = [p for p in packages if run_quietly("apt-cache", "show", p)]
            wanted.append((known or list(packages))[0])
    return wanted


def run_quietly(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def apt_install(packages: list[str], why: str) -> None:
    """Installs system packages where that is allowed, else says the one command to run."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    sudo = [] if as_root else ["sudo", "-n"]
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    by_hand = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)}"
    if not as_root and not run_quietly("sudo", "-n", "true"):
        stop(f"{why} Run this once as root (or: sudo sh -c '...'), then try again:\n    {by_hand}")
    say(f"{why} Installing {', '.join(packages)} ...")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(*sudo, "apt-get", "update", "-qq", env=env)
    if run(*sudo, *command, "-qq", env=env) != 0:
        stop(f"Installing did not work. Run it by hand as root, then try again:\n    {by_hand}")


def system_packages(window: bool) -> None:
    """Brings in what Python and Qt need from the system, on Debian and Ubuntu, all at once.

    Another program or library that tests come to need is one more line in the tables on top.
    """
    if not sys.platform.startswith("linux"):
        return
    wanted = dict(SYSTEM_LIBRARIES, **(WINDOW_LIBRARIES if window else {}))
    absent = [library for library in wanted if not is_loadable(library)]
    no_venv = not PYTHON.exists() and importlib.util.find_spec("ensurepip") is None
    if not absent and not no_venv:
        return
    if shutil.which("apt-get") is None:
        parts = [*absent, *(["Python's modules venv and ensurepip"] if no_venv else [])]
        stop(f"This is missing on this system: {', '.join(parts)}. Install it, then try again.")
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if as_root and not any(Path("/var/lib/apt/lists").glob("*Packages*")):
        run("apt-get", "update", "-qq")
    venv = [f"python{sys.version_info.major}.{sys.version_info.minor}-venv"] if no_venv else []
    apt_install([*venv, *missing_packages(wanted)], "Python or Qt needs something from the system.")


def test_server() -> None:
    """Brings in what tests talk to, on Debian and Ubuntu: PostgreSQL beside SQLite, and a message bus of their own."""
    if not sys.platform.startswith("linux") or not shutil.which("apt-get"):
        return
    if not any(Path("/usr/lib/postgresql").glob("*/bin/postgres")) and not shutil.which("postgres"):
        apt_install(["postgresql"], "The endpoint's tests need PostgreSQL.")
    if not shutil.which("dbus-daemon"):
        apt_install(["dbus"], "The tests of the system's own lock need a message bus.")


def make_venv() -> None:
    """Makes .venv; one that was begun and not finished is made anew."""
    if PYTHON.exists() and run_quietly(str(PYTHON), "-m", "pip", "--version"):
        return
    say("Making .venv ...")
    if run(sys.executable, "-m", "venv", "--clear", VENV) != 0:
        stop("The folder .venv could not be made. Delete it and try again.")


def wanted_stamp() -> str:
    digest = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + Path(__file__).read_bytes())
    return digest.hexdigest()


def setup(window: bool = False) -> None:
    """Makes the environment ready; returns at once where it already is."""
    if sys.version_info < (3, 11):  # noqa: UP036  said plainly rather than failing on syntax
        stop("VPR Desktop needs Python 3.11 or newer.")
    system_packages(window)
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted_stamp():
        return
    make_venv()
    say("Installing the pinned packages ...")
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--compile")
    if run(*pip, "--require-hashes", "--no-deps", "-r", LOCK, env=env) != 0:
        stop("The packages could not be installed. Check the network and the package index, then try again.")
    link_project()
    run(PYTHON, "-m", "compileall", "-q", ROOT / "vpr_desktop", env=env)
    STAMP.write_text(wanted_stamp())


def link_project() -> None:
    """Makes the checkout importable in .venv, and the two programs startable from it."""
    paths = {"base": str(VENV), "platbase": str(VENV)}
    site = Path(sysconfig.get_path("purelib", "nt" if WINDOWS else "posix_prefix", vars=paths))
    (site / "vpr_desktop.pth").write_text(f"{ROOT}\n")
    for name, module in (("vpr", "vpr_desktop.cli.main"), ("vpr-desktop", "vpr_desktop.__main__")):
        if WINDOWS:
            (VENV / "Scripts" / f"{name}.cmd").write_text(f'@"%~dp0python.exe" -m {module} %*\r\n')
        else:
            program = VENV / "bin" / name
            program.write_text(f'#!/bin/sh\nexec "{PYTHON}" -m {module} "$@"\n')
            program.chmod(0o755)


def offscreen() -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


def has_display() -> bool:
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def check() -> int:
    """Style, types, import contracts."""
    steps = (
        ("ruff", (PYTHON, "-m", "ruff", "check", ".")),
        ("ruff format", (PYTHON, "-m", "ruff", "format", "--check", ".")),
        ("mypy", (PYTHON, "-m", "mypy")),
        ("import contracts", (VENV / ("Scripts" if WINDOWS else "bin") / "lint-imports", "--no-cache")),
    )
    failed = []
    for name, command in steps:
        say(f"== {name}")
        if run(*command) != 0:
            failed.append(name)
    if failed:
        say(f"Checks that did not pass: {', '.join(failed)}")
    return 1 if failed else 0


def whole_test(env: dict[str, str]) -> int:
    """All tests, those of the window beside all others: two processes, so that two cores are used."""
    window = ("tests/ui", "tests/journeys", "tests/test_docs.py", "tests/test_startup.py")
    others = [option for path in window for option in ("--ignore", path)]
    with tempfile.TemporaryFile("w+") as told:
        first = subprocess.Popen(
            [str(PYTHON), "-m", "pytest", "-p", "no:cacheprovider", *window],
            cwd=ROOT,
            env=env,
            stdout=told,
            stderr=told,
        )
        second = run(PYTHON, "-m", "pytest", "-p", "no:cacheprovider", *others, env=env)
        ended = first.wait()
        told.seek(0)
        say(told.read())
    return second or ended


def main(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if command not in ("setup", "demo", "test", "check", "bench", "soak", "shots"):
        say(__doc__ or "")
        return 2
    headless = command != "demo" or "--headless" in rest or not has_display()
    if command == "demo" and headless and "--headless" not in rest:
        say("There is no display here, so the demo runs without a window.")
        rest = [*rest, "--headless"]
    setup(window=not headless)
    env = offscreen() if headless else dict(os.environ)
    if command == "setup":
        say("Ready. Try: python3 dev.py demo")
        return 0
    if command == "demo":
        return run(PYTHON, "-m", "vpr_desktop.demo", *rest, env=env)
    if command == "check":
        return check()
    if command in ("test", "soak"):
        test_server()
    if command == "test":
        checked = check() if not rest else 0
        return (run(PYTHON, "-m", "pytest", *rest, env=env) if rest else whole_test(env)) or checked
    return run(PYTHON, "-m", f"tests.{command}", *rest, env=env)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
