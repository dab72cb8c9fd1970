"""One incident as one person may see it: the only place that turns records into what leaves the services.

Default deny: what the visibility table does not give is not in the view, whoever asks and by whatever path.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any

from vpr_desktop.domain.derived import TaskState, task_states
from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.fields import of_kind
from vpr_desktop.domain.forms import ENTITIES, PARTS
from vpr_desktop.domain.identity import hlc_ms
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.ops import Fold
from vpr_desktop.domain.record import Record, Shown, entity_name, fields_of, odd_values
from vpr_desktop.domain.response import Feedback, person_meant
from vpr_desktop.domain.support import Plan
from vpr_desktop.domain.user import User
from vpr_desktop.domain.visibility import Tie, hides_reporter, is_confidential, sees_incident, view
from vpr_desktop.domain.wording import in_words
from vpr_desktop.domain.workflow import actions
from vpr_desktop.services import on_need
from vpr_desktop.services.context import Context
from vpr_desktop.storage.leads import gone
from vpr_desktop.storage.unit import Reader

SEEN_ANYWAY = ("reference", "status", "occurred_at", "restricted")  # of a restricted incident
METADATA = ("reference", "status", "reported_at")
NAMES = ("person_key", "staff_name", "staff_no")
OFFERED = {"ACC": "Offered", "DEL": "Offered", "NYT": "Not yet"}
PLAN_OPEN = ("lead", "closed_on")  # of a plan, seen by those outside the support circle: owner, open or settled


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record, without what its reader may not see. `shown` is what a form bases its save on."""

    entity: str
    id: str
    ward_id: str
    parent_id: str | None
    label: str
    values: dict[str, Any]
    redacted: dict[str, str]
    hidden: frozenset[str]
    shown: Shown
    clashes: frozenset[str]
    mine: bool = False
    typed: frozenset[str] = frozenset()  # fields of which only what the reader typed is seen
    no_history: frozenset[str] = frozenset()  # fields seen as they stand, but not how they changed
    odd: dict[str, str] = dataclasses.field(default_factory=dict)  # words for values that are not of their field's kind


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident and its parts as one person may see them, and what that person may do with it."""

    record: RecordView
    parts: dict[str, list[RecordView]]
    sight: str
    actions: frozenset[str]
    tasks: list[TaskState]
    tasks_left: int
    send_state: str
    reference: str
    status: str
    history_count: int
    last_change: datetime | None
    tie: Tie
    late: bool = False  # changed by somebody who did not know that it was being withdrawn
    on_need: bool = False  # a reason would open more of it for an hour


def incident(ctx: Context, incident_id: str, need_reason: str | None = None) -> IncidentView:
    """The incident as this person may see it. Raises NotFound, or NotAllowed where their role opens no incident.

    One that is somebody else's answers a reporter like one that is not there: that it is there would tell of it.

    `need_reason` (20 characters or more) opens, for 60 minutes, what the table gives "on need"; it is logged.
    """
    seen = glance(ctx, incident_id, need_reason)
    if seen.tie.restricted and seen.sight == "full":
        _log_read(ctx, incident_id)
    return seen


def glance(ctx: Context, incident_id: str, need_reason: str | None = None) -> IncidentView:
    """The same for counting and for lists, which show nothing of it: not logged as read."""
    reader = ctx.reader()
    record = reader.get(Incident, incident_id)
    parts = load_parts(reader, incident_id)
    tie = tie_of(ctx, record, parts)
    sight = sees_incident(ctx.user.role, tie)
    if record.ward_id not in ctx.wards or (sight == "none" and ctx.can("open")):
        raise NotFound()
    if sight == "none":
        raise NotAllowed()
    if need_reason is not None:
        tie = on_need.opened(ctx, record.id, tie, need_reason)
    return _view_of(ctx, reader, record, parts, tie, sight)


def load_parts(reader: Reader, incident_id: str) -> dict[str, list[Record]]:
    """Every part of an incident that was not taken off, by plural name, parts of parts too."""
    found: dict[str, list[Record]] = {}
    for plural, entity in PARTS["incident"]:
        found[plural] = list(reader.parts(entity, incident_id))
    for plural, entity in PARTS["person"]:
        found[plural] = [part for person in found["people"] for part in reader.parts(entity, person.id)]
    found["plans"] = list(reader.find(Plan, incident_id=incident_id))
    return found


def tie_of(ctx: Context, record: Incident, parts: Mapping[str, list[Record]]) -> Tie:
    """How this person stands to this incident: the facts the visibility table asks for."""
    me, odd = ctx.user.user_id, odd_values(Incident, record.shown.values)
    leads = {getattr(plan, "lead", None) for plan in parts["plans"]} - {None}
    named = [person for person in parts["people"] if getattr(person, "person_key", None) == me]
    return Tie(
        own=record.reported_by == me,
        self_person=any(is_me(ctx, person) for person in named),
        self_named=bool(named),
        assigned=me in leads,
        restricted=bool(record.restricted) or "restricted" in odd,
        manager_may_see=bool(record.manager_may_see) and "manager_may_see" not in record.shown.clashes,
        lead_assigned=bool(leads) and bool(leads - gone(ctx.store.db)),
        confidential=is_confidential(
            record.reporter_mode, record.imported_at is not None, "reporter_mode" in record.shown.clashes
        ),
        needed=record.id in on_need.open_now(ctx),
        outcome_shared=record.outcome_share is not False and "outcome_share" not in odd,
    )


def is_me(ctx: Context, person: Record) -> bool:
    """Whether a person of an incident is who looks: said when the person was added, or by somebody else since.

    Whoever says so later of a person of their own report must not read by it what others wrote of that person, and of
    two people named at once nobody knows yet whose it is.
    """
    me = ctx.user.user_id
    if getattr(person, "person_key", None) != me or "person_key" in person.shown.clashes:
        return False
    heads = person.shown.heads.get("person_key", [])
    named = [op for op in ctx.reader().ops_of(person.id) if op["op"] in heads]
    return any(op["set"].get("person_key") == me and (op["by"] != me or "parent_id" in op["set"]) for op in named)


def _view_of(
    ctx: Context, reader: Reader, record: Incident, parts: dict[str, list[Record]], tie: Tie, sight: str
) -> IncidentView:
    shown_parts = {}
    if sight == "full":
        shown_parts = {
            plural: [
                one
                for part in held
                if _says_something(one := _part_view(ctx, reader, part, parts, tie, record.reported_by))
            ]
            for plural, held in parts.items()
        }
    seen = record_view(ctx, reader, record, tie, "")
    if hides_reporter(ctx.user.role, tie):
        seen = _without_me(seen)
    if sight != "full":
        seen = _only(ctx, record, seen, METADATA if sight == "metadata" else SEEN_ANYWAY)
    tasks = task_states(record, parts) if sight == "full" else []
    ops = reader.ops_of(record.id)
    return IncidentView(
        record=seen,
        parts=shown_parts,
        sight=sight,
        actions=actions(ctx.user.role, record.status or "logged", tie),
        tasks=tasks,
        tasks_left=sum(task.left for task in tasks),
        send_state="waiting" if reader.waits([record.id]) else "sent",
        reference=record.reference or seen.odd.get("reference", ""),
        status=record.status or "logged",
        history_count=len(ops) if sight == "full" else 0,
        last_change=datetime.fromtimestamp(hlc_ms(ops[-1]["at"]) / 1000, UTC) if ops else None,
        tie=tie,
        on_need=sight == "full" and view(ctx.user.role, "narrative", tie).kind == "ask",
        late=sight == "full" and record.status == "withdrawn" and _changed_late(ops, record, parts),
    )


def _changed_late(ops: Sequence[dict[str, Any]], record: Record, parts: Mapping[str, list[Record]]) -> bool:
    """Whether anything of a withdrawn incident was not known to whoever withdrew it, or left it withdrawn."""
    knowing = [op for op in ops if "seen" in op]
    known = {head for op in knowing for head in op["seen"]} | {op["op"] for op in knowing}
    held = [record, *(part for several in parts.values() for part in several)]
    return bool(knowing) and any(
        head not in known for one in held for heads in one.shown.heads.values() for head in heads
    )


def heads_known(ctx: Context, seen: IncidentView) -> list[str]:
    """Every head of an incident and its parts that somebody who acts on the whole of it knows: those on screen, and
    for what their role does not show those in the file."""
    reader = ctx.reader()
    on_screen = {one.id: one for one in (seen.record, *(part for held in seen.parts.values() for part in held))}
    whole = [
        reader.get(Incident, seen.record.id),
        *(p for held in load_parts(reader, seen.record.id).values() for p in held),
    ]
    found: dict[str, None] = {}
    for record in whole:
        shown = on_screen.get(record.id)
        for field, heads in record.shown.heads.items():
            on = shown is not None and field in shown.values and field not in shown.typed
            known = shown.shown.heads.get(field, []) if shown is not None and on else heads
            found.update(dict.fromkeys(known))
    return list(found)


def _part_view(
    ctx: Context, reader: Reader, part: Record, parts: dict[str, list[Record]], tie: Tie, reported_by: str | None
) -> RecordView:
    person = _person_of(part, parts)
    mine = person is not None and is_me(ctx, person)
    assigned = _leads_person(ctx, person, parts) if person is not None else tie.assigned
    label = f"Person {getattr(person, 'letter', '') or ''}".strip() if person is not None else ""
    tie = replace(tie, self_person=mine, assigned=assigned)
    if isinstance(part, Feedback):
        tie = replace(tie, self_person=_answers_me(ctx, part, parts, tie))
    seen = record_view(ctx, reader, part, tie, label, mine=mine)
    if part is person and not mine and hides_reporter(ctx.user.role, tie) and _is_kept_back(part, reported_by):
        return _redact(seen, NAMES, "a colleague")
    return seen


def may_know_who(ctx: Context, record: Incident, person: Record, tie: Tie) -> bool:
    """Whether a person's name may be shown at all: not where it would be that of a reporter in confidence."""
    return not (hides_reporter(ctx.user.role, tie) and _is_kept_back(person, record.reported_by))


