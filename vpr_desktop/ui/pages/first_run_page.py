"""S0, the first run: five steps, each one thing; Back always works and loses nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLayout, QStackedWidget, QWidget

from vpr_desktop.domain.errors import KnownError, ProblemsFound
from vpr_desktop.domain.passphrases import strength
from vpr_desktop.domain.quick_log import Option
from vpr_desktop.services.lockscreen import LOCK_CHOICES, LOCK_MINUTES
from vpr_desktop.ui.announce import announce
from vpr_desktop.ui.pages.join_step import JoinFields, JoinStep
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tasks import Lane
from vpr_desktop.ui.tokens import HEADER, MENU_FROM
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.fields import DropDown, Field, PassphraseField, TextField
from vpr_desktop.ui.widgets.frames import Card, Panel, ScrollPage, column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.widgets.recovery_code import RecoveryCode
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from vpr_desktop.services.context import Clock
    from vpr_desktop.ui.pages.practice_view import PracticeView

STEPS = 5
WIDTH = 640
STEP_OF = {
    "org_code": 1, "org_name": 1, "site": 1, "ward_code": 1, "ward_name": 1,
    "user_id": 2, "name": 2, "initials": 2, "role": 2, "passphrase": 2,
}  # fmt: skip


class FirstRunPage(QWidget):
    """Asks what a new PC needs. `finished` carries the session."""

    finished = Signal(object)
    file_made = Signal()
    support_asked = Signal()

    def __init__(self, home: Path, clock: Clock, lane: Lane) -> None:
        super().__init__()
        self.setObjectName("S0")
        self.home, self.clock, self.lane = home, clock, lane
        self.ctx: Any = None
        self.fields: dict[str, Field] = {}
        self.pairs: list[QBoxLayout] = []
        self.bar = QFrame()
        self.bar.setProperty("bar", "header")
        top = row(Words("VPR Desktop", "title", tone="header", wrap=False), margins=(20, 0, 20, 0))
        top.addStretch(1)
        self.bar.setLayout(top)
        self.heading = Heading("")
        self.step_words = Words("", "hint", tone="second")
        self.trouble = Panel("error", "")
        self.trouble.hide()
        self.steps = (self._welcome(), self._ward(), self._you(), self._recovery(), self._sending())
        self.place = 0
        self.back = Button(say("Back"))
        self.next = Button(say("Next"), "primary")
        self.try_it = Button(say("Log a practice incident"))
        self.practice: PracticeView | None = None
        self._build()
        self.back.clicked.connect(self._on_back_clicked)
        self.next.clicked.connect(self._on_next_clicked)
        self.try_it.clicked.connect(self._on_try_clicked)
        typed = [field.control for field in self.fields.values()] + [self.join_first.address, self.join_first.code]
        for control in typed:
            if isinstance(control, TextField):
                control.returnPressed.connect(self.next.click)
        style_of().changed.connect(self._fit)
        self.show_step(0)

    def _build(self) -> None:
        card = Card()
        card.body.setContentsMargins(32, 24, 32, 26)
        for widget in (self.step_words, self.heading, self.trouble, *self.steps):
            card.body.addWidget(widget)
        buttons = row(self.next, self.try_it, self.back, gap=12)
        buttons.addStretch(1)
        card.body.addSpacing(8)
        card.body.addLayout(buttons)
        self.middle = QWidget()
        self.middle.setLayout(column(card))
        page = ScrollPage()
        centred = row()
        centred.addStretch(1)
        centred.addWidget(self.middle)
        centred.addStretch(1)
        page.body.addLayout(centred)
        page.body.addStretch(1)
        self.stack = QStackedWidget()
        self.stack.addWidget(page)
        whole = column(self.bar, gap=0)
        whole.addWidget(self.stack, 1)
        self.setLayout(whole)
        self._fit()

    def _fit(self) -> None:
        look = style_of()
        self.bar.setFixedHeight(look.px(HEADER))
        self.middle.setFixedWidth(min(look.px(WIDTH), 940))
        below = look.text_percent >= MENU_FROM
        for pair in self.pairs:
            pair.setDirection(QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight)

    def _field(self, name: str, label: str, hint: str = "", control: QWidget | None = None) -> Field:
        made = Field(say(label), control or TextField(), hint=say(hint))
        made.control.setObjectName(name)
        self.fields[name] = made
        return made

    def _pair(self, first: Field, second: Field, share: tuple[int, int] = (1, 1)) -> QBoxLayout:
        """Two short answers beside each other, so that the step fits a small screen; below each other in large text."""
        made = row(first, second, gap=14)
        for place, part in enumerate(share):
            made.setStretch(place, part)
        for field in (first, second):  # an error of one moves the other's control along, and no label
            field.push_down()
        self.pairs.append(made)
        return made

    @staticmethod
    def _page(*widgets: QWidget | QLayout) -> QWidget:
        made = QWidget()
        body = column(*widgets, gap=14, margins=(0, 6, 0, 0))
        made.setLayout(body)
        return made

    def _welcome(self) -> QWidget:
        options = [Option("alone", say("Set up without a code")), Option("code", say("I have a code from IT"))]
        self.start = ChoiceGroup(say("How do you set up this PC?"), options, digits=False, columns=(2, 1))
        self.start.set_value(["alone"])
        asked = Words(say("How do you set up this PC?"), "strong")
        asked.setBuddy(self.start)
        self.join_first = JoinFields()
        self.join_first.hide()
        later = Words(say("Without a code, this PC can join the trust's server later."), tone="second")
        self.start.answered.connect(lambda: self.join_first.setVisible(self.has_code()))
        self.start.answered.connect(lambda: later.setHidden(self.has_code()))
        return self._page(
            Words(say("Reports of violence are kept in an encrypted file on this PC. It works without a network.")),
            Words(say("You need the organisation's code, a short ward code, and a safe place for a recovery code.")),
            column(asked, self.start, gap=6), self.join_first, later,
        )  # fmt: skip

    def has_code(self) -> bool:
        """Whether the PC is set up with a code from IT."""
        return self.start.value() == ["code"]

    def _ward(self) -> QWidget:
        return self._page(
            self._pair(
                self._field("org_code", "Organisation code", "The ODS code, such as RX1."),
                self._field("org_name", "Organisation", "Its name, as on prints."), (1, 1),
            ),
            self._field("site", "Site (optional)"),
            self._pair(
                self._field("ward_code", "Ward code", "Such as CED. References begin with it."),
                self._field("ward_name", "Ward", "Its name, as in the header."), (1, 1),
            ),
        )  # fmt: skip

    def _you(self) -> QWidget:
        roles = [("ward_manager", say("Ward manager")), ("device_admin", say("Device administrator"))]
        words = PassphraseField(say("Passphrase"), hint=say("At least 12 characters, such as three or more words."))
        words.control.setObjectName("passphrase")
        self.fields["passphrase"] = words
        self.strength = Words("", "hint", tone="second")
        words.typed.textChanged.connect(
            lambda text: self.strength.setText(say("Strength: {word}", word=strength(text)) if text else "")
        )
        return self._page(
            self._pair(
                self._field("name", "Your name", "As colleagues know it."),
                self._field("initials", "Initials (optional)", "At most 6, such as A.M."), (2, 1),
            ),
            self._pair(
                self._field("user_id", "Sign-in name", "Letters, digits, dots or dashes."),
                self._field("role", "Role", "It decides what you may do.", DropDown("", roles)),
            ),
            column(words, self.strength, gap=6),
        )  # fmt: skip

    def _recovery(self) -> QWidget:
        self.code = RecoveryCode()
        self.code.save_asked.connect(self._save_code)
        return self._page(
            Words(say("With this code the records can be opened when nobody can sign in. It is shown once.")), self.code
        )

    def _sending(self) -> QWidget:
        minutes = [(str(n), say("1 minute") if n == 1 else say("{n} minutes", n=n)) for n in LOCK_CHOICES]
        chosen = DropDown("", minutes)
        chosen.set_code(str(LOCK_MINUTES))
        self.join = JoinStep(self.lane)
        self.join.joined.connect(lambda: self.next.setFocus())
        return self._page(
            self.join,
            self._field("lock_minutes", "Lock after", "Without a key or mouse. What you write is kept.", chosen),
            Words(say("Try it first, or press Start and then Ctrl+N to log your first incident."), tone="second"),
        )  # fmt: skip

    def value(self, name: str) -> str:
        """What stands in a field."""
        control = self.fields[name].control
        return (
            control.code()
            if isinstance(control, DropDown)
            else control.text()
            if isinstance(control, TextField)
            else ""
        )

    def show_step(self, place: int) -> None:
        """Opens a step and puts focus on its heading, so that a reader begins with where it stands."""
        titles = (say("Set up this PC"), say("Your ward"), say("You"), say("Recovery code"), say("Lock and send"))
        places = (say("start"), say("your ward"), say("you"), say("recovery code"), say("lock and send"))
        self.place = place
        for number, step in enumerate(self.steps):
            step.setVisible(number == place)
        self.heading.setText(titles[place])
        self.step_words.setText(
            say("Step {number} of {count}, {place}", number=place + 1, count=STEPS, place=places[place])
        )
        self.heading.setAccessibleName(f"{self.step_words.text()}. {titles[place]}")
        self.back.setVisible(place in (1, 2, 4))  # the file is made once, with step 3
        self.next.set_words(say("Start") if place == STEPS - 1 else say("Next"))
        self.try_it.setVisible(place == STEPS - 1)
        self.trouble.hide()
        if place == STEPS - 1:
            self.join.begin(self.ctx, self.join_first.values() if self.has_code() else None)
        self.heading.take_focus()

    def first_focus(self) -> QWidget:
        """The heading of the step, so that a screen reader begins there; Tab goes on to the first field, Enter to the
        next step."""
        return self.heading

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.heading.hasFocus():
            self.next.click()
        else:
            super().keyPressEvent(event)

    def _on_back_clicked(self) -> None:
        self.show_step(self.place - 1)

    def _on_next_clicked(self) -> None:
        place = self.place
        if place == 0 and self.has_code() and not self.join_first.is_complete():
            announce(self, say("Type the address and the code, or set up without a code."), assertive=True)
        elif place in (1, 2):
            self._check(place)
        elif place == 3 and not self.code.is_kept():
            announce(self, self.code.said(), assertive=True)
        elif place == STEPS - 1:
            self._finish()
        else:
            self.show_step(place + 1)

    def _setup(self) -> Any:
        from vpr_desktop.services.first_answers import FirstRun

        named: dict[str, Any] = {name: self.value(name) for name in STEP_OF}
        return FirstRun(**named, lock_minutes=int(self.value("lock_minutes")))

    def _check(self, place: int) -> None:
        """Looks at a step's own answers; the second one also makes the file."""
        self.next.setEnabled(False)

        def job() -> Any:
            from vpr_desktop.services import first_answers, sessions

            setup = self._setup()
            found = [p for p in first_answers.first_run_problems(setup) if STEP_OF[p.field] == place]
            if found:
                raise ProblemsFound(found)
            return sessions.first_run(self.home, setup, self.clock) if place == 2 else None

        self.lane.run(self, job, lambda made: self._on_checked(place, made), self._on_failed)

    def _on_checked(self, place: int, made: Any) -> None:
        self.next.setEnabled(True)
        for field in self.fields.values():
            field.set_error("")
        if made is not None:
            self.ctx, code = made
            self.code.show_code(code)
            self.file_made.emit()
        self.show_step(place + 1)

    def _on_failed(self, error: Exception) -> None:
        self.next.setEnabled(True)
        problems = error.problems if isinstance(error, ProblemsFound) else []
        for name, field in self.fields.items():
            field.set_error(next((p.message for p in problems if p.field == name), ""))
        if problems:
            self.fields[problems[0].field].control.setFocus()
            announce(self, problems[0].message, assertive=True)
        else:
            self._say_trouble(
                str(error) if isinstance(error, KnownError) else say("That did not work. Call IT. Nothing was lost.")
            )

    def _say_trouble(self, text: str) -> None:
        self.trouble.set_words(text)
        self.trouble.show()
        announce(self, text, assertive=True)

    def _save_code(self, path: str) -> None:
        code, ctx = self.code.code, self.ctx

        def job() -> None:
            from vpr_desktop.services import printing

            pdf = printing.recovery_sheet(ctx, code)
            printing.save(ctx, pdf, path)

        self.lane.run(self, job, lambda _: self.code.typed.setFocus(), self._on_failed)

    def _finish(self) -> None:
        """Ends the first run, once a server that was named has answered or has been tried."""
        if self.join.is_to_try():
            self.join.try_now()
            return
        from vpr_desktop.services import lockscreen

        lockscreen.save_preferences(self.home, lock_minutes=int(self.value("lock_minutes")))
        self.code.show_code("")
        self.finished.emit(self.ctx)

    # Practice
    def _on_try_clicked(self) -> None:
        ctx = self.ctx
        self.try_it.setEnabled(False)

        def job() -> Any:
            from vpr_desktop.services import trial

            return trial.begin(ctx)

        self.lane.run(self, job, self._on_practice_made, self._on_practice_failed)

    def _on_practice_failed(self, error: Exception) -> None:
        self.try_it.setEnabled(True)
        self._on_failed(error)

    def _on_practice_made(self, ctx: Any) -> None:
        from vpr_desktop.ui.pages.practice_view import PracticeView

        self.practice = PracticeView(ctx, self.lane)
        self.practice.left.connect(self.leave_practice)
        self.practice.support_asked.connect(self.support_asked)
        self.stack.addWidget(self.practice)
        self.stack.setCurrentWidget(self.practice)
        self.practice.open()

    def leave_practice(self) -> None:
        """Deletes what was practised, and comes back to the last step."""
        view, self.practice = self.practice, None
        if view is None:
            return
        ctx = view.ctx
        self.stack.removeWidget(view)
        view.deleteLater()

        def job() -> None:
            from vpr_desktop.services import trial

            trial.end(ctx)

        self.lane.run(self.lane, job)
        self.try_it.setEnabled(True)
        self.next.setFocus()
        announce(self, say("Practice is over. Nothing of it is kept."))

    def warn(self, text: str) -> None:
        """Says that the PC is about to lock, or with no text that it is not."""
        if not text:
            self.trouble.hide()
        elif self.practice is not None:
            self.practice.trouble(text)
        else:
            self._say_trouble(text)

    def page_does(self, name: str) -> None:
        """Ctrl+Enter and Ctrl+S reach the form that is practised on."""
        act = getattr(self.practice.page, name, None) if self.practice is not None else None
        if act is not None:
            act()
