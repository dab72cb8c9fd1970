"""What Home and the handover show: what is due, what is to finish, this shift, what changed. No names, no free text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from vpr_desktop.domain.choices_people import EFF
from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.shifts import shift_label, shift_of
from vpr_desktop.domain.support_steps import REOFFER
from vpr_desktop.services import closing, drafts, enrolment, listing, riddor, sanctions, views, worklist
from vpr_desktop.services.context import Context
from vpr_desktop.services.drafts import Draft
from vpr_desktop.services.listing import ListQuery, Row
from vpr_desktop.services.worklist import Counts, WorkRow
from vpr_desktop.storage import queries

SHOWN = 5
MOST_DATES = 8
LATE_SHOWN = 30  # overdue steps that a handover lists
MORE_OVERDUE = f"Only the first {LATE_SHOWN} overdue steps are listed. All are under Support."


@dataclass(frozen=True, slots=True)
class DueRow:
    """One support step that is due or late."""

    incident_id: str
    reference: str
    text: str
    due: str
    overdue: bool
    person: str = ""
    plan_id: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """What happened in the shift that runs."""

    label: str
    count: int
    sentence: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """All of the page."""

    greeting: str
    date_line: str
    due: tuple[DueRow, ...]
    overdue: int
    today: int
    this_week: int
    drafts: tuple[Draft, ...]
    to_finish: tuple[Row, ...]
    shift: ShiftFacts
    answered: tuple[Row, ...]
    notices: tuple[str, ...]
    dates: tuple[riddor.Due, ...] = ()


def home(ctx: Context) -> Home:
    """What this person finds at Home."""
    local = ctx.now().astimezone(ctx.ward.zone)
    greeting = "Good morning" if local.hour < 12 else "Good afternoon" if local.hour < 18 else "Good evening"
    due, counts = _due(ctx)
    return Home(
        greeting=greeting,
        date_line=f"{local:%A} {show_day(local.date())}, {ctx.ward.name}",
        due=tuple(due),
        overdue=counts.groups[0],
        today=counts.groups[1],
        this_week=counts.groups[2],
        drafts=tuple(drafts.mine(ctx)),
        to_finish=tuple(_to_finish(ctx)),
        shift=shift(ctx),
        answered=tuple(_answered(ctx)),
        notices=tuple(_notices(ctx)),
        dates=tuple(_dates(ctx)),
    )


def leads_on(ctx: Context, act: str, incident_id: str) -> bool:
    """Whether a reason begun for an act of a report can still be given: it may be read, and the act is open."""
    try:
        seen = views.glance(ctx, incident_id)
    except (NotAllowed, NotFound):
        return False
    allowed = seen.on_need if act == "need" else {"full": "print_full"}.get(act, act) in seen.actions
    return allowed and seen.sight == "full"


def _to_finish(ctx: Context) -> list[Row]:
    if not ctx.can("list"):
        return []
    return listing.page(ctx, ListQuery(view="needs_finishing", limit=SHOWN))


def _due(ctx: Context) -> tuple[list[DueRow], Counts]:
    """The first steps of this person's worklist, and how many it has in each stretch of time."""
    if not ctx.can("support"):
        return [], Counts((0, 0, 0, 0), {})
    return [_due_row(row) for row in worklist.page(ctx, limit=SHOWN)], worklist.open_counts(ctx)


def _due_row(row: WorkRow) -> DueRow:
    words = f"Overdue {row.due_words}" if row.overdue else row.due_words
    day = f"{row.group} {words}" if row.group == "Today" else words
    return DueRow(row.incident_id, row.reference, row.title, day, row.overdue, row.person, row.plan_id, row.step)


