"""What waits to be sent, what needs somebody, and when all was sent last: for the chip and for Sync and data.

Says no more of a report than the list does. Talks to no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.forms import TASKS
from vpr_desktop.domain.identity import hlc_ms
from vpr_desktop.domain.ops import canonical
from vpr_desktop.services import conflicts, enrolment, listing
from vpr_desktop.services.context import Context
from vpr_desktop.storage import exchange, outbox, queries, unsent
from vpr_desktop.storage.slot_file import replace_file
from vpr_desktop.storage.unit import Reader, UnitOfWork
from vpr_desktop.storage.unsent import Unsent

SHOWN = 100  # lines of the queue
Body = tuple[dict[str, Any], int | None]  # an op as its author wrote it, and its number at the endpoint
SUPPORT = frozenset({"plan", "step_entry", "step_care"})
EDITABLE = frozenset(name for task in TASKS for entity, name in task.fields if entity == "incident") | {"description"}


@dataclass(frozen=True, slots=True)
class Status:
    """How sending stands. Counts are of reports and their like, not of single changes.

    `ready` of those that wait may go now; `release` is the monotonic second at which the next may; `tries` failed
    since the last success, the first at `failing_since`, the last for `why`.
    """

    enrolled: bool
    waiting: int = 0
    ready: int = 0
    needs_you: int = 0
    conflicts: int = 0
    oldest: datetime | None = None
    last_success: datetime | None = None
    release: float | None = None
    tries: int = 0
    why: str = ""
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the queue. `state`: ready, held, NEEDS_REVIEW, REFUSED, TOO_LARGE, PUT_ASIDE or conflict; `code`
    says why.

    Without `reference` it is no report, or none that this person may know of; without `incident_id` none they may
    open. `until` is when a held one may go; `stored` whether the server has all of it; `mine` whether this person
    wrote all of it; `theirs` whether they may send it again or take it off; `field` a field of the incident it changed.
    """

    what: str
    reference: str
    incident_id: str
    saved_at: datetime
    tried: int
    state: str
    code: str
    ops: tuple[int, ...]
    until: datetime | None = None
    stored: bool = False
    mine: bool = False
    theirs: bool = False
    field: str = ""


def own_changes(ctx: Context) -> int:
    """How many changes this PC ever made: a number in memory, for any thread."""
    return ctx.store.tip.counter


def status(ctx: Context) -> Status:
    """How it stands now."""
    if enrolment.address(ctx) is None:
        return Status(False)
    db, now = ctx.store.db, ctx.clock.monotonic()
    held = _held(ctx)
    waiting = [one for one in held if one.state == outbox.PENDING]
    later = [one.not_before for one in waiting if one.not_before is not None and one.not_before > now]
    unsettled = conflicts.subjects_of(ctx)
    failed, lines = exchange.tried(db)
    oldest = unsent.saved_at(db, [waiting[0].first]) if waiting else {}
    last = ctx.reader().state(exchange.LAST)
    return Status(
        enrolled=True,
        waiting=len(waiting),
        ready=len(waiting) - len(later),
        needs_you=len(held) - len(waiting) + len(unsettled),
        conflicts=len(unsettled),
        oldest=_moment(oldest[waiting[0].first]) if oldest else None,
        last_success=datetime.fromisoformat(last.decode()) if last else None,
        release=float(min(later)) if later else None,
        tries=len(failed),
        why=lines[-1].kind if lines else "",
        failing_since=datetime.fromtimestamp(failed[0], UTC) if failed else None,
    )


def _held(ctx: Context) -> list[Unsent]:
    """What has not left or needs somebody; first what the server once had and put aside since it was put back."""
    db = ctx.store.db
    return unsent.put_aside(db, ctx.store.device_id, list(ctx.wards)) + unsent.listed(db)


