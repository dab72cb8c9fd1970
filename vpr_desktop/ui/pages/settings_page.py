"""S11, settings: a list of sections beside the one that is open. What each holds stands in `ui/settings`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.checklist_section import ChecklistSection
from vpr_desktop.ui.settings.contacts_section import ContactsSection
from vpr_desktop.ui.settings.keyboard_section import KeyboardSection
from vpr_desktop.ui.settings.locking_section import LockingSection
from vpr_desktop.ui.settings.look_section import LookSection
from vpr_desktop.ui.settings.others_section import OthersSection
from vpr_desktop.ui.settings.passphrase_section import PassphraseSection
from vpr_desktop.ui.settings.people_section import PeopleSection
from vpr_desktop.ui.settings.printing_section import PrintingSection
from vpr_desktop.ui.settings.recovery_section import RecoverySection
from vpr_desktop.ui.settings.reminders_section import RemindersSection
from vpr_desktop.ui.settings.section import Loaded, Section, WardFormSection, load
from vpr_desktop.ui.settings.ward_section import WardSection
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import MENU_FROM, NARROW_BELOW
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import ScrollPage, column, row
from vpr_desktop.ui.widgets.labels import Heading
from vpr_desktop.ui.widgets.side_list import SideList
from vpr_desktop.ui.words import say

# In the order of the list: first what travels with the ward, then this PC, then the reader's own.
SECTIONS: dict[str, Callable[[Desk], Section]] = {
    "ward": WardSection,
    "contacts": ContactsSection,
    "checklist": ChecklistSection,
    "people": PeopleSection,
    "others": OthersSection,
    "recovery": RecoverySection,
    "passphrase": PassphraseSection,
    "locking": LockingSection,
    "reminders": RemindersSection,
    "printing": PrintingSection,
    "look": LookSection,
    "keyboard": KeyboardSection,
}


class SettingsPage(QWidget):
    """Each section is saved by itself. `go("settings", section="people")` opens one by name."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("S11")
        self.section = ""
        self.sections = {name: make(desk) for name, make in SECTIONS.items()}
        self.list = SideList(say("Section"), [(name, one.icon, one.title) for name, one in self.sections.items()])
        self.handbook = Button(say("Open the handbook"), "link", icon="info")
        self._build()
        self.list.chosen.connect(self.show_section)
        people, others = self.sections["people"], self.sections["others"]
        assert isinstance(people, PeopleSection)
        assert isinstance(others, OthersSection)
        people.users_changed.connect(others.show_users)
        self.handbook.clicked.connect(lambda: self.desk.go("handbook", topic="index"))
        style_of().changed.connect(self._fit)

    def _build(self) -> None:
        top = row(Heading(say("Settings")), gap=16)
        top.addStretch(1)
        top.addWidget(self.handbook)
        shown = column(*self.sections.values(), gap=0)
        shown.addStretch(1)
        self.split = row(self.list, gap=20)
        self.split.addLayout(shown, 1)
        page = self.scroller = ScrollPage()
        page.body.addLayout(top)
        page.body.addLayout(self.split, 1)
        self.setLayout(column(page))

    def opened(self, section: str = "", **_: Any) -> None:
        """Shows what is set, in the section asked for, else in the one that was open."""
        ctx = self.desk.ctx
        offered = [name for name, one in self.sections.items() if one.is_offered(ctx)]
        self.list.offer(offered)
        for one in self.sections.values():
            one.opened()
        wanted = section or self.section
        self.show_section(wanted if wanted in offered else offered[0])
        self.desk.run(self, lambda: load(ctx), self._show)

    def _show(self, loaded: Loaded) -> None:
        for section in self.sections.values():
            section.show_loaded(loaded)

    def show_section(self, name: str) -> None:
        """Opens one section; what was typed in another stays there."""
        self.section = name
        for one, section in self.sections.items():
            section.setVisible(one == name)
        self.list.mark(name)
        self.scroller.verticalScrollBar().setValue(0)

    def save(self) -> None:
        """Ctrl+Enter: saves the section that is open."""
        self.sections[self.section].save()

    def refreshed(self, changes: Changes) -> None:
        """What is being typed stays."""

    def draft(self) -> Callable[[], Any] | None:
        """The job that keeps what is typed and not saved yet."""
        forms = [one for one in self.sections.values() if isinstance(one, WardFormSection)]
        jobs = [job for form in forms if (job := form.kept.job()) is not None]
        return (lambda: [job() for job in jobs]) if jobs else None

    def place(self) -> dict[str, Any]:
        """Which section is open."""
        return {"section": self.section}

    def first_focus(self) -> QWidget:
        """The list, where the open section is."""
        return self.list.first_focus()

    def _fit(self) -> None:
        """A list beside the section, or a drop-down above it."""
        look = style_of()
        narrow = look.text_percent >= MENU_FROM or self.window().width() < NARROW_BELOW or self.width() < look.px(900)
        self.list.fit(narrow=narrow)
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self.split.setDirection(way)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
