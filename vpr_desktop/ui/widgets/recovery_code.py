"""The recovery code as it is shown once: to read, to save for printing, and to say that it is kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.references import normal_slip_code
from vpr_desktop.ui.dialogs import save_file
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import Tick
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import column
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say

ASKED = 4  # characters typed back


class RecoveryCode(QWidget):
    """The code with its two ways to say that it is kept. `save_asked` names the file to write the sheet to."""

    save_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.words = Words("", "section")
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.words.setAccessibleName(say("Recovery code"))
        self.save = Button(say("Save as PDF to print"), icon="print")
        self.typed = TextField()
        self.first = Field(
            say("Type its first {count} characters", count=ASKED),
            self.typed,
            hint=say("From your paper. Or tick the box below."),
            wide=240,
        )
        self.have = Tick(say("I have printed it or written it down"))
        self.setLayout(column(self.words, Flow(self.save, gap=12), self.first, self.have, gap=14))
        self.save.clicked.connect(self._on_save_clicked)
        self.typed.textEdited.connect(lambda: self.first.set_error(""))
        self.have.toggled.connect(lambda: self.first.set_error(""))

    @property
    def code(self) -> str:
        """The code shown."""
        return self.words.text()

    def show_code(self, code: str) -> None:
        """Shows a code, or nothing, and asks anew."""
        self.words.setText(code)
        self.typed.clear()
        self.have.setChecked(False)
        self.first.set_error("")

    def is_kept(self) -> bool:
        """Whether somebody said that the code is kept; else says at the field what to do."""
        typed = normal_slip_code(self.typed.text())
        if (typed and typed == normal_slip_code(self.code)[:ASKED]) or (not typed and self.have.isChecked()):
            return True
        wrong = say("These are not its first {count} characters. Read them again.", count=ASKED)
        missing = say("Print the code or write it down first. Then type its first {count} characters.", count=ASKED)
        self.first.set_error(wrong if typed else missing)
        self.typed.setFocus()
        return False

    def said(self) -> str:
        """What the field says is missing."""
        return self.first.error.text()

    def _on_save_clicked(self) -> None:
        title = say("Save the recovery code to print it")
        save_file.ask_save_path(self, title, "recovery-code.pdf", "PDF (*.pdf)", self.save_asked.emit)
