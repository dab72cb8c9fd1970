"""Joins this PC to the trust's server by a one-time code; says so where that is done already."""

from __future__ import annotations

from typing import Any

from vpr_desktop.services import enrolment
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.pages.join_step import what_failed
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.widgets.frames import Card, column, row
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


class EnrolCard(Card):
    """Address and code, and what came of it. The six words are compared with the administrator's screen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(say("Join the trust's server"))
        self.desk = desk
        self.note = Words("", tone="second")
        self.address = Field(
            say("Address of the server"),
            TextField("", "https://"),
            hint=say("As IT gave it. It begins with https."),
            wide=560,
        )
        self.code = Field(
            say("One-time code"),
            TextField(),
            hint=say("10 letters and digits. Capital or small does not matter."),
            wide=240,
        )
        self.join = Button(say("Join"), name=say("Join the server"))
        self.again = Button(say("Join anew with another code"), "link")
        self.asked = column(self.address, self.code, gap=12)
        buttons = row(self.join)
        buttons.addStretch(1)
        self.body.addWidget(self.note)
        self.body.addWidget(self.again)
        self.body.addLayout(self.asked)
        self.body.addLayout(buttons)
        self.join.clicked.connect(self._on_join_clicked)
        self.again.clicked.connect(lambda: self._ask(True))

    def load(self) -> None:
        """Shows whether this PC is joined."""
        ctx = self.desk.ctx
        self.desk.run(
            self,
            lambda: (enrolment.address(ctx), enrolment.typed(ctx), enrolment.this_pc(ctx).fingerprint),
            lambda found: self._show(*found),
        )

    def _show(self, address: str | None, tried: str, fingerprint: str) -> None:
        can = self.desk.ctx.can("manage_device")
        if address:
            words = say("This PC sends to {address}. Its six words: {words}", address=address, words=fingerprint)
            self.note.setText(words)
        else:
            safe = say("Every report is safe in the encrypted file of this PC.")
            ask = say("IT gives an address and a code.") if can else say("Ask the ward manager or IT.")
            state = say("Not set up.")
            if can and tried:
                state, ask = say("Not joined yet."), say("The address is kept: type a code to join.")
            self.note.setText(f"{state} {safe} {ask}")
        if address or not self.address.control.text():  # type: ignore[attr-defined]
            self.address.control.setText(address or tried)  # type: ignore[attr-defined]
        self.again.setVisible(bool(address) and can)
        self._ask(not address and can)

    def _ask(self, asked: bool) -> None:
        for widget in (self.address, self.code, self.join):
            widget.setVisible(asked)
        self.again.setVisible(self.again.isVisibleTo(self) and not asked)
        for field in (self.address, self.code):
            field.set_error("")

    def _on_join_clicked(self) -> None:
        url, code = (field.control.text() for field in (self.address, self.code))  # type: ignore[attr-defined]
        self.code.set_error("" if code.strip() else say("Type the code that IT gave you."))
        self.address.set_error("" if url.strip() else say("Type the address that IT gave you."))
        if not (url.strip() and code.strip()):
            (self.code if url.strip() else self.address).control.setFocus()
            return
        self.heading.take_focus()  # what came of it is said below it
        self._wait(True)
        self.desk.sending.enrol(url, code, self._on_joined, self._on_failed)

    def _wait(self, asking: bool) -> None:
        self.join.setEnabled(not asking)
        self.join.set_words(say("Asking the server ...") if asking else say("Join"), say("Join the server"))

    def _on_joined(self, made: dict[str, Any]) -> None:
        self._wait(False)
        self.code.control.clear()  # type: ignore[attr-defined]
        text = say("Joined for {wards}.", wards=", ".join(made["wards"]))
        if made["state"] == "waiting":
            text = f"{text} {say('An administrator has to accept this PC first.')}"
        self.desk.status(text)
        self.desk.announce(text)
        self.load()

    def _on_failed(self, error: Exception) -> None:
        self._wait(False)
        text, of_code = what_failed(error, say("Check the address, or try again later. You can keep working."))
        field = self.code if of_code else self.address
        field.set_error(text)
        field.control.setFocus()
        self.desk.announce(text, assertive=True)
