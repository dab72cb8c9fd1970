"""The support checklist that new plans of this ward go by: the app's own, or one of the trust from a file."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import ProblemsFound
from vpr_desktop.services import support_templates
from vpr_desktop.services.context import Context
from vpr_desktop.services.support_templates import TemplateFacts
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs import save_file
from vpr_desktop.ui.settings.section import Loaded, Section
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import DropDown, SideField
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


class ChecklistSection(Section):
    """A plan keeps the checklist it was opened with; a choice counts for plans opened from then on."""

    icon = "heart"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("Support checklist"))
        self.now, self.about = Words("", "strong"), Words("", tone="second")
        self.which = DropDown("", [])
        self.chosen = SideField(say("Checklist for new plans"), self.which, wide=360)
        self.use = Button(say("Use this checklist"), "primary")
        self.file = Button(say("Load a checklist from a file"))
        for widget in (self.now, self.about, self.chosen):
            self.body.addWidget(widget)
        self.add_buttons(self.use, self.file)
        self.use.clicked.connect(self.save)
        self.file.clicked.connect(
            lambda: save_file.ask_open_path(self, say("Choose the checklist"), "JSON (*.json)", self.load_file)
        )

    def is_offered(self, ctx: Context) -> bool:
        return ctx.can("manage_ward")

    def opened(self) -> None:
        self.which.by_hand = False

    def show_loaded(self, loaded: Loaded) -> None:
        chosen = self.which.code() if self.which.by_hand else _code(loaded.checklist)  # while this was being read
        shown = loaded.checklist
        count = say("{count} steps", count=shown.steps)
        self.now.setText(say("In use: {name}, {count}", name=_name(shown), count=count))
        kind = say("Official.") if shown.official else say("Not an official list.")
        source = say("Source: {source}.", source=shown.source.rstrip(".")) if shown.source else ""
        self.about.setText(" ".join(part for part in (kind, source) if part))
        self.which.clear()
        for one in loaded.checklists:
            self.which.addItem(_name(one), _code(one))
        self.which.set_code(chosen)

    def save(self) -> None:
        """Takes the checklist that is chosen into use."""
        ctx, (code, _, version) = self.desk.ctx, self.which.code().partition("/")
        self.desk.run(self, lambda: support_templates.use(ctx, code, version), self._on_used, self._on_refused)

    def load_file(self, path: str) -> None:
        """Takes a file into use, at once. Nothing changes where it cannot be read."""
        ctx = self.desk.ctx
        self.desk.run(self, lambda: support_templates.load_file(ctx, path), self._on_used, self._on_refused)

    def _on_used(self, found: tuple[TemplateFacts, Changes]) -> None:
        facts, changes = found
        said = say("{name} counts for plans opened from now on.", name=_name(facts))
        self.chosen.set_error("")
        self.desk.status(said)
        self.desk.announce(said)
        self.desk.changed(changes)
        self.desk.go("settings", section="checklist")

    def _on_refused(self, error: Exception) -> None:
        words = " ".join(one.message for one in error.problems) if isinstance(error, ProblemsFound) else str(error)
        self.chosen.set_error(words)
        self.which.setFocus()

    def first_focus(self) -> QWidget:
        return self.which


def _name(one: TemplateFacts) -> str:
    return say("{name}, version {version}", name=one.id, version=one.version)


def _code(one: TemplateFacts) -> str:
    return f"{one.id}/{one.version}"
