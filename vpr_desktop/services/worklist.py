"""The worklist of support steps: ready words by role, never a name or free text, and never what is not theirs to know.

What a person may know is left to the query itself (storage/worklist.py); who may do what, to the plan's own acts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.fields import decode
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.support import StepCare
from vpr_desktop.domain.support_steps import OPEN as STILL_OPEN
from vpr_desktop.domain.support_template import Template
from vpr_desktop.domain.support_times import NEVER_PAUSED, day_end
from vpr_desktop.domain.user import User
from vpr_desktop.domain.when import show
from vpr_desktop.services import riddor
from vpr_desktop.services.context import Context
from vpr_desktop.services.support import OPEN, SETTLED
from vpr_desktop.storage import support_said, support_templates, worklist
from vpr_desktop.storage.disputed import disputed
from vpr_desktop.storage.support_rows import wire
from vpr_desktop.storage.support_templates import template_of
from vpr_desktop.storage.worklist import Asked, Matches

VIEWS = ("all", "mine", "unassigned", "ask_again", "waiting", "closed")
LEADS_ONLY = ("ask_again",)
GROUPS = ("Overdue", "Today", "This week", "Later")
# Whose work a step is by the template's word. Those without an account have it recorded by the ward.
OF_ROLE = {
    "ward_manager": frozenset({"NIC", "WM", "HR", "HS", "PER"}),
    "support_lead": frozenset({"SL"}),
}
RIDDOR_VIEWS = ("all", "mine")  # the second for a support lead, whose own cases they are
DECIDE = "RIDDOR: decide"
MISSED_DAYS = 28
MOST_SETTLED = 5000  # rows that the view of what is settled lists, the newest first: it grows for ever
TEAM = "Team"
ENDED = "No longer asked"
UNASSIGNED = "Unassigned"


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One step in words, or a date that RIDDOR sets. `group` is its place in time, `key` what the next slice follows.

    A RIDDOR row belongs to no plan, so it outlives every plan: `plan_id` is empty, and `rule` says why it is there.
    """

    plan_id: str
    incident_id: str
    step: str
    title: str
    person: str
    reference: str
    owner: str | None
    owner_name: str
    owner_initials: str
    status: str
    due: datetime | None
    due_words: str
    due_full: str
    group: str
    overdue: bool
    asks_again: bool
    restricted: bool
    key: tuple[str, int]
    rule: str = ""

    @property
    def is_riddor(self) -> bool:
        """Whether this is a date of RIDDOR and not a step of a plan."""
        return not self.plan_id

    @property
    def spoken(self) -> str:
        """What a screen reader says of the row."""
        late = f"{self.group} {self.due_words}" if self.overdue else f"{self.group}, {self.due_words}"
        when = self.group if self.due_words == self.group else late
        return f"{when}, {self.title}, {self.person}".strip(", ")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many steps each group of a view has, its RIDDOR rows, and how many of both each view has altogether."""

    groups: tuple[int, int, int, int]
    views: dict[str, int]
    next_due: datetime | None = None
    riddor: tuple[WorkRow, ...] = ()

    @property
    def total(self) -> int:
        """All rows of the view shown."""
        return sum(self.groups) + len(self.riddor)


def page(
    ctx: Context, view: str = "all", text: str = "", *, after: tuple[str, int] | None = None, offset: int = 0,
    limit: int = 50,
) -> list[WorkRow]:  # fmt: skip
    """One slice of a view, after the key of a row or from a place on. Raises NotAllowed."""
    ctx.require("support")
    asked = replace(_asked(ctx, view, text), after=after, offset=offset, limit=limit)
    found = worklist.page(ctx.store.db, asked)
    names = _names(ctx)
    return [_row(ctx, one, names, asked) for one in found]


def counts(ctx: Context, view: str = "all", text: str = "", known: dict[str, int] | None = None) -> Counts:
    """The numbers of a view's groups and of all views. Raises NotAllowed.

    `known` are the numbers of the views where only the filter changed since, which they do not depend on.
    """
    ctx.require("support")
    asked, db = _asked(ctx, view, text), ctx.store.db
    dated = riddor_rows(ctx)
    views, found = known or {}, (0, 0, 0, 0)
    if known is None or not asked.words:
        views, found = _of_views(ctx, asked, len(dated))
    if view == "closed":
        settled = worklist.count_settled(db, asked, MOST_SETTLED) if asked.words else views["closed"]
        return Counts((settled, 0, 0, 0), views)
    if asked.words:
        found = worklist.groups(db, asked)
    told = _matching(dated, text) if asked.view in _riddor_views(ctx) else ()
    at = _moment(worklist.next_due(db, asked)) if not sum(found) and not told else None
    return Counts(found, views, at, told)


def _of_views(ctx: Context, asked: Asked, dated: int) -> tuple[dict[str, int], tuple[int, int, int, int]]:
    """What each view of this person holds without a filter, and the groups of the one asked for."""
    db, bare = ctx.store.db, replace(asked, words=())
    held, found = worklist.tallies(db, bare)
    held["closed"] = worklist.count_settled(db, bare, MOST_SETTLED)
    for name in _riddor_views(ctx):
        held[name] += dated
    return {view: held[view] for view in views(ctx)}, found


def open_counts(ctx: Context) -> Counts:
    """The groups of all that is open and when the next is due; not what is settled, which grows for ever."""
    ctx.require("support")
    asked, db = _asked(ctx, "all", ""), ctx.store.db
    found = worklist.groups(db, asked)
    return Counts(found, {}, _moment(worklist.next_due(db, asked)) if not sum(found) else None)


def views(ctx: Context) -> tuple[str, ...]:
    """The views this person has: what is asked again is for support leads alone."""
    lead = ctx.user.role == "support_lead"
    return tuple(view for view in VIEWS if lead or view not in LEADS_ONLY)


def overdue_count(ctx: Context) -> int:
    """How many steps and RIDDOR dates are overdue, for the badge; 0 for a role without a worklist."""
    if not ctx.can("support"):
        return 0
    late = sum(row.overdue for row in riddor_rows(ctx))
    return worklist.overdue(ctx.store.db, _asked(ctx, "all", "")) + late


def missed(ctx: Context) -> int | None:
    """How many check-ins were missed in the incidents of four weeks: the trust lead's number, without names.

    None for every other role.
    """
    ctx.require("support")
    if ctx.user.role != "vpr_lead":
        return None
    since = ctx.now().astimezone(ctx.ward.zone).date() - timedelta(days=MISSED_DAYS)
    return support_said.missed(ctx.store.db, tuple(ctx.wards), since, ctx.now())


def next_moment(ctx: Context) -> datetime | None:
    """When the next step of this person's worklist is due; None where none is, and for a role without a worklist."""
    if not ctx.can("support"):
        return None
    return _moment(worklist.next_due(ctx.store.db, _asked(ctx, "all", "")))


