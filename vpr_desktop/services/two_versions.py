"""Where two versions of a field stand that this person sees: which incidents, and which of their records.

The list, its counts and the chip ask here, so that what is counted is what opens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.record import Record, Shown, entity_name, fields_of
from vpr_desktop.domain.support import StepCare
from vpr_desktop.services import support_cases, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.views import IncidentView, RecordView
from vpr_desktop.storage import queries
from vpr_desktop.storage.queries import ListQuery

MOST = 1000  # incidents in conflict that are looked at
FOLLOWED = ("lead", "closed_on")  # what those who follow a plan see of it
CARE = ("owner", "due_at")  # and of what was set on its steps
REASON = ("due_reason",)  # read by the plan's lead alone; it goes with the time it explains, whoever settles that


def incidents_seen(ctx: Context, among: Sequence[str] | None = None) -> list[str]:
    """The incidents, or those of these, of which this person sees a field with two versions, newest first."""
    return [seen.record.id for seen in in_conflict(ctx, among) if records(ctx, seen)]


def in_conflict(ctx: Context, among: Sequence[str] | None = None) -> Iterator[IncidentView]:
    """The incidents, or those of these, that open to this person and hold two versions of a field, newest first.

    That one is among them does not say that the field is theirs to see. Each is read here, once: with hundreds of them
    that is what the chip, the list and its counts wait for.
    """
    clashing = tuple(queries.in_conflict(ctx.store.db, among)) if ctx.can("list") else ()
    if not clashing:
        return
    for row in queries.page(ctx.store.db, ListQuery(view="two_versions", only=clashing, limit=MOST), ctx.viewer):
        with suppress(NotFound, NotAllowed):
            yield views.glance(ctx, row["id"])


def records(ctx: Context, seen: IncidentView) -> list[RecordView]:
    """The records of an incident of which this person sees a field with two versions."""
    held = {one.id: one for one in (seen.record, *(part for parts in seen.parts.values() for part in parts))}
    if seen.sight == "full":
        for plan_id in queries.clashing_plans(ctx.store.db, seen.record.id):
            held = _with_followed(ctx, held, plan_id)
    return [one for one in held.values() if one.clashes]


def _with_followed(ctx: Context, held: dict[str, RecordView], plan_id: str) -> dict[str, RecordView]:
    """With lead and end of a plan, owners and times of its steps, for whoever follows it and is told of the step."""
    try:
        case = support_cases.load(ctx, plan_id)
    except NotFound:
        return held
    if not case.acts & {"follow", "read"}:
        return held
    label = f"Person {case.person.letter or ''}".strip()
    found = {**held, plan_id: _adding(held.get(plan_id), case.plan, None, label, FOLLOWED)}
    listed = {one.step.code: one.step for one in support_cases.steps(ctx, case)}
    reads = case.can("note")
    for care in ctx.reader().find(StepCare, plan_id=plan_id):
        step = listed.get(care.step or "")
        if step is not None:
            whose = f"{'Team' if step.team else label}, {step.text}"
            names, along = (CARE + REASON, ()) if reads else (CARE, REASON)
            found[care.id] = _adding(None, care, plan_id, whose, names, along)
    return found


def _adding(
    view: RecordView | None, record: Record, parent_id: str | None, label: str, names: Sequence[str],
    along: Sequence[str] = (),
) -> RecordView:  # fmt: skip
    """A view of a record with these fields in it too, and without a word of them what those `along` stand on."""
    specs, shown, values = fields_of(type(record)), record.shown, {name: getattr(record, name) for name in names}
    kept = Shown(
        {name: shown.values[name] for name in names if name in shown.values},
        {name: shown.heads[name] for name in (*names, *along) if name in shown.heads},
        shown.clashes & set(names),
    )
    if view is None:
        hidden, entity = frozenset(specs) - set(names), entity_name(type(record))
        return RecordView(
            entity, record.id, record.ward_id, parent_id, label, values, {}, hidden, kept, kept.clashes
        )  # fmt: skip
    whole = Shown(view.shown.values | kept.values, view.shown.heads | kept.heads, view.shown.clashes | kept.clashes)
    return replace(view, values=view.values | values, shown=whole, clashes=whole.clashes)
