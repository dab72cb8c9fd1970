"""A window in a process of its own: a word of its own is typed into every field of every screen, then much is done.

Ends killed, half-way through a quick log. What it leaves on the disk and said aloud is judged by `test_canaries.py`.
Reports on standard output, one JSON line each, under codes alone: a typed word said aloud would be a find.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QClipboard
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from tests.conftest import fast_keys
from tests.ui.screens import SCREENS
from tests.ui.stage import Stage
from tests.window import settle
from vpr_desktop import logs
from vpr_desktop.domain.forms import TASKS
from vpr_desktop.services import drafts
from vpr_desktop.ui.app import application
from vpr_desktop.ui.dialogs import save_file
from vpr_desktop.ui.forms.editors import TextEditor
from vpr_desktop.ui.pages import print_page

MARK = "zqx"
FIELDS = (QLineEdit, QPlainTextEdit, QTextEdit)


def say(**told: Any) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


class Hands:
    """Types a new word into each field, and looks after every act at what is not inside the window."""

    def __init__(self, stage: Stage, chosen: Path) -> None:
        self.stage, self.chosen, self.count = stage, chosen, 0

    def word(self) -> str:
        self.count += 1
        return f"{MARK}{self.count:04d}k"

    def fields(self, root: QWidget) -> list[Any]:
        found = [one for kind in FIELDS for one in root.findChildren(kind)]
        return [one for one in dict.fromkeys(found) if one.isVisible() and one.isEnabled() and not _is_spin(one)]

    def type_everywhere(self, root: QWidget) -> int:
        """Types into whatever takes text; what stood there goes back afterwards, as many screens share a field."""
        fields = [one for one in self.fields(root) if not one.isReadOnly()]
        for one in fields:
            one.setFocus()
            QTest.keyClicks(one, self.word())
        return len(fields)

    def look(self, where: str) -> None:
        """Titles, tray and clipboard: nothing typed may stand there."""
        board = QApplication.clipboard()
        words = [widget.windowTitle() for widget in QApplication.topLevelWidgets()]
        words += [widget.windowRole() + widget.windowFilePath() for widget in QApplication.topLevelWidgets()]
        words += [board.text(mode) for mode in (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection)]
        if any(MARK in word for word in words):
            say(found=f"outside the window after {where}")

    def walk(self) -> None:
        """Every screen of the one list, and a word into every field of each."""
        typed = 0
        for screen in SCREENS:
            if screen.name == "S2 home of a new ward":
                continue  # words in the steps before it do not let a first run end; `first_run` comes there
            root = screen.opens(self.stage)
            typed += self.type_everywhere(root)
            self.look(screen.name)
            screen.closes(self.stage)
            page = self.stage.window.page()
            if page is not None and (job := page.draft()) is not None:
                self.stage.window.lane.run(self.stage.window, job)
                self.stage.window.lane.run(self.stage.window, self.forget_settings)
            settle(self.stage.window)
        say(screens=len(SCREENS), typed=typed)

    def forget_settings(self) -> None:
        """Else the next screen of contacts, which saves half a one, saves these too, and they stand in the clear."""
        ctx = self.stage.window.ctx
        for one in drafts.mine(ctx):
            if one.form.startswith("settings:"):
                drafts.discard(ctx, one.id)


def _is_spin(one: QWidget) -> bool:
    return isinstance(one.parent(), QAbstractSpinBox)


def first_run(hands: Hands) -> None:
    """A new ward under words that may stand on the lock screen, with words that may not typed on the way."""
    window = hands.stage.new_first_run()
    page: Any = window.first_run
    page.next.click()
    for name, text in {
        "org_code": "RX1", "org_name": hands.word(), "ward_code": "CED", "ward_name": "zqw ward",
    }.items():  # fmt: skip
        page.fields[name].control.setText(text)
    page.next.click()
    settle(window)  # the answers are looked at in the lane; until then "Next" rests
    for name, text in {"name": "zqn person", "user_id": "zquser", "passphrase": f"{hands.word()} seven lamps"}.items():
        page.fields[name].control.setText(text)
    page.next.click()
    settle(window)
    assert page.ctx is not None, "no file was made, so nothing was proven"
    hands.look("first run")
    page.code.have.setChecked(True)
    for _ in range(2):
        page.next.click()
        settle(window)
    home: Any = window.page()
    assert home.objectName() == "S2"
    hands.type_everywhere(window)
    hands.look("home of a new ward")
    hands.stage.end_first_run()


def log(hands: Hands) -> None:
    """A new incident with a note, saved."""
    page = hands.stage.go("log")
    page.form.put({"answers": {
        "location": "COR", "act_types": ["PHY"], "affected": "ONE", "perp_relation": "PAT",
        "effect": "MIN", "support_offered": "NYT",
    }, "when_choice": "now"})  # fmt: skip
    page.form.note.setFocus()
    QTest.keyClicks(page.form.note, hands.word())
    page.save()
    settle(hands.stage.window)
    hands.stage.ids["mine"] = page.saved.made.id
    hands.look("save")


def tasks(hands: Hands) -> None:
    """Every task of an incident filled with words, and saved with a reason."""
    stage = hands.stage
    for task in TASKS:
        page = stage.go("task", incident_id=stage.ids["open"], task=task.name)
        for panel in page.panels:
            for name, editor in panel.editors.items():
                if not isinstance(editor, TextEditor) or not panel.rows[name].isVisibleTo(page):
                    continue
                if editor.spec.kind == "text":
                    editor.set_value("9990000018" if name == "nhs_number" else hands.word())
                else:  # a day or a number, for which the draft of the walk before holds a word
                    editor.set_value(None)
        page.reason.control.setText(hands.word())
        page.save()
        settle(stage.window)
        hands.look(task.name)
        if page.summary.isVisible():
            say(not_saved=task.name)
        page._dirty = False


def prints(hands: Hands) -> None:
    """A full copy with a reason, an export, a search, a view of one's own, a copied block, a handover, a withdrawal."""
    from vpr_desktop.ui.dialogs.name_dialog import NameDialog
    from vpr_desktop.ui.dialogs.reason_dialog import ReasonDialog

    stage = hands.stage
    page = stage.go("print", incident_id=stage.ids["open"])
    page._on_full_answered(f"{hands.word()} for the review", lambda: None)
    settle(stage.window)
    page.save_button.click()
    settle(stage.window)
    listing = stage.go("incidents")
    listing.filters.search.setText(f"{MARK}0001k")
    listing.filters._on_typed()
    settle(stage.window)
    listing.filters.keep_view(hands.word())
    listing._on_export_clicked()
    settle(stage.window)
    record = stage.go("record", incident_id=stage.ids["mine"])
    record.copy_for_trust()
    settle(stage.window)
    say(copied=MARK in QApplication.clipboard().text())
    handover = stage.go("handover")
    handover.to.control.setText(hands.word())
    handover.mark.click()
    settle(stage.window)
    for kind, more in ((ReasonDialog, ("note", "Yes", "No")), (NameDialog, ("note", "Keep"))):
        dialog = kind(stage.window, "Title", *more)
        dialog.open()
        hands.type_everywhere(dialog)
        dialog.reject()
    record = stage.go("record", incident_id=stage.ids["many"])
    record._on_withdraw_answered(record.seen, hands.word(), lambda: None)
    settle(stage.window)


