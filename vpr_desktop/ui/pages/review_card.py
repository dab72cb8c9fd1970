"""Two versions of a field, one after the other: a person chooses, keeps both texts, or decides later."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.when import show
from vpr_desktop.services import conflicts
from vpr_desktop.services.conflicts import Conflict, Version
from vpr_desktop.services.context import Context
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import Card, page_around
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.widgets.version_group import VersionGroup
from vpr_desktop.ui.words import ended, say

BOTH = "both"


def _versions_of(ctx: Context, subject: str) -> list[Conflict] | None:
    """What is to be settled of it; None where that is not this person's, or not any more."""
    try:
        return conflicts.review(ctx, subject)
    except (NotAllowed, NotFound):
        return None


def _kept(one: Conflict) -> str:
    """What becomes of the versions that are not chosen."""
    return say("The other value stays in History.") if len(one.versions) == 2 else say("The others stay in History.")


class ReviewCard(Card):
    """Hidden until something is reviewed. `closed` tells that nothing of it is left, or that it was put off: with
    whether somebody was on it, who goes on elsewhere.
    """

    closed = Signal(bool)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.subject = ""
        self.left: list[Conflict] = []
        self.count = 0
        self.title = Heading("", "section")
        self.which = Words("", tone="second")
        self.problem = Words("", "small-strong", tone="error")
        self.versions = VersionGroup()
        self.which.setBuddy(self.versions)
        self.save_button = Button(say("Save choice"), "primary", hint="Ctrl+Enter")
        self.later = Button(say("Decide later"))
        self.other = Button(say("Write another answer"))
        self.note = Words("", tone="second")
        for widget in (self.title, self.which, self.problem, self.versions, self.note):
            self.body.addWidget(widget)
        self.body.addLayout(Flow(self.save_button, self.later, self.other, gap=12))
        self.save_button.clicked.connect(self.save)
        self.later.clicked.connect(self._on_later_clicked)
        self.other.clicked.connect(self._on_other_clicked)
        self.versions.answered.connect(lambda: self._say(""))
        self.hide()

    def review(self, subject: str) -> None:
        """Loads what is to be settled of an incident, of the ward's settings or of people."""
        ctx, self.subject = self.desk.ctx, subject
        self.desk.run(self, lambda: _versions_of(ctx, subject), self._begin)

    def follow(self, changes: Changes) -> None:
        """Asks again after a change: what its reader may not see any more, or what was settled elsewhere, goes."""
        if not self.left or not changes.records:
            return
        ctx, subject = self.desk.ctx, self.subject
        self.desk.run(self, lambda: _versions_of(ctx, subject), lambda found: self._again(subject, found, changes))

    def _again(self, subject: str, found: list[Conflict] | None, changes: Changes) -> None:
        if subject != self.subject or not self.left:
            return
        here, self.left = self.left[0], [one for one in self.left if one in (found or [])]
        if here not in self.left:
            self.left, self.count = found or [], len(found or [])
            in_sight = self.isVisible()  # else nobody is about to choose
            self._next(self._has_focus())
            if in_sight and changes.origin == "sync":
                self._say_why(here, found)

    def _say_why(self, here: Conflict, found: list[Conflict] | None) -> None:
        """Why another choice stands there than the one that somebody may be about to make."""
        if found is None:  # not theirs to choose any more: what took the right away says so
            return
        told = say("Settled on another PC: {label}", label=ended(here.label))
        if any((one.record_id, one.field) == (here.record_id, here.field) for one in found):
            told = say("Changed on another PC: {label} Look at it again.", label=ended(here.label))
        if found:
            self._say(told)
        else:
            self.desk.status(told)
            self.desk.announce(told)

    def drop(self) -> None:
        """Hides it and keeps nothing of what it showed."""
        self.left, self.subject = [], ""
        self.hide()
        for words in (self.title, self.which):
            words.setText("")
        self.setAccessibleName("")
        self.versions.show_versions("", [])

    def _begin(self, found: list[Conflict] | None) -> None:
        self.left, self.count = found or [], len(found or [])
        if found == []:
            self.desk.status(say("There is one version only by now."))
        self._next()

    def _has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def _next(self, goes_on: bool = True) -> None:
        """The next field, or the end. `goes_on`: somebody is here, and has focus on what follows."""
        if not self.left:
            self.drop()
            self.closed.emit(goes_on)
            return
        one = self.left[0]
        what = one.reference or say("The ward's settings")
        self.title.setText(say("{what} was changed in two places", what=what))
        self.setAccessibleName(self.title.text())
        place = self.count - len(self.left) + 1
        label = f"{one.part}, {one.label}" if one.part else one.label
        self.which.setText(say("Choice {place} of {count}: {label}", place=place, count=self.count, label=label))
        question = say("Conflict {place} of {count}, {label}", place=place, count=self.count, label=label)
        self.versions.show_versions(question, self._options(one))
        self.note.setText(_kept(one))
        self.other.setVisible(one.entity == "incident" and not one.fixed)
        self._say("")
        self.show()
        page = page_around(self)
        if goes_on and page is not None and self.isVisible():  # it may lie behind another page by now
            self.versions.first_focus().setFocus()
            page.show_from(self.title)

    def _options(self, one: Conflict) -> list[tuple[str, str, str]]:
        found = [(version.op, version.words, self._told(version)) for version in one.versions]
        if one.both is not None:
            two = len(one.versions) == 2
            told = say("Both texts, the earlier one first.") if two else say("All texts, the earliest first.")
            told = say("Everybody named in either.") if one.entity == "plan" and one.fixed else told
            found.append((BOTH, say("Keep both") if two else say("Keep all"), told))
        return found

    def _told(self, version: Version) -> str:
        where = say("This PC") if version.here else say("Another PC")
        at = show(version.at, self.desk.ctx.ward.zone)
        return say("{where}. {who}, {at}", where=where, who=version.by, at=at)

    def save(self) -> None:
        """Writes the choice, or says that none was made."""
        chosen = self.versions.value()
        if not self.left or not self.save_button.isEnabled():
            return
        if not chosen:
            self._say(say("Choose one of them, or decide later."))
            self.versions.first_focus().setFocus()
            return
        one, ctx = self.left[0], self.desk.ctx
        value = one.both if chosen[0] == BOTH else next(v.value for v in one.versions if v.op == chosen[0])
        self.save_button.setEnabled(False)
        both = say("Both are kept.") if len(one.versions) == 2 else say("All are kept.")
        kept = both if chosen[0] == BOTH else _kept(one)
        told = say("Saved: {label} {kept}", label=ended(one.label), kept=kept)
        self.desk.run(
            self, lambda: conflicts.settle(ctx, one, value), partial(self._on_saved, one, told), self._on_failed
        )

    def _on_saved(self, one: Conflict, text: str, changes: Changes) -> None:
        self.save_button.setEnabled(True)
        self.left = [other for other in self.left if other != one]
        self.desk.status(text)
        self.desk.announce(text)
        self._next()
        self.desk.changed(changes)

    def _on_failed(self, error: Exception) -> None:
        self.save_button.setEnabled(True)
        self.desk.trouble(str(error))
        if self.subject:
            self.review(self.subject)

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        if text:
            self.desk.announce(text, assertive=True)

    def _on_later_clicked(self) -> None:
        self.left.pop(0)
        self._next()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc decides later about all that is left."""
        if event.key() == Qt.Key.Key_Escape:
            self.left = []
            self._next()
        else:
            super().keyPressEvent(event)

    def _on_other_clicked(self) -> None:
        one = self.left[0]
        self.desk.go("task", incident_id=one.incident_id, field=one.field)