def riddor_rows(ctx: Context) -> tuple[WorkRow, ...]:
    """What RIDDOR waits for, the earliest first. Not that it is to be decided while the plan's first look says so."""
    found = riddor.due(ctx)
    looks = worklist.open_looks(ctx.store.db, [one.incident_id for one in found if one.text == DECIDE])
    asked = _asked(ctx, "all", "")
    return tuple(_riddor_row(ctx, one, asked) for one in found if one.text != DECIDE or one.person_id not in looks)


def _riddor_row(ctx: Context, one: riddor.Due, asked: Asked) -> WorkRow:
    zone = ctx.wards[one.ward_id].zone
    at = day_end(one.due, zone)
    days = max((asked.now.astimezone(zone).date() - one.due).days, 1)
    group = GROUPS[0] if one.overdue else _group(max(at, asked.now), asked)
    return WorkRow(
        plan_id="", incident_id=one.incident_id, step=f"riddor:{one.person_id}", title=one.text, person=one.label,
        reference=one.reference, owner=None, owner_name=UNASSIGNED, owner_initials="", status="", due=at,
        due_words=lateness(timedelta(days=days)) if one.overdue else _day_words(one.due, asked.now.astimezone(zone)),
        due_full=show_day(one.due), group=group, overdue=one.overdue, asks_again=False, restricted=one.restricted,
        key=(wire(at), 0), rule=one.rule,
    )  # fmt: skip


def _riddor_views(ctx: Context) -> tuple[str, ...]:
    return RIDDOR_VIEWS if ctx.user.role == "support_lead" else RIDDOR_VIEWS[:1]


def _matching(rows: Sequence[WorkRow], text: str) -> tuple[WorkRow, ...]:
    words = text.casefold().replace("person ", "person_").split()
    held = {row: f"{row.title} {row.reference} {row.person.replace(' ', '_')}".casefold() for row in rows}
    return tuple(row for row in rows if all(word in held[row] for word in words))


def _asked(ctx: Context, view: str, text: str) -> Asked:
    now, zone = ctx.now(), ctx.ward.zone
    today = now.astimezone(zone).date()
    view = view if view in views(ctx) else "all"
    templates = support_templates.all_templates(ctx.store.db)
    return Asked(
        role=ctx.user.role, user_id=ctx.user.user_id, ward_ids=tuple(ctx.wards), now=now,
        edges=(day_end(today, zone), day_end(today + timedelta(days=7), zone)),
        codes=_codes(ctx.user.role, templates), disputed=tuple(disputed(ctx.store.db)), view=view,
        words=tuple(_matches(ctx, templates, text)),
    )  # fmt: skip