def queue(ctx: Context) -> list[Item]:
    """The lines of Sync and data: what needs somebody first, then what waits, the earliest first."""
    db = ctx.store.db
    held = _held(ctx)[:SHOWN]
    at = {n: _moment(hlc) for n, hlc in unsent.saved_at(db, [one.first for one in held]).items()}
    failed, _ = exchange.tried(db)
    seen = _names(ctx, [one.root for one in held])
    items = [_item(ctx, one, at.get(one.first, ctx.now()), failed, seen) for one in held]
    for subject in conflicts.subjects_of(ctx):
        reference, _ = _names(ctx, [subject]).get(subject, ("", ""))
        what = subject if subject in conflicts.RIGHTS else "change"
        items.append(Item(what, reference, subject, ctx.now(), 0, "conflict", "", ()))
    return sorted(items, key=lambda one: one.state in ("ready", "held"))


def _item(
    ctx: Context, one: Unsent, saved_at: datetime, failed: Sequence[int], seen: dict[str, tuple[str, str]]
) -> Item:
    reference, incident_id = seen.get(one.root, ("", ""))
    left = (one.not_before or 0) - ctx.clock.monotonic()
    held = one.state == outbox.PENDING and left > 0
    state = "held" if held else "ready" if one.state == outbox.PENDING else one.state
    until = datetime.fromtimestamp(ctx.now().timestamp() + left, UTC) if held else None
    what = _what(one, bool(incident_id) and listing.follows_plans(ctx))
    tried = sum(second >= saved_at.timestamp() for second in failed)
    if one.state == outbox.PENDING:
        return Item(what, reference, incident_id, saved_at, tried, state, one.code, one.ops, until)
    tried += 1  # also the try that the server answered
    bodies = unsent.bodies(ctx.store.db, one.ops)
    fields = [field for body, _ in bodies if body["et"] == "incident" for field in body["set"]]
    mine = _is_mine(ctx, bodies)
    return Item(
        what, reference, incident_id, saved_at, tried, state, one.code, one.ops, until,
        stored=all(seq is not None for _, seq in bodies),
        mine=mine,
        theirs=mine or ctx.can("manage_device"),
        field=next((f for f in fields if f in EDITABLE), "") if incident_id else "",
    )  # fmt: skip


def _what(one: Unsent, follows: bool) -> str:
    """What kind of change it is. That support was given is told to those alone who see of the report that it is."""
    if one.is_new:
        return "new"
    if one.root in ("ward", "user", "other"):
        return one.root
    return "support" if follows and one.entities <= SUPPORT else "change"