def _says_something(seen: RecordView) -> bool:
    """Whether anything of a part is its reader's to see; that there is one at all would tell of it otherwise."""
    specs = fields_of(ENTITIES[seen.entity])
    return any(specs[field].block != "system" for field in (*seen.values, *seen.redacted))


def _answers_me(ctx: Context, part: Feedback, parts: dict[str, list[Record]], tie: Tie) -> bool:
    """Whether a message is for this person: the reporter, or the person it names."""
    letters = {person.id: getattr(person, "letter", None) for person in parts["people"]}
    meant = person_meant(part.to, part.to_person, letters)
    mine = any(person.id == meant and is_me(ctx, person) for person in parts["people"])
    return mine or (part.to == "reporter" and tie.own)


def _is_kept_back(part: Record, reported_by: str | None) -> bool:
    """Whether a person is the reporter, or one whom nobody named: were only the reporter kept back, that would tell."""
    names = [getattr(part, name, None) for name in NAMES]
    return names[0] == reported_by or not any(names)


def _redact(seen: RecordView, names: tuple[str, ...], how: str) -> RecordView:
    values = {f: v for f, v in seen.values.items() if f not in names}
    redacted = seen.redacted | {f: how for f in names if f not in seen.hidden}
    return replace(
        seen, values=values, redacted=redacted, shown=_kept(seen.shown, values), clashes=seen.clashes & set(values),
        odd={f: words for f, words in seen.odd.items() if f in values},
    )  # fmt: skip


