"""What "More" on a record offers: copies for other systems, papers about it, withdraw and review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from vpr_desktop.services.views import IncidentView
from vpr_desktop.ui.clipboard import put
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from vpr_desktop.ui.pages.record_page import RecordPage


def open_menu(page: RecordPage, seen: IncidentView) -> None:
    """Opens the menu below its button."""
    menu = QMenu(page)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction(say("Copy reference")).triggered.connect(lambda: put(seen.reference))
    menu.addAction(say("Copy for the trust's system")).triggered.connect(page.copy_for_trust)
    _papers(menu, page, seen)
    if page.desk.ctx.can("sanctions"):
        menu.addAction(say("Register of warnings")).triggered.connect(lambda: page.desk.go("sanctions"))
    if "withdraw" in seen.actions:
        menu.addAction(say("Withdraw this incident")).triggered.connect(page.withdraw)
    if "review" in seen.actions:
        menu.addAction(say("Start the review")).triggered.connect(page.start_review)
    menu.popup(page.more.mapToGlobal(page.more.rect().bottomLeft()))


def _papers(menu: QMenu, page: RecordPage, seen: IncidentView) -> None:
    def offer(words: str, kind: str, person_id: str = "") -> None:
        arguments = {"incident_id": seen.record.id, "kind": kind, "person_id": person_id}
        menu.addAction(words).triggered.connect(lambda: page.desk.go("print", **arguments))

    if "print_slip" in seen.actions:
        offer(say("Print receipt slip"), "slip")
    if "police" in seen.record.values and "print_redacted" in seen.actions:
        offer(say("Print police summary"), "police")
    if "answer" in seen.actions:
        for person in seen.parts.get("people", []):
            offer(say("Print 1:1 checklist, {who}", who=person.label), "checklist", person.id)
            offer(say("Print referral letter, {who}", who=person.label), "referral", person.id)
