"""Papers of the ward with nobody's data on them: the support card, and what was changed this month for the wall."""

from __future__ import annotations

from datetime import date

from vpr_desktop.domain.choices_acts import ACT, act_class
from vpr_desktop.domain.derived import is_hate
from vpr_desktop.services import printing, wards
from vpr_desktop.services.context import Context
from vpr_desktop.services.printing import Pdf
from vpr_desktop.storage import closing_rows

SUPPORT = (
    "Support is yours, whatever happened and whoever did it. Saying no is fine, and you may change your mind.",
    "You do not have to tell it again. You choose who knows, how you are contacted and when.",
    "If sleep, worry or going back to a place stay hard for more than four weeks, ask occupational health or your GP.",
)
NOTHING = "Nothing was released for print this month. An outcome is printed once it is marked 'May be printed'."


def support_card(ctx: Context) -> Pdf:
    """The card a person takes home: whom to call here, and that saying no is fine."""
    from vpr_desktop.reports.sheets import Block, Working, render

    ctx.require("log")
    found = wards.settings(ctx)
    contacts = tuple((one.label, one.number) for one in found.contacts)
    blocks = (
        Block("Support for you", SUPPORT),
        Block("Call", (), (("In danger, on site", ctx.ward.emergency_number), *contacts)),
        Block("Your notes", lines=4),
    )
    frame = printing.frame_of(ctx, "Support card", ctx.ward.name, "", "card", 0)
    data, pages = render(Working(frame, blocks))
    return Pdf(data, pages, "support-card.pdf", "Support card", "card")


def you_said(ctx: Context, month: date | None = None) -> Pdf:
    """You said, we did: outcomes of a month's closed reports that may be printed. No reference, date, place or name."""
    from vpr_desktop.reports.sheets import Block, Working, render

    ctx.require("handover")
    first = (month or ctx.now().astimezone(ctx.ward.zone).date()).replace(day=1)
    rows = closing_rows.outcomes(ctx.store.db, ctx.ward_id, first, ctx.store.zone(ctx.ward_id))
    told = []
    for acts, motives, text in rows:
        said = printing.SENSITIVE if is_hate(acts, motives) else _kinds(acts)
        told.append((said, text))
    blocks = (
        Block("You said, we did", () if told else (NOTHING,), tuple(told)),
        Block(
            "Tell us", ("Every report counts, words and threats too. It takes a minute, and you hear what came of it.",)
        ),
    )
    frame = printing.frame_of(ctx, "You said, we did", ctx.ward.name, "", "wall", 0)
    data, pages = render(Working(frame, blocks, large=(f"{first:%B %Y}",)))
    return Pdf(data, pages, f"you-said-{first:%Y-%m}.pdf", "You said, we did", "wall")


def _kinds(acts: list[str]) -> str:
    """What was reported, by class and in words: nothing finer goes on a wall."""
    said = list(dict.fromkeys(ACT.label(act_class(code)) for code in acts))
    return ", ".join([*said[:1], *(one.lower() for one in said[1:])])