def told_of_me(field: str, value: Any) -> Any:
    """The answer "Me" of a report in confidence, for whoever must not know that the reporter is the one affected."""
    return "ONE" if field == "affected" and value == "ME" else value


def _without_me(seen: RecordView) -> RecordView:
    values = {field: told_of_me(field, value) for field, value in seen.values.items()}
    shown = {field: told_of_me(field, value) for field, value in seen.shown.values.items()}
    return replace(seen, values=values, shown=replace(seen.shown, values=shown))


def _person_of(part: Record, parts: dict[str, list[Record]]) -> Record | None:
    wanted = {part.id, getattr(part, "parent_id", None), getattr(part, "person_id", None)}
    return next((person for person in parts["people"] if person.id in wanted), None)


def _leads_person(ctx: Context, person: Record, parts: dict[str, list[Record]]) -> bool:
    plans = [p for p in parts["plans"] if getattr(p, "person_id", None) == person.id]
    return any(getattr(plan, "lead", None) == ctx.user.user_id for plan in plans)


def record_view(ctx: Context, reader: Reader, record: Record, tie: Tie, label: str, mine: bool = False) -> RecordView:
    """One record with each field let through, redacted or left out as the table says for its block."""
    entity = type(record)
    values: dict[str, Any] = {}
    redacted: dict[str, str] = {}
    hidden = set()
    shown = record.shown
    typed: Fold | None = None
    own: set[str] = set()
    quiet: set[str] = set()
    specs = fields_of(entity)
    cells = {block: view(ctx.user.role, block, tie) for block in {spec.block for spec in specs.values()}}
    for field, spec in specs.items():
        cell = cells[spec.block]
        if not cell.history:
            quiet.add(field)
        if cell.kind == "full":
            values[field] = getattr(record, field)
        elif cell.kind == "typed":
            typed = reader.typed_by(record.id, ctx.user.user_id) if typed is None else typed
            values[field] = of_kind(spec, typed.values.get(field))
            own.add(field)
        elif cell.kind == "redacted":
            _put_redacted(ctx, record, field, cell.how, values, redacted)
            hidden |= {field} - set(values) - set(redacted)
        else:
            hidden.add(field)
    kept = _kept(shown, set(values) - own)
    if typed is not None:
        kept = Shown(
            kept.values | {f: v for f, v in typed.values.items() if f in own},
            kept.heads | {f: h for f, h in typed.heads.items() if f in own},
            kept.clashes,
        )
    zone = ctx.wards[record.ward_id].zone
    odd = {f: in_words(specs[f], wire, zone) for f, wire in odd_values(entity, kept.values).items()}
    return RecordView(
        entity_name(entity), record.id, record.ward_id, getattr(record, "parent_id", None), label,
        values, redacted, frozenset(hidden), kept, kept.clashes, mine, frozenset(own),
        frozenset(quiet), odd,
    )  # fmt: skip