def bring_in(hands: Hands) -> None:
    """An import with words in a row that is taken and in one that is not."""
    stage, head = hands.stage, ("ID", "Date", "What", "Text")
    with open(hands.chosen / "old.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([
            head, (hands.word(), "03/02/2026", "Assault", hands.word()), (hands.word(), hands.word(), "Assault", ""),
        ])  # fmt: skip
    rules = {"version": 1, "name": hands.word(), "source": hands.word(),
             "columns": {"reference": "ID", "date": "Date"},
             "fields": {"act_types": {"column": "What", "values": {"Assault": ["PHY"]}},
                        "description": "Text"}}  # fmt: skip
    (hands.chosen / "mapping.json").write_text(json.dumps(rules), encoding="utf-8")
    card = stage.go("data").imports
    card._on_file_chosen(str(hands.chosen / "old.csv"))
    card._on_mapping_chosen(str(hands.chosen / "mapping.json"))
    card.start(dry_run=False)
    settle(stage.window)
    say(imported="Imported 1, rejected 1" in card.result.text())


class Slot(QObject):
    """An error in a slot, with a typed word in it."""

    told = Signal()

    def fail(self) -> None:
        raise RuntimeError(f"{MARK}9001k")


def faults(hands: Hands) -> None:
    """Errors that carry words: in the log, in a slot, in the lane."""
    logs.fault(ValueError(f"{MARK}9002k"))
    slot = Slot()
    slot.told.connect(slot.fail)
    slot.told.emit()

    def fails() -> None:
        raise ValueError(f"{MARK}9003k")

    hands.stage.window.lane.run(hands.stage.window, fails)
    settle(hands.stage.window)


def end(hands: Hands) -> None:
    """Locks, unlocks, and leaves a quick log half-filled for the parent to kill."""
    stage = hands.stage
    stage.lock()
    hands.look("lock")
    say(clipboard=len(QApplication.clipboard().text()))
    stage.unlock()
    page = stage.go("log")
    page.form.note.setFocus()
    QTest.keyClicks(page.form.note, f"{MARK}9004k")
    stage.window.lane.run(stage.window, page.draft())
    settle(stage.window)
    say(ready=True, words=hands.count)
    QTimer.singleShot(60_000, QApplication.quit)  # never outlives its test
    QApplication.exec()


def main(folder: Path) -> None:
    patch = pytest.MonkeyPatch()
    fast_keys(patch)
    chosen = folder / "chosen"

    def answer(_parent: object, _title: str, name: str, _kinds: str, answered: Callable[[str], None]) -> None:
        answered(str(chosen / name))

    patch.setattr(save_file, "ask_save_path", answer)
    patch.setattr(print_page, "ask_save_path", answer)
    app = application()
    hands = Hands(Stage(app, folder / "pc"), chosen)
    logs.start(folder / "pc" / "ward")
    logs.catch_all()
    first_run(hands)
    hands.walk()
    for step in (log, tasks, prints, bring_in, faults, end):
        step(hands)


if __name__ == "__main__":
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
    main(Path(sys.argv[1]))
