"""A second start on one PC: a real second process ends with code 9 and brings the first window to the front."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt

from tests.journeys.ward import WardPC
from vpr_desktop.ui import one_window

Pc = Callable[..., WardPC]
ROOT = Path(__file__).resolve().parent.parent.parent


def start_again(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "vpr_desktop", "--home", str(home)],
        cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def ends(process: subprocess.Popen[str], qtbot: Any) -> tuple[int, str]:
    """Lets the first window answer while the second process runs. Its code and what it said."""
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=60_000)
    _, said = process.communicate(timeout=10)
    return int(process.returncode), said


def test_a_second_start_shows_the_first_window_and_ends_with_9(pc: Pc, qtbot: Any) -> None:
    ward = pc()
    first = one_window.FirstWindow(ward.home, ward.window)
    first.asked.connect(ward.window.come_forward)
    ward.window.showMinimized()
    assert ward.window.isMinimized()
    code, said = ends(start_again(ward.home), qtbot)
    assert code == 9, said
    assert said == "VPR Desktop is already open on this PC. Use that window, or close it first.\n"
    assert not ward.window.isMinimized()
    assert ward.window.isVisible()
    ward.window.setWindowState(Qt.WindowState.WindowNoState)
    first.close()
    ward.unlock()
    assert ward.page is not None, "the second start touched nothing"


def test_what_a_killed_window_left_is_no_open_window(tmp_path: Path, qtbot: Any) -> None:
    """A socket without a process behind it: the next start opens as usual, and listens again."""
    home = tmp_path / "ward"
    code = (
        "import os, sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication; "
        "app = QCoreApplication([]); from vpr_desktop.ui.one_window import FirstWindow; "
        "first = FirstWindow(Path(sys.argv[1]), app); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(home)], cwd=ROOT, check=True, timeout=60)
    assert os.path.exists(one_window.address(home))
    assert not one_window.show_first(home)
    from PySide6.QtCore import QCoreApplication

    app = QCoreApplication.instance()
    assert app is not None
    again = one_window.FirstWindow(home, app)
    asked: list[bool] = []
    again.asked.connect(lambda: asked.append(True))
    code_of_second, _ = ends(start_again(home), qtbot)
    assert code_of_second == 9
    assert asked == [True]
    again.close()
    again.deleteLater()


def test_the_address_says_nothing_about_the_folder_and_differs_between_folders(tmp_path: Path) -> None:
    one, other = one_window.address(tmp_path / "Cedar"), one_window.address(tmp_path / "Oak")
    assert one != other
    assert "cedar" not in one.lower()
