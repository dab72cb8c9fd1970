"""The history of a record as a card: who changed what, when and why, with the value before."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from vpr_desktop.domain.when import show
from vpr_desktop.services.history import Change
from vpr_desktop.ui.widgets.frames import Card, hairline
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


def history_card(found: Sequence[Change], zone: ZoneInfo) -> Card:
    """One entry for each change, newest first."""
    card = Card(say("History"))
    card.setObjectName("history")
    card.body.setSpacing(4)
    for change in found:
        who = say("{when}, {who}", when=show(change.at, zone), who=change.by)
        what = say("{label}: {before} → {after}", label=change.label, before=change.before, after=change.after)
        why = say("{who}. Reason: {reason}", who=who, reason=change.reason) if change.reason else who
        card.body.addWidget(Words(f"{change.part}: {what}" if change.part else what))
        card.body.addWidget(Words(why, "hint", tone="second"))
        card.body.addWidget(hairline())
    return card
