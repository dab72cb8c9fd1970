"""Which print is asked for, and the job that draws it: its PDF, its pages to look at, and how old it is."""

from __future__ import annotations

from dataclasses import dataclass

from vpr_desktop.services import printing, sheets, ward_sheets
from vpr_desktop.services.context import Context
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.printing import Pdf, Told
from vpr_desktop.ui.widgets.paper_view import Document, read


@dataclass(frozen=True, slots=True)
class Wanted:
    """A print as somebody asked for it. `reason`: why a full copy is needed."""

    kind: str
    incident_id: str
    person_id: str
    query: ListQuery
    copy: str
    reason: str
    with_note: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A print as it was drawn. `as_of` says how much the file held by then."""

    wanted: Wanted
    pdf: Pdf
    document: Document
    as_of: int


def draw(ctx: Context, wanted: Wanted, told: Told, before: Drawn | None = None) -> Drawn:
    """Draws a print; one that takes the place of the same `before` a change is not logged anew as a full copy."""
    held = before.pdf if before is not None and before.wanted == wanted else None
    incident_id, person_id, copy, reason = wanted.incident_id, wanted.person_id, wanted.copy, wanted.reason
    makers = {
        "summary": lambda: printing.summary(ctx, incident_id, copy, reason, wanted.with_note, held),
        "slip": lambda: printing.receipt_slip(ctx, incident_id),
        "handover": lambda: printing.handover_sheet(ctx, told),
        "blank": lambda: printing.blank_form(ctx),
        "register": lambda: printing.register(ctx, wanted.query, told),
        "f2508": lambda: sheets.f2508(ctx, incident_id, person_id, copy, reason, held),
        "checklist": lambda: sheets.checklist(ctx, incident_id, person_id),
        "referral": lambda: sheets.referral(ctx, incident_id, person_id, copy, reason, held),
        "police": lambda: sheets.police(ctx, incident_id, copy, reason, held),
        "card": lambda: ward_sheets.support_card(ctx),
        "you_said": lambda: ward_sheets.you_said(ctx),
    }
    pdf = makers[wanted.kind]()
    return Drawn(wanted, pdf, read(pdf.data), printing.as_of(ctx))


def as_it_stands(ctx: Context, seen: Drawn, wanted: Wanted, told: Told) -> tuple[Drawn, bool]:
    """What is wanted as it stands now, and whether it may leave: whoever looked at `seen` has read what it shows."""
    if wanted == seen.wanted and printing.as_of(ctx) == seen.as_of:
        return seen, True
    fresh = draw(ctx, wanted, told, seen)
    return fresh, fresh.pdf.to_read in (None, seen.pdf.to_read)