def _late(ctx: Context) -> tuple[tuple[DueRow, ...], bool]:
    """What of the ward shown is overdue, for whoever takes over: nothing restricted, and no second offer."""
    if not ctx.can("support"):
        return (), False
    here = replace(ctx, wards={ctx.ward_id: ctx.ward})
    rows = [row for row in worklist.page(here, limit=LATE_SHOWN + 1) if row.overdue]
    more = len(rows) > LATE_SHOWN
    rows = rows[:LATE_SHOWN]
    rows += [row for row in worklist.riddor_rows(here) if row.overdue]
    told = [row for row in rows if not (row.restricted or row.asks_again or row.step == REOFFER)]
    return tuple(_due_row(row) for row in sorted(told, key=lambda row: row.key)), more


def shift(ctx: Context, for_others: bool = False) -> ShiftFacts:
    """The incidents logged in the shift that runs on the ward shown.

    `for_others`: it will be read over a shoulder or on paper, so what is restricted stays so even to those entitled.
    """
    start, end = shift_of(ctx.now(), ctx.ward.zone, ctx.ward.boundaries)
    found = queries.since(ctx.store.db, start, ctx.viewer, ctx.ward_id) if ctx.can("list") else []
    if for_others:
        found = [{**row, "visible": row["visible"] and not row["restricted"]} for row in found]
    found = sorted(found, key=_as_it_happened)
    effects = [row["effect"] for row in found if row["visible"] and row["effect"]]
    parts = [f"{code.label}: {effects.count(code.code)}." for code in EFF if effects.count(code.code)]
    rows = tuple(listing.rows_of(ctx, found))
    return ShiftFacts(shift_label(start, end, ctx.ward.zone), len(found), " ".join(parts), rows)


def _as_it_happened(row: dict[str, Any]) -> tuple[str, bool, str]:
    """The order in which a shift is told. What has no time, or whose time is not shown, stands last of its day."""
    timed = row["visible"] and row["occurred_at"] and row["time_known"] != "unknown"
    return row["local_day"] or "", not timed, (row["occurred_at"] if timed else row["reference"]) or ""


def _answered(ctx: Context) -> list[Row]:
    """One's own reports that got an outcome: the loop is closed where the reporter can read it."""
    found = queries.answered(ctx.store.db, ctx.viewer, SHOWN)
    return listing.rows_of(ctx, found)


def _dates(ctx: Context) -> list[riddor.Due]:
    """RIDDOR and checks of what was changed, for those who keep these dates, the earliest first."""
    return sorted([*riddor.due(ctx), *closing.checks_due(ctx), *sanctions.dates(ctx)], key=lambda one: one.due)[
        :MOST_DATES
    ]


def _notices(ctx: Context) -> list[str]:
    found = []
    if ctx.user.role == "ward_manager":
        waiting = queries.restricted_without_lead(ctx.store.db, tuple(ctx.wards))
        if waiting:
            plural = "incidents need" if waiting > 1 else "incident needs"
            found.append(f"{waiting} restricted {plural} a support lead. Call one, or add one under Settings.")
    others = drafts.others_count(ctx) if ctx.user.role == "ward_manager" else 0
    if others:
        found.append(f"{others} draft{'s belong' if others > 1 else ' belongs'} to someone else.")
    return found


@dataclass(frozen=True, slots=True)
class Handover:
    """What the next shift of the ward shown must know: counts and places, no names, nothing of restricted incidents."""

    shift: ShiftFacts
    drafts: int
    overdue: tuple[DueRow, ...]
    unsent: int | None  # None on a PC that sends nothing: there all of it stays here
    more_overdue: bool = False  # than are listed


def handover(ctx: Context) -> Handover:
    """The handover of the shift that runs. Raises NotAllowed."""
    ctx.require("handover")
    mine = len(drafts.mine(ctx)) + drafts.others_count(ctx)
    late, more = _late(ctx)
    unsent = queries.unsent(ctx.store.db) if enrolment.address(ctx) else None
    return Handover(shift(ctx, for_others=True), mine, late, unsent, more)


def hand_over(ctx: Context, to: str) -> None:
    """Notes who took over, in the audit."""
    ctx.require("handover")
    with ctx.unit() as unit:
        unit.put_state("handed_over_to", to.strip()[:80].encode())
        unit.commit("handover")
