"""Joining the trust's server in the first run: address and one-time code, and the try itself."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from vpr_desktop.domain.errors import KnownError, ProblemsFound
from vpr_desktop.ui.announce import announce
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tasks import Lane
from vpr_desktop.ui.tokens import MENU_FROM
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.widgets.frames import column, row
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say

NO_ANSWER = frozenset({"no-connection", "no-answer", "proxy", "not-the-endpoint", "busy", "fault", "too-slow"})


class JoinFields(QWidget):
    """Two fields that stand or fall together, or are both left out where they are `optional`."""

    def __init__(self, *, optional: bool = False, act: Button | None = None) -> None:
        """`act`: stands beside the code, as that is short; below it in large text."""
        super().__init__()
        words = (say("Address of the server"), say("One-time code"))
        if optional:
            words = (say("Address of the server (optional)"), say("One-time code (optional)"))
        self.address, self.code = TextField("", "https://"), TextField()
        self.address.setObjectName("endpoint")
        self.code.setObjectName("enrolment_code")
        self.address_field = Field(words[0], self.address, hint=say("As IT gave it. It begins with https."))
        self.code_field = Field(
            words[1], self.code, hint=say("10 letters and digits. Capital or small does not matter.")
        )
        self._line = row(gap=14)
        self._line.addWidget(self.code_field, 1)
        if act is not None:
            self._line.addWidget(act, 0, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)
        self.setLayout(column(self.address_field, self._line, gap=14))
        style_of().changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        below = style_of().text_percent >= MENU_FROM
        self._line.setDirection(QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight)

    def values(self) -> tuple[str, str]:
        """Address and code as typed."""
        return self.address.text().strip(), self.code.text().strip()

    def put(self, values: tuple[str, str]) -> None:
        """Shows what was typed at another place."""
        self.address.setText(values[0])
        self.code.setText(values[1])

    def is_complete(self) -> bool:
        """Whether both are given; says at its field what is missing."""
        address, code = self.values()
        self.address_field.set_error("" if address else say("Type the address that IT gave you."))
        self.code_field.set_error("" if code else say("Type the code that IT gave you."))
        if not (address and code):
            (self.code if address else self.address).setFocus()
        return bool(address and code)

    def show_error(self, error: Exception) -> str:
        """Puts what went wrong beside its field. Returns the sentence."""
        text, of_code = what_failed(error, say("You can work now. We will send later."))
        self.address_field.set_error("" if of_code else text)
        self.code_field.set_error(text if of_code else "")
        return text

    def clear_errors(self) -> None:
        """Nothing is wrong any more."""
        for field in (self.address_field, self.code_field):
            field.set_error("")


class JoinStep(QWidget):
    """The last step's part about the server: may be left for later, tries once by itself where a code was given."""

    joined = Signal()

    def __init__(self, lane: Lane) -> None:
        super().__init__()
        self._lane = lane
        self._ctx: Any = None
        self._tried: tuple[str, str] | None = None
        self.said = Words("", tone="second")
        self.test = Button(say("Test and join"))
        self.asked = JoinFields(optional=True, act=self.test)
        self.setLayout(column(self.said, self.asked, gap=14))
        self.test.clicked.connect(self._on_test_clicked)

    def begin(self, ctx: Any, values: tuple[str, str] | None) -> None:
        """Opens with what the first step was told; None where the PC is set up without a code."""
        if self._ctx is not None:
            return
        self._ctx = ctx
        words = say("This PC is not joined to a server yet. You can work now; reports stay safe here.")
        self.said.setText(words)
        if values is not None:
            self.asked.put(values)
            self.try_now()

    def is_to_try(self) -> bool:
        """Whether a server is named that nobody has tried yet; what was tried in vain may be left for later."""
        values = self.asked.values()
        return any(values) and values != self._tried and self.asked.isVisibleTo(self)

    def _on_test_clicked(self) -> None:
        if self.asked.is_complete():
            self.try_now()

    def try_now(self) -> None:
        """Asks the server to take this PC."""
        self._tried = self.asked.values()
        ctx, (address, code) = self._ctx, self._tried
        self.test.setEnabled(False)
        self.said.setText(say("Asking the server ..."))

        def job() -> dict[str, Any]:
            from vpr_desktop import bootstrap

            return bootstrap.enrol(ctx, address, code)

        self._lane.run(self, job, self._on_joined, self._on_failed)

    def _on_joined(self, made: dict[str, Any]) -> None:
        self.asked.hide()
        self.test.hide()
        text = say("Joined for {wards}.", wards=", ".join(made["wards"]))
        if made["state"] == "waiting":
            words = say("An administrator has to accept this PC first. Its words: {words}", words=made["fingerprint"])
            text = f"{text} {words}"
        self.said.setText(text)
        announce(self, text)
        self.joined.emit()

    def _on_failed(self, error: Exception) -> None:
        self.test.setEnabled(True)
        self.said.setText(
            say("Not joined. Try again, or press Start and join later in Sync and data. The address is kept.")
        )
        announce(self, self.asked.show_error(error), assertive=True)


def what_failed(error: Exception, unreached: str) -> tuple[str, bool]:
    """Why a PC was not joined, and whether the code is why. `unreached`: what to do where the server did not answer."""
    problems = error.problems if isinstance(error, ProblemsFound) else []
    kind = getattr(error, "kind", "")
    text = " ".join(problem.message for problem in problems)
    if not text:
        text = str(error) if isinstance(error, KnownError) else say("That did not work. Nothing was lost.")
    if kind in NO_ANSWER:
        text = f"{_first(text)} {unreached}"
    return text, bool(problems) or kind in ("bad-code", "other-ward")


def _first(text: str) -> str:
    """The first sentence."""
    return text.split(". ", 1)[0].rstrip(".") + "."
