"""What is not imported before the lock screen shows: a window that waits for nothing, tested by module names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vpr_desktop.services import sessions
from vpr_desktop.services.context import Context

ROOT = Path(__file__).resolve().parent.parent
HEAVY = (
    "sqlmodel", "sqlalchemy", "pydantic", "sqlcipher3", "cryptography", "reportlab", "pypdfium2", "requests",
    "http_message_signatures", "truststore", "fastapi", "msgspec", "stdnum", "numpy", "vpr_desktop.domain.forms",
)  # fmt: skip
NOT_FOR_THE_LOCK_SCREEN = (  # a few milliseconds each, and the first picture shows nothing of them
    "PySide6.QtNetwork", "hashlib", "html", "zoneinfo", "vpr_desktop.domain.changes", "vpr_desktop.domain.when",
    "vpr_desktop.ui.dialogs.dialog", "vpr_desktop.ui.panes", "vpr_desktop.ui.system_lock",
)  # fmt: skip
FIRST_PAINT = """
import sys
from PySide6.QtCore import QEvent, QObject
from vpr_desktop.ui.start import open_window
from vpr_desktop.ui.app import application

app = application()
assert app.style().name() == "fusion"


class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and watched.objectName() == sys.argv[2]:
            app.removeEventFilter(self)
            print(*sys.modules, sep="\\n", flush=True)
            app.exit(0)
        return False


watch = Watch()
app.installEventFilter(watch)
import pathlib
open_window(pathlib.Path(sys.argv[1]))
"""


def modules_at_first_paint(home: Path, page: str) -> set[str]:
    """The modules that a fresh interpreter holds once the window has painted for the first time."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT, str(home), page],
        cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("page", ["S1", "S0"])
def test_the_first_paint_waits_for_neither_database_nor_pdf_nor_network(
    ctx: Context, page: str, tmp_path: Path
) -> None:
    sessions.write_clear_facts(ctx)
    held = modules_at_first_paint(ctx.home if page == "S1" else tmp_path / "empty", page)
    assert "PySide6.QtWidgets" in held
    assert "vpr_desktop.ui.pages.lock_page" in held
    late = HEAVY + (NOT_FOR_THE_LOCK_SCREEN if page == "S1" else ())
    assert [name for name in late if name in held] == []


SOURCES = """
import linecache, sys
from vpr_desktop.ui import start
if sys.argv[1] == "spared":
    start.read_no_sources()
import vpr_desktop.ui.app
print(any("main_window" in name for name in linecache.cache))
"""


@pytest.mark.parametrize(("how", "read"), [("spared", "False"), ("as Qt does", "True")])
def test_no_source_is_read_and_held_while_the_window_is_loaded(how: str, read: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SOURCES, how], cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip() == read


SETTLED = """
import gc, pathlib, sys
from PySide6.QtWidgets import QApplication
from vpr_desktop import logs
from vpr_desktop.ui.start import open_window


def noted(event, **_):
    if event == "started":
        from vpr_desktop.ui.garbage import Garbage
        from vpr_desktop.ui.main_window import MainWindow

        window = next(one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow))
        short = sys.getswitchinterval() < 0.001
        print(gc.isenabled(), window.findChild(Garbage) is not None, short, flush=True)
        QApplication.exit(0)


logs.note = noted
open_window(pathlib.Path(sys.argv[1]))
"""


def test_garbage_waits_for_a_pause_between_events_and_a_lane_that_computes_gives_way_soon(ctx: Context) -> None:
    sessions.write_clear_facts(ctx)
    done = subprocess.run(
        [sys.executable, "-c", SETTLED, str(ctx.home)],
        cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout.split()) == (0, ["False", "True", "True"]), done.stderr


WARMED = """
import pathlib, sys
from vpr_desktop.ui import warm_up

warm_up.load(pathlib.Path(sys.argv[1]))
print(*sys.modules, sep="\\n")
"""


def test_what_unlocking_and_home_need_is_loaded_while_somebody_types(ctx: Context) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WARMED, str(ctx.home)], cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    held = set(done.stdout.split())
    needed = {"services.sessions", "ui.shell", "ui.sync_chip", "services.home", "services.sending", "sync.engine"}
    assert {f"vpr_desktop.{name}" for name in needed} | {"sqlcipher3"} <= held
    assert not held & {"reportlab", "requests", "pypdfium2"}, "what Home does not need comes later"
