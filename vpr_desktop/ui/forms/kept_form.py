"""What a page with typing on it does so that no word is lost: a draft within a second, and again at lock or leaving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from vpr_desktop.services import drafts
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.spots import go_to, spot_of
from vpr_desktop.ui.widgets.frames import Panel
from vpr_desktop.ui.words import say

DRAFT_MS = 800
MEANWHILE = say(
    "This incident was changed meanwhile. What you typed stays. To see the change, go back and open this page again."
)
NOT_SAVED = say("Not saved yet. What you typed waits at Home as a draft. Open it and try again.")
Loaded = TypeVar("Loaded")
T = TypeVar("T")


class KeptForm(QObject):
    """Keeps what `body` gives under a form's name. One draft for each name; an empty body keeps nothing."""

    def __init__(self, owner: QObject, desk: Desk, body: Callable[[], dict[str, Any]]) -> None:
        super().__init__(owner)
        self.desk, self._body = desk, body
        self.name, self.draft_id, self._dirty = "", "", False
        self.typed = False  # whether there is something to lose: typed since it was opened, or brought back
        self._timer = QTimer(self, singleShot=True, interval=DRAFT_MS)
        self._timer.timeout.connect(self.keep)

    def begin(self, name: str, held: list[drafts.Draft]) -> dict[str, Any]:
        """Starts on a form; gives the body of an earlier draft of it, or nothing."""
        self.name, self._dirty = name, False
        self._timer.stop()
        found = next((one for one in held if one.form == name), None)
        self.draft_id = found.id if found is not None else ""
        self.typed = found is not None
        return found.body if found is not None else {}

    def recall(self, held: list[drafts.Draft]) -> dict[str, Any]:
        """The body of an earlier draft, read only once something may have been typed here; this form goes on with it,
        and what it kept of its own until then is one with it from now on.
        """
        found = next((one for one in held if one.form == self.name and one.id != self.draft_id), None)
        if found is None:
            return {}
        ctx, own, self.draft_id = self.desk.ctx, self.draft_id, found.id
        if own:
            self.desk.run(self, lambda: drafts.discard(ctx, own), lambda _: None)
        return found.body

    def touched(self) -> None:
        """Something was typed."""
        self._dirty = self.typed = True
        self._timer.start()

    def job(self) -> Callable[[], Any] | None:
        """The job that keeps what was typed since, or None."""
        if not self._dirty or not self.name:
            return None
        self._dirty = False
        ctx, name, body = self.desk.ctx, self.name, self._body()
        if not body:
            held, self.draft_id = self.draft_id, ""
            return (lambda: drafts.discard(ctx, held)) if held else None
        held = self.draft_id = self.draft_id or drafts.new_id(ctx)
        return lambda: drafts.save(ctx, name, body, held)

    def keep(self) -> None:
        """Keeps it now."""
        job = self.job()
        if job is not None:
            self.desk.run(self, job, lambda _: None)

    def done(self) -> Callable[[], Any]:
        """What was typed is about to be saved, and kept first: the job that then throws the draft away.

        Where it is not saved the draft stays the one of this form.
        """
        self.keep()
        ctx, held = self.desk.ctx, self.draft_id
        self._dirty = self.typed = False
        self._timer.stop()
        return lambda: drafts.discard(ctx, held) if held else None


def and_then(act: Callable[[], T], done: Callable[[], Any]) -> Callable[[], T]:
    """A job that does an act, then throws away the draft of what was typed for it."""

    def job() -> T:
        made = act()
        done()
        return made

    return job


class Meanwhile(Panel):
    """Stands above a form: says that its incident changed elsewhere while somebody typed."""

    def __init__(self, page: QWidget, kept: KeptForm) -> None:
        super().__init__("warning", MEANWHILE)
        self._page, self._kept = page, kept
        self.hide()

    def follow(self, load: Callable[[Callable[[Loaded], None]], None], show: Callable[[Loaded], None]) -> None:
        """Reads the page anew and shows it, focus where it was; once something is typed, that stays and it says so."""
        load(lambda loaded: self._again(loaded, show))

    def _again(self, loaded: Loaded, show: Callable[[Loaded], None]) -> None:
        if self._kept.typed:
            self.show()
            self._kept.desk.announce(self.words.text())
            return
        spot = spot_of(self._page)
        show(loaded)
        go_to(self._page, spot)
