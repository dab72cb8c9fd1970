"""S1, the lock screen: who is working, passphrase, unlock. Holds no incident data and no counts."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from vpr_desktop.domain.quick_log import Option
from vpr_desktop.services.lockscreen import MOST_NAMES, LockScreen
from vpr_desktop.ui.announce import announce
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import HEADER
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.damage_panel import DamagePanel
from vpr_desktop.ui.widgets.fields import TextField, mark_error
from vpr_desktop.ui.widgets.frames import Card, ScrollPage, column, row
from vpr_desktop.ui.widgets.labels import IconLabel, Words
from vpr_desktop.ui.words import say

SOMEONE_ELSE = "someone-else"
WIDTH = 480


class LockPage(QWidget):
    """Asks who works and for the passphrase. `unlock_asked` carries user id and passphrase."""

    unlock_asked = Signal(str, str)
    recover_asked = Signal()
    slip_asked = Signal()
    support_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("S1")
        self.bar = QFrame()
        self.bar.setProperty("bar", "header")
        self.clock = Words("", "title", tone="header", wrap=False)
        self.date = Words("", "body", tone="header", wrap=False)
        top = row(Words("VPR Desktop", "title", tone="header", wrap=False), margins=(20, 0, 20, 0), gap=16)
        top.addStretch(1)
        top.addWidget(self.date)
        top.addWidget(self.clock)
        self.bar.setLayout(top)
        self.who = ChoiceGroup(say("Who is working?"), (), digits=True, columns=(2, 1))
        self.other = TextField(say("Your sign-in name"), say("Your sign-in name"))
        self.passphrase = TextField(say("Passphrase"))
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setObjectName("passphrase")
        self.show_words = Button(say("Show"), "link", name=say("Show the passphrase"))
        self.show_words.setCheckable(True)
        self.error = Words("", "small-strong", tone="error")
        self.unlock = Button(say("Unlock"), "primary")
        self.recover = Button(say("Use the recovery code"), "link")
        self.slip = Button(say("What happened with my report"), "link")
        self.support = Button(say("Get support"), "link", icon="phone", hint="F1")
        self.damage = DamagePanel()
        self.practice = Words(say("Practice. Fictional data, never sent."), "hint", tone="second")
        self._build()
        self._connect()
        self._ticks = QTimer(self)
        self._ticks.setInterval(10_000)
        self._ticks.timeout.connect(self._show_time)
        self._ticks.start()
        self._show_time()

    def _build(self) -> None:
        card = Card()
        card.body.setContentsMargins(32, 26, 32, 28)
        card.body.setSpacing(6)
        self.ward = Words("", "h1")
        self.note = Words(say("Locked. Anything you were writing is saved."), tone="second")
        title = row(IconLabel("lock", "text"), gap=10)
        title.addWidget(self.ward, 1)
        card.body.addLayout(title)
        card.body.addWidget(self.note)
        card.body.addSpacing(14)
        who = Words(say("Who is working?"), "strong")
        who.setBuddy(self.who)
        words = Words(say("Passphrase"), "strong")
        words.setBuddy(self.passphrase)
        entry = row(self.passphrase, self.show_words, gap=12)
        self.unlock.setSizePolicy(self.passphrase.sizePolicy())
        for widget in (who, self.who, self.other):
            card.body.addWidget(widget)
        card.body.addSpacing(10)
        card.body.addWidget(words)
        card.body.addWidget(self.error)
        card.body.addLayout(entry)
        card.body.addSpacing(16)
        card.body.addWidget(self.unlock)
        below = Card()
        below.body.setContentsMargins(32, 14, 32, 14)
        foot = row(self.recover)
        foot.addStretch(1)
        foot.addWidget(self.support)
        slip = row(self.slip)
        slip.addStretch(1)
        below.body.addLayout(slip)
        below.body.addLayout(foot)
        below.body.addWidget(self.practice)
        self.middle = QWidget()
        self.middle.setLayout(column(card, self.damage, below, gap=12))
        page = ScrollPage()
        centred = row(gap=0)  # aligned to the middle, a widget would not get the height that its wrapped lines need
        for part in (None, self.middle, None):
            centred.addStretch(1) if part is None else centred.addWidget(part)
        page.body.addLayout(centred)
        page.body.addStretch(1)
        whole = column(self.bar, gap=0)
        whole.addWidget(page, 1)
        self.setLayout(whole)
        self._fit()

    def _connect(self) -> None:
        self.unlock.clicked.connect(self._on_unlock_clicked)
        self.passphrase.returnPressed.connect(self._on_unlock_clicked)
        self.other.returnPressed.connect(self.passphrase.setFocus)
        self.show_words.toggled.connect(self._on_show_toggled)
        self.who.answered.connect(self._on_who_answered)
        self.recover.clicked.connect(self.recover_asked)
        self.slip.clicked.connect(self.slip_asked)
        self.support.clicked.connect(self.support_asked)
        style_of().changed.connect(self._fit)

    def _fit(self) -> None:
        look = style_of()
        self.bar.setFixedHeight(look.px(HEADER))
        self.middle.setFixedWidth(min(look.px(WIDTH), 900))

    def show_facts(self, facts: LockScreen) -> None:
        """Shows the ward and who can unlock this PC."""
        self.ward.setText(", ".join(facts.wards) or "VPR Desktop")
        users = [Option(user.user_id, user.name) for user in facts.users[:MOST_NAMES]]
        many = [*users, Option(SOMEONE_ELSE, say("Someone else"))] if len(facts.users) > MOST_NAMES else users
        self.who.set_options(many)
        if many:
            self.who.set_value([many[0].code])
        self.practice.setVisible(facts.practice)
        self._on_who_answered()
        self.reset()

    def reset(self) -> None:
        """Empties the passphrase and any message."""
        self.passphrase.clear()
        self.show_error("")
        self.damage.hide()
        self.set_busy(False)

    def first_focus(self) -> QWidget:
        """The passphrase, as the last person who worked is chosen already."""
        return self.passphrase

    def show_error(self, text: str) -> None:
        """Says why it did not open, also to screen readers."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
        mark_error(self.passphrase, text, say("Passphrase"))
        if text:
            self.passphrase.selectAll()
            self.passphrase.setFocus()
            announce(self, text, assertive=True)

    def set_busy(self, busy: bool) -> None:
        """While the passphrase is checked nothing can be asked twice."""
        self.unlock.setEnabled(not busy)
        self.unlock.set_words(say("Unlocking") if busy else say("Unlock"))

    def _on_who_answered(self) -> None:
        self.other.setVisible(self.who.value() == [SOMEONE_ELSE])

    def _on_show_toggled(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.passphrase.setEchoMode(mode)
        self.show_words.set_words(say("Hide") if shown else say("Show"), say("Show the passphrase"))

    def entered(self) -> tuple[str, str]:
        """Who is chosen and the passphrase as typed."""
        chosen = (self.who.value() or [SOMEONE_ELSE])[0]
        return (self.other.text().strip() if chosen == SOMEONE_ELSE else chosen), self.passphrase.text()

    def _on_unlock_clicked(self) -> None:
        user_id, passphrase = self.entered()
        if not self.unlock.isEnabled():
            return
        if not user_id or not passphrase:
            self.show_error(say("Choose who is working and type the passphrase."))
            return
        self.set_busy(True)
        self.unlock_asked.emit(user_id, passphrase)

    def _show_time(self) -> None:
        from vpr_desktop.domain.days import show_day

        local = datetime.now().astimezone()
        self.clock.setText(f"{local:%H:%M}")
        self.date.setText(f"{local:%A} {show_day(local.date())}")