def _codes(role: str, templates: Sequence[Template]) -> tuple[str, ...]:
    """The steps that fall to a role. The trust lead's are those about the ward and the RIDDOR looks."""
    if role == "vpr_lead":
        found = {s.code for one in templates for s in one.steps if s.team or s.code in NEVER_PAUSED}
    else:
        wanted = OF_ROLE.get(role, frozenset())
        found = {s.code for one in templates for s in one.steps if wanted & set(s.who)}
    return tuple(sorted(found))


def _matches(ctx: Context, templates: Sequence[Template], text: str) -> list[Matches]:
    """What each word of the filter may stand for. "Person B" is looked for as one."""
    words = text.casefold().replace("person ", "person_").split()
    users = ctx.reader().find(User) if words else []
    found = []
    for word in words:
        codes = {
            s.code for one in templates for s in one.steps if word in s.title.casefold() or word in s.text.casefold()
        }
        owners = [u.user_id for u in users if u.user_id and word in f"{u.name} {u.initials}".casefold()]
        letter = word.removeprefix("person_").upper() if word.startswith("person_") else ""
        found.append(Matches(word, tuple(sorted(codes)), tuple(owners), letter))
    return found


def _names(ctx: Context) -> dict[str, tuple[str, str]]:
    """Name and initials by user id."""
    return {u.user_id or "": (u.name or u.user_id or "", u.initials or "") for u in ctx.reader().find(User)}


def _row(ctx: Context, row: dict[str, Any], names: dict[str, tuple[str, str]], asked: Asked) -> WorkRow:
    template = template_of(ctx.store.db, row["template"], row["template_version"])
    step = template.step(row["step"])
    settled = asked.view == "closed"
    due = None if settled else _moment(row["due_at"])
    full = row["lead"] == ctx.user.user_id or bool(row["team"]) or row["step"] in NEVER_PAUSED
    name, initials = names.get(row["owner"] or "", (row["owner"] or "", ""))
    zone = ctx.wards[row["ward_id"]].zone
    late = due is not None and due < asked.now
    return WorkRow(
        plan_id=row["plan_id"],
        incident_id=row["incident_id"],
        step=row["step"],
        title=step.title if step is not None else row["step"],
        person=TEAM if row["team"] else f"Person {row['letter'] or ''}".strip(),
        reference=row["reference"] or "",
        owner=row["owner"],
        owner_name=name or UNASSIGNED,
        owner_initials=initials or name or UNASSIGNED,
        status=_status(row, settled) if full else (SETTLED if settled else OPEN),
        due=due,
        due_words=_due_words(due, asked.now, zone) if due else "",
        due_full=show(due, zone) if due else "",
        group=_group(due, asked) if due else "",
        overdue=late,
        asks_again=bool(row["again"]) and row["lead"] == ctx.user.user_id,
        restricted=bool(row["restricted"]),
        key=(row["due_at"], row["n"]),
    )


def _status(row: dict[str, Any], settled: bool) -> str:
    """A step that stood open when its plan or incident came to an end is no longer asked for."""
    return ENDED if settled and not row["live"] and row["status"] in STILL_OPEN else str(row["status"])


def _group(due: datetime, asked: Asked) -> str:
    if due < asked.now:
        return GROUPS[0]
    return GROUPS[1] if due <= asked.edges[0] else GROUPS[2] if due <= asked.edges[1] else GROUPS[3]


def _due_words(due: datetime, now: datetime, zone: Any) -> str:
    """How late, or when: 1 day, 16:00, Mon 23-Nov, 20-Dec-2026."""
    if due < now:
        return lateness(now - due)
    local, here = due.astimezone(zone), now.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == here.date() else _day_words(local.date(), here)


def _day_words(day: date, here: datetime) -> str:
    if day == here.date():
        return "Today"
    near = day <= here.date() + timedelta(days=7)
    return f"{day:%a} {show_day(day)[:6]}" if near else show_day(day)


def lateness(by: timedelta) -> str:
    """How late something is, in the largest unit that says it."""
    for amount, word in ((by.days, "day"), (by.seconds // 3600, "hour"), (by.seconds // 60 % 60, "minute")):
        if amount:
            return f"{amount} {word}{'s' if amount > 1 else ''}"
    return "1 minute"


def _moment(text: str | None) -> datetime | None:
    found = decode(fields_of(StepCare)["due_at"], text)
    return found if isinstance(found, datetime) else None