def _kept(shown: Shown, names: Iterable[str]) -> Shown:
    """What a record was read with, cut down to some fields: what is not seen is not in what a form works on."""
    kept = set(names)
    return Shown(
        {f: v for f, v in shown.values.items() if f in kept},
        {f: h for f, h in shown.heads.items() if f in kept},
        shown.clashes & kept,
    )


def _put_redacted(
    ctx: Context, record: Record, field: str, how: str, values: dict[str, Any], redacted: dict[str, str]
) -> None:
    """What stands for a block: yes or no of the police, offered or not of support, else why it is not shown."""
    held = getattr(record, field)
    if how == "yes/no":
        if field == "police" and held is not None:
            redacted[field] = "No" if held in ("NO", "WISH") else "Yes"
        elif field == "next_update_due" and ctx.user.role == "support_lead":
            values[field] = held
    elif how == "offered":
        if field == "support_offered" and held is not None:
            redacted[field] = OFFERED.get(held, "Not yet")
        elif field in PLAN_OPEN:
            values[field] = held
    elif how == "codes" and fields_of(type(record))[field].kind != "text":
        values[field] = held
    else:
        redacted[field] = how


def _only(ctx: Context, record: Incident, seen: RecordView, names: tuple[str, ...]) -> RecordView:
    """A record cut down to a few facts; of the time no more than the date."""
    values = {f: getattr(record, f) for f in names}
    at = values.get("occurred_at")
    if at is not None:
        zone = ctx.wards[record.ward_id].zone
        noon = datetime.combine(at.astimezone(zone).date(), time(12), zone).astimezone(UTC)
        values |= {"occurred_at": noon, "time_known": "unknown"}
    hidden = frozenset(fields_of(ENTITIES[seen.entity])) - set(values)
    return replace(seen, values=values, redacted={}, hidden=hidden, shown=Shown(), clashes=frozenset(), odd={})


def _log_read(ctx: Context, incident_id: str) -> None:
    with ctx.unit() as unit:
        unit.commit("read restricted", incident_id)


def names_of_users(ctx: Context) -> dict[str, str]:
    """Who is who on this ward, by user id."""
    return {u.user_id or "": u.name or u.user_id or "" for u in ctx.reader().find(User)}