def _names(ctx: Context, roots: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The reference and id of those incidents that this person may know of; the id only where it opens to them."""
    numbers = unsent.numbers_of(ctx.store.db, roots)
    found = queries.rows(ctx.store.db, list(numbers.values()), ctx.viewer)
    listed = queries.LISTED[ctx.user.role]
    return {
        row["id"]: (row["reference"] or "", row["id"] if row["visible"] and ctx.can("open") else "")
        for row in found
        if row["ward_id"] in ctx.wards and (row["visible"] or listed == "1")
    }


def _moment(hlc: str) -> datetime:
    return datetime.fromtimestamp(hlc_ms(hlc) / 1000, UTC)


def send_again(ctx: Context, ops: Sequence[int]) -> None:
    """Lets what the server refused go once more, unchanged. Raises NotFound where it is not listed, NotAllowed."""
    with ctx.unit() as unit:
        bodies = _theirs(ctx, unit, ops)
        reports = _reports(unit, ops, bodies)
        for op in ops:
            outbox.send_again(unit.db, op)
        _note_others(unit, "send again", reports)
        unit.commit("send again", reports[0])


def _is_mine(ctx: Context, bodies: Sequence[Body]) -> bool:
    return bool(bodies) and all(body["by"] == ctx.user.user_id for body, _ in bodies)


def _theirs(ctx: Context, unit: UnitOfWork, ops: Sequence[int]) -> list[Body]:
    """What was written in an entry of the list: for its writer and who runs the PC. Raises NotFound, NotAllowed."""
    _require_listed(unit, ops)
    bodies = unsent.bodies(unit.db, ops)
    if not (_is_mine(ctx, bodies) or ctx.can("manage_device")):
        raise NotAllowed("Only the person who wrote it or the ward manager can do that.")
    return bodies


def _reports(unit: UnitOfWork, ops: Sequence[int], bodies: Sequence[Body]) -> list[str]:
    """The reports that an entry of the list is about, or the records of it that belong to none."""
    roots = [one.root for one in unsent.listed(unit.db) if set(one.ops) & set(ops)]
    reports = list(unsent.numbers_of(unit.db, roots))
    return reports or list(dict.fromkeys(body["ei"] for body, _ in bodies)) or [""]


def _note_others(unit: UnitOfWork, act: str, reports: Sequence[str]) -> None:
    """An entry in the audit for each report but the first, which the commit names."""
    for one in reports[1:]:
        unit.note(act, one)


def _require_listed(reader: Reader, ops: Sequence[int]) -> None:
    if not ops or not set(ops) <= {n for n, *_ in outbox.needs_you(reader.db)}:
        raise NotFound("That is no longer in the list.")


def take_off(ctx: Context, ops: Sequence[int]) -> None:
    """Takes off the list what the server has kept for the trust to look at. Raises NotAllowed for what it has not,
    and for what others wrote where this person does not run the PC."""
    with ctx.unit() as unit:
        bodies = _theirs(ctx, unit, ops)
        if any(seq is None for _, seq in bodies):
            raise NotAllowed("The server does not have this yet, so it stays in the list.")
        reports = _reports(unit, ops, bodies)
        outbox.settled(unit.db, ops)
        _note_others(unit, "took off the list", reports)
        unit.commit("took off the list", reports[0])


def export(ctx: Context, ops: Sequence[int], path: str) -> None:
    """Writes what one's own entries hold to a file for IT, word for word. Raises NotAllowed for those of others, or
    of a ward that was taken from this PC."""
    aside = {n for one in unsent.put_aside(ctx.store.db, ctx.store.device_id, list(ctx.wards)) for n in one.ops}
    if not ops or not set(ops) <= aside:
        _require_listed(ctx.reader(), ops)
    bodies = [body for body, _ in unsent.bodies(ctx.store.db, ops)]
    if any(body["by"] != ctx.user.user_id for body in bodies):
        raise NotAllowed("Only the person who wrote it can export it.")
    if any(body["st"] not in ctx.wards for body in bodies):
        raise NotAllowed("The trust took that ward from this PC.")
    replace_file(Path(path), b"".join(canonical(body) + b"\n" for body in bodies))
    with ctx.unit() as unit:
        unit.commit("export entry", bodies[0]["ei"] if bodies else "")


def it_log(ctx: Context) -> str:
    """What IT needs to find out why nothing is sent: codes, ids, counts and times, no text of a report."""
    from vpr_desktop import __version__

    pc, db = enrolment.this_pc(ctx), ctx.store.db
    _, lines = exchange.tried(db)
    told = [
        f"VPR Desktop {__version__}",
        f"PC {pc.device}, fingerprint: {pc.fingerprint}",
        f"Server {enrolment.address(ctx) or 'not set up'}",
        f"Wards {', '.join(sorted(ward.code for ward in ctx.wards.values()))}",
        f"Clock of this PC {ctx.now():%Y-%m-%d %H:%M:%S} UTC",
        "",
        "Cycles, UTC: from, to, how many, how they ended, sent, fetched",
    ]
    for one in lines:
        since, until = (datetime.fromtimestamp(at, UTC) for at in (one.since, one.until))
        span = f"{since:%Y-%m-%d %H:%M:%S}  {until:%Y-%m-%d %H:%M:%S}"
        told.append(f"{span}  {one.times}  {one.kind or 'done'}  {one.pushed}  {one.pulled}")
    told += ["", "Not sent, or refused: state, code, how many changes, first change"]
    told += [f"{one.state}  {one.code or '-'}  {len(one.ops)}  {one.first}" for one in _held(ctx)[:SHOWN]]
    return "\n".join(told) + "\n"
