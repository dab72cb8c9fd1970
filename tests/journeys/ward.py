"""A ward PC with its people, driven as they would: keys, clicks, and what can be read on the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QLineEdit, QPlainTextEdit, QWidget

from tests.conftest import FAST
from tests.factories import PASSPHRASE, first_run
from tests.fakes import FakeClock
from tests.window import make_window, settle, unlock
from vpr_desktop.services import people, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.ui.main_window import MainWindow

PEOPLE = {
    "rnurse": ("R. Nurse", "reporter"),
    "slead": ("S. Lead", "support_lead"),
    "vlead": ("V. Lead", "vpr_lead"),
    "auditor": ("I. Governance", "auditor"),
    "dadmin": ("D. Admin", "device_admin"),
}


def set_up(home: Path, clock: FakeClock, *who: str) -> str:
    """A new PC with its manager and these people; locked again. Returns the recovery code."""
    ctx, code = sessions.first_run(home, first_run(), clock, FAST)
    for user_id in who:
        people.add(ctx, user_id, *PEOPLE[user_id], PASSPHRASE)
    sessions.lock(ctx)
    return code


@dataclass
class WardPC:
    """The window of one PC and the hands on it."""

    app: QApplication
    home: Path
    clock: FakeClock
    window: MainWindow = field(init=False)

    def __post_init__(self) -> None:
        self.window = make_window(self.app, self.home, self.clock)

    @property
    def page(self) -> Any:
        return self.window.page()

    @property
    def ctx(self) -> Context:
        return self.window.ctx

    def unlock(self, user_id: str = "amanager", passphrase: str = PASSPHRASE) -> None:
        unlock(self.window, user_id, passphrase)

    def lock(self) -> None:
        self.press("Ctrl+L")
        assert self.window.page() is None

    def switch(self, user_id: str) -> None:
        """Locks, and another person unlocks."""
        self.lock()
        self.unlock(user_id)

    def end(self) -> None:
        """Locks and lets the window go, as at the end of a test."""
        if self.window.page() is not None:
            self.window.lock()
            self.settle()
        self.window.lane.stop()
        self.window.idle.stop()
        self.window.hide()
        self.window.deleteLater()

    def settle(self) -> None:
        settle(self.window)
        if self.app.activeWindow() is None:  # a desktop gives focus back when a dialog closes; offscreen does not
            self.front().activateWindow()
            settle(self.window)

    def front(self) -> QWidget:
        """What takes keys and clicks: the open dialog, else the window."""
        shown = [w for w in self.app.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
        return shown[-1] if shown else self.window

    def press(self, *sequences: str) -> None:
        """Presses keys wherever focus is, one after the other."""
        for sequence in sequences:
            target = self.app.focusWidget() or self.front()
            QTest.keySequence(target.window().windowHandle(), QKeySequence(sequence))
            self.settle()

    def type(self, text: str) -> None:
        """Types into the focused field."""
        target = self.app.focusWidget()
        assert target is not None
        QTest.keyClicks(target, text)
        self.settle()

    def click(self, words: str) -> None:
        """Clicks the one button that can be seen under these words, by its text or its spoken name."""
        button = self.button(words)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()

    def button(self, words: str) -> QAbstractButton:
        found = self.buttons(words)
        assert found, f"no button {words!r} among {sorted(self.offered())}"
        return found[0]

    def buttons(self, words: str) -> list[QAbstractButton]:
        return [
            one
            for one in self.front().findChildren(QAbstractButton)
            if one.isVisible() and one.isEnabled() and words in (one.text(), one.accessibleName())
        ]

    def offered(self) -> set[str]:
        """The names of every button that can be pressed now."""
        return {
            one.accessibleName() or one.text()
            for one in self.front().findChildren(QAbstractButton)
            if one.isVisible() and one.isEnabled()
        }

    def field(self, name: str) -> QLineEdit | QPlainTextEdit:
        """The field to type into under this spoken name."""
        for kind in (QLineEdit, QPlainTextEdit):
            for one in self.front().findChildren(kind):
                spoken = one.accessibleName()
                if one.isVisible() and (spoken == name or (spoken.startswith("Error:") and spoken.endswith(name))):
                    return one
        raise AssertionError(f"no field {name!r}")

    def put(self, name: str, text: str) -> None:
        """Types a text into a field, in place of what is there."""
        control = self.field(name)
        control.setFocus()
        control.selectAll()
        QTest.keyClicks(control, text)
        self.settle()

    def screen(self) -> str:
        """Every word that can be read on the screen now, tables and fields included."""
        words = [w.text() for w in self.front().findChildren(QLabel) if w.isVisible()]
        words += [w.text() for w in self.front().findChildren(QAbstractButton) if w.isVisible()]
        words += [w.text() for w in self.front().findChildren(QLineEdit) if w.isVisible()]
        words += [w.toPlainText() for w in self.front().findChildren(QPlainTextEdit) if w.isVisible()]
        table = getattr(self.page, "table", None)
        if table is not None:
            model = table.model()
            cells = [model.index(r, c) for r in range(model.rowCount()) for c in range(model.columnCount())]
            words += [str(cell.data() or "") for cell in cells]
        return "\n".join(words)

    def choose(self, question: str, *codes: str) -> None:
        """Answers a question of the quick log with the mouse."""
        group = self.page.form.groups[question]
        for code in codes:
            card = group.cards[group.codes.index(code)]
            QTest.mouseClick(card, Qt.MouseButton.LeftButton)
        self.settle()

    def log(self, note: str = "", **changes: Any) -> str:
        """Logs an incident with the mouse. Returns its reference."""
        answers: dict[str, tuple[str, ...]] = {
            "location": ("COR",), "act_types": ("PHY", "THR"), "affected": ("ONE",), "perp_relation": ("PAT",),
            "effect": ("MIN",), "support_offered": ("NYT",), **changes,
        }  # fmt: skip
        self.press("Ctrl+N")
        for question, codes in answers.items():
            self.choose(question, *codes)
        if note:
            self.page.form.note.setFocus()
            self.type(note)
        self.press("Ctrl+Return")
        assert self.page.saved.isVisible(), self.screen()
        return str(self.page.saved.made.reference)

    def open(self, reference: str) -> None:
        """Opens a record from the list, as Enter does."""
        self.press("Ctrl+2")
        model = self.page.table.model()
        row = next(r for r in range(model.rowCount()) if model.index(r, 0).data() == reference)
        self.page.table.setCurrentIndex(model.index(row, 0))
        self.page.table.setFocus()
        self.press("Return")
        assert self.page.objectName() == "S4"

    def answer(self, reason: str, button: str) -> None:
        """Fills the open reason dialog and presses a button of it."""
        self.put("Reason", reason)
        self.click(button)

    def audit(self) -> list[str]:
        """The acts of the audit trail, oldest first."""
        rows = self.ctx.store.db.execute("SELECT act FROM audit ORDER BY n").fetchall()
        return [row[0] for row in rows]
