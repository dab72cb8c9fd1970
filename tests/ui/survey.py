"""Goes through every screen in every look once and keeps what the walkers found; the tests read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui import fit, walk, words_in
from tests.ui.screens import SCREENS
from tests.ui.stage import FULL_HD_LESS_BARS, SMALLEST, Stage

Walker = Callable[[QWidget], list[str]]
ONCE: dict[str, Walker] = {
    "names": walk.nameless,
    "labels": walk.unlabelled,
    "errors": walk.silent_errors,
    "hints": walk.silent_hints,
    "groups": walk.group_faults,
    "marks": walk.unmarked,
    "targets": walk.small_targets,
    "shortcuts": walk.bare_shortcuts,
    "drags": walk.drags,
    "symbols": words_in.symbols,
    "kinds": walk.faulty_kinds,
}
FIT: dict[str, Walker] = {
    "clipped": fit.clipped,
    "cut": fit.cut_by_parent,
    "overlap": fit.overlapping,
    "sideways": fit.sideways,
}
TAB: dict[str, Walker] = {"tab": walk.tab_faults}
RING: dict[str, Walker] = {"ring": walk.ringless}


@dataclass(frozen=True)
class Look:
    """Theme, text size and window size, and what is walked in it."""

    name: str
    theme: str
    percent: int
    size: tuple[int, int]
    walkers: tuple[dict[str, Walker], ...]


LOOKS = (
    Look("light", "light", 100, FULL_HD_LESS_BARS, (ONCE, FIT, TAB, RING)),
    Look("dark", "dark", 100, FULL_HD_LESS_BARS, (FIT, RING)),
    Look("200 %", "light", 200, FULL_HD_LESS_BARS, (FIT, TAB)),
    Look("smallest", "light", 100, SMALLEST, (FIT,)),
    Look("smallest, 200 %", "light", 200, SMALLEST, (FIT,)),
)


@dataclass
class Survey:
    """What was found: by walker, look and screen. `texts` is every text of a screen, `cells` what its tables say."""

    found: dict[tuple[str, str], dict[str, list[str]]] = field(default_factory=lambda: defaultdict(dict))
    texts: dict[str, list[str]] = field(default_factory=dict)
    spoken: dict[str, list[str]] = field(default_factory=dict)
    cells: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    first_focus: dict[str, str] = field(default_factory=dict)

    def of(self, walker: str, look: str = "light") -> list[str]:
        """Every finding of a walker in a look, with its screen."""
        by_screen = self.found[walker, look]
        assert len(by_screen) == len(SCREENS), f"{walker} did not walk every screen in {look}"
        return [f"{screen}: {one}" for screen, found in by_screen.items() for one in found]


def take(app: QApplication, folder: Path, looks: tuple[Look, ...] = LOOKS) -> Survey:
    """Opens everything and walks."""
    QAccessible.setActive(True)
    made = Survey()
    stage = Stage(app, folder)
    for look in looks:
        stage.look(look.theme, look.percent, look.size)
        for screen in SCREENS:
            root = screen.opens(stage)
            stage.activate(root)
            if look is looks[0]:
                _note(made, screen.name, root)
            for walkers in look.walkers:
                for name, walker in walkers.items():
                    made.found[name, look.name][screen.name] = walker(root)
            screen.closes(stage)
        stage.lock()
    stage.close()
    return made


def _note(made: Survey, name: str, root: QWidget) -> None:
    made.texts[name] = list(words_in.texts(root))
    made.spoken[name] = [w.accessibleName() for w in walk.shown(root) if w.accessibleName()]
    made.cells[name] = list(words_in.said_cells(root))
    focused = QApplication.focusWidget()
    made.first_focus[name] = walk.told(focused) if focused is not None else ""
