"""Closing an incident: what is missing in words, messages and waivers by name, and reopening.

Closing never closes a support plan, and later steps go on. Imported history asks for nothing (domain C6).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import Problem, ProblemsFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.response import Feedback, Waiver, person_meant
from vpr_desktop.domain.review import missing_of_review, reasons_for_review
from vpr_desktop.services import incidents, riddor, step_marks, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.views import IncidentView, RecordView
from vpr_desktop.storage import closing_rows
from vpr_desktop.storage.disputed import disputed
from vpr_desktop.storage.support_templates import all_templates
from vpr_desktop.storage.unit import UnitOfWork

REPORTER, TEAM = "reporter", "team"
CHECK_AHEAD = timedelta(days=7)
LEAST = 10  # characters of a message or a reason: a sentence, not a full stop
FEEDBACK_STEP = ("S4-02",)
ALSO_ANSWERED = ("AFF", None)  # witnesses and responders are thanked, not answered


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody who is told what was done: the reporter, or a person affected. `also`: the letters it answers too."""

    key: str
    label: str
    person_id: str | None
    answered: bool
    also: tuple[str, ...] = ()
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """Steps of one plan, or of the team, that were due by now and have no recording."""

    key: str
    label: str
    steps: tuple[str, ...]
    words: tuple[str, ...]
    person_id: str | None = None
    letter: str = TEAM
    plan_id: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that stands in the way of closing. `kind` is message, steps, riddor or review."""

    kind: str
    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an incident is from being closed. `review`: why a review is asked for that is not there yet."""

    seen: IncidentView
    targets: tuple[Target, ...]
    unrecorded: tuple[Unrecorded, ...]
    cases: tuple[riddor.Case, ...]
    review: tuple[str, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody who closes has typed, by key: `reporter`, `team`, a person's letter (`key_of`)."""

    messages: Mapping[str, str] = field(default_factory=dict)
    no_message: Mapping[str, str] = field(default_factory=dict)
    no_recording: Mapping[str, str] = field(default_factory=dict)


NOTHING = Answers()


def standing(ctx: Context, incident_id: str, answers: Answers = NOTHING) -> Standing:
    """What is missing before the incident can be closed, the answers given so far taken in."""
    ctx.require("open")
    return standing_of(ctx, views.incident(ctx, incident_id), answers)


def standing_of(ctx: Context, seen: IncidentView, answers: Answers = NOTHING) -> Standing:
    """The same for an incident that was just read."""
    if seen.sight != "full":
        return Standing(seen, (), (), (), (), ())
    record = ctx.reader().get(Incident, seen.record.id)
    targets = tuple(_targets(record, seen))
    if record.imported_at is not None:
        return Standing(seen, targets, (), tuple(riddor.cases(ctx, seen)), (), ())
    unrecorded = tuple(_unrecorded(ctx, seen))
    cases = tuple(riddor.cases(ctx, seen))
    people = [part.values for part in seen.parts.get("people", [])]
    earlier = max((one.values.get("repeat_in_90d") or 0 for one in seen.parts.get("alleged", [])), default=0)
    review = missing_of_review(seen.record.values, people, earlier)
    missing = [
        *_messages_missing(targets, answers),
        *_steps_missing(unrecorded, answers),
        *(_riddor_missing(one) for one in cases if one.is_open),
        *(Missing("review", name, words) for name, words in review),
    ]
    reasons = reasons_for_review(seen.record.values, people, earlier) if review else []
    return Standing(seen, targets, unrecorded, cases, tuple(reasons), tuple(missing))


def key_of(person: RecordView, people: Sequence[RecordView]) -> str:
    """What a person is called by who answers: the letter, or the id where they have none or share it."""
    letter = person.values.get("letter")
    alone = letter and [one.values.get("letter") for one in people].count(letter) == 1
    return str(letter) if alone else person.id


def _letters(seen: IncidentView) -> dict[str, str | None]:
    return {one.id: one.values.get("letter") for one in seen.parts.get("people", [])}


def _targets(record: Incident, seen: IncidentView) -> list[Target]:
    """The reporter first, then each person affected; one message does where they are the same person."""
    everybody, letters = seen.parts.get("people", []), _letters(seen)
    people = [one for one in everybody if one.values.get("role_in_incident") in ALSO_ANSWERED]
    rows = [one.values for one in seen.parts.get("feedback", [])]
    rows = [row for row in rows if row.get("message") or row.get("waived_by")]
    answered = {person_meant(row.get("to"), row.get("to_person"), letters) for row in rows}
    same = [one for one in people if _is_reporter(record, one)]
    also, is_told = tuple(key_of(one, everybody) for one in same), any(row.get("to") == REPORTER for row in rows)
    found = [Target(REPORTER, "the reporter", same[0].id if same else None, is_told, also, REPORTER)]
    for one in people:
        if one not in same:
            key, letter = key_of(one, everybody), one.values.get("letter") or ""
            found.append(Target(key, one.label, one.id, one.id in answered, (), letter))
    return found


def _is_reporter(record: Incident, person: RecordView) -> bool:
    """Whether the person affected is the one who is answered as reporter; who only typed it in is not."""
    key = person.values.get("person_key")
    return bool(key) and key == (record.told_by or record.reported_by) and "person_key" not in person.clashes


def _unrecorded(ctx: Context, seen: IncidentView) -> list[Unrecorded]:
    letters, waived = _letters(seen), set[tuple[str | None, str]]()
    for row in (one.values for one in seen.parts.get("waivers", [])):
        team = row.get("plan_of") == TEAM
        whose = None if team else person_meant(row.get("plan_of"), row.get("plan_person"), letters)
        if team or whose:
            waived |= {(whose, step) for step in (row.get("steps") or "").split()}
    by_person: dict[str | None, list[str]] = {}
    plans: dict[str | None, str] = {}
    for person_id, step, plan_id in closing_rows.unrecorded(ctx.store.db, seen.record.id, ctx.now()):
        if (person_id, step) not in waived:
            by_person.setdefault(person_id, []).append(step)
            plans[person_id] = plan_id
    texts = {step.code: step.text for one in all_templates(ctx.store.db) for step in one.steps}
    people = {one.id: one for one in seen.parts.get("people", [])}
    found = []
    for person_id, steps in by_person.items():
        key, label, letter = TEAM, "Team", TEAM
        if person_id is not None:
            letter = letters.get(person_id) or ""
            key = key_of(people[person_id], list(people.values())) if person_id in people else person_id
            label = f"Person {letter}".strip()
        words = tuple(texts.get(step, step) for step in steps)
        found.append(Unrecorded(key, label, tuple(steps), words, person_id, letter, plans[person_id]))
    return sorted(found, key=lambda one: (one.label == "Team", one.label, one.key))


def _messages_missing(targets: Sequence[Target], answers: Answers) -> list[Missing]:
    found = []
    for one in targets:
        if one.answered:
            continue
        message = (answers.messages.get(one.key) or "").strip()
        reason = (answers.no_message.get(one.key) or "").strip()
        if message and len(message) < LEAST:
            found.append(Missing("message", one.key, f"Write {one.label} at least a sentence."))
        elif not message and len(reason) < LEAST:
            found.append(Missing("message", one.key, f"Tell {one.label} what was done, or say why not."))
    return found


def _steps_missing(unrecorded: Sequence[Unrecorded], answers: Answers) -> list[Missing]:
    found = []
    for one in unrecorded:
        if len((answers.no_recording.get(one.key) or "").strip()) >= LEAST:
            continue
        count = len(one.steps)
        some = f"{count} steps due have" if count > 1 else "1 step due has"
        words = f"{one.label}: {some} no recording. Record {'them' if count > 1 else 'it'}, or say why not."
        found.append(Missing("steps", one.key, words))
    return found


def _riddor_missing(case: riddor.Case) -> Missing:
    letter = case.person.values.get("letter") or ""
    return Missing("riddor", letter, f"{case.label}: decide on RIDDOR. The advice is: {case.status}.")


def close(ctx: Context, incident_id: str, answers: Answers = NOTHING, shown: Standing | None = None) -> Changes:
    """Closes an incident with its messages and waivers. Raises ProblemsFound that lists what is missing.

    `shown` is what was on screen, else what stands now: a status that came since stays beside this one, and steps or
    people that came since are neither waived nor told by words that were not written of them.
    """
    found = standing(ctx, incident_id, answers)
    seen = found.seen
    ctx.require("close", seen.status, seen.tie)
    missing = [*found.missing, *(_come_since(found, shown, answers) if shown is not None else ())]
    if missing:
        raise ProblemsFound([Problem(f"{one.kind}:{one.key}", one.words) for one in missing])
    with ctx.unit() as unit:
        for target in found.targets:
            _answer(ctx, unit, seen, target, answers)
        for one in found.unrecorded:
            _waive(ctx, unit, seen, one, answers.no_recording[one.key])
        values = {
            "status": "closed", "closed_by": ctx.user.user_id, "closed_at": ctx.now(), "dq_score": _completeness(seen),
        }  # fmt: skip
        record = (shown or found).seen.record
        unit.save(incidents.based_on(Incident, record.id, record.ward_id, record.shown, values))
        return unit.commit("close", record.id)


def _come_since(found: Standing, shown: Standing, answers: Answers) -> Iterator[Missing]:
    """What an answer would be taken for that was not on screen when it was typed."""
    meant = {one.key: (one.person_id, one.also) for one in shown.targets}
    for target in found.targets:
        typed = answers.messages.get(target.key) or answers.no_message.get(target.key)
        if typed and not target.answered and meant.get(target.key) != (target.person_id, target.also):
            words = f"Who is meant by {target.label} changed since. Open this page again and look."
            yield Missing("message", target.key, words)
    known = {(one.key, step) for one in shown.unrecorded for step in one.steps}
    for one in found.unrecorded:
        late = [words for step, words in zip(one.steps, one.words, strict=True) if (one.key, step) not in known]
        if late and answers.no_recording.get(one.key):
            words = (
                f"{one.label}: due since you opened this page: {'; '.join(late)}. Record it, or open the page again."
            )
            yield Missing("steps", one.key, words)


def answer(ctx: Context, incident_id: str, key: str, message: str) -> Changes:
    """A message to the reporter or a person affected, at any time. Raises ProblemsFound, NotAllowed."""
    seen = views.incident(ctx, incident_id)
    ctx.require("answer", seen.status, seen.tie)
    record = ctx.reader().get(Incident, incident_id)
    target = next((one for one in _targets(record, seen) if one.key == key), None)
    if target is None or len(message.strip()) < LEAST:
        raise ProblemsFound([Problem(f"message:{key}", "Choose who is told, and write at least a sentence.")])
    with ctx.unit() as unit:
        _answer(ctx, unit, seen, target, Answers({key: message}))
        return unit.commit("answer", seen.record.id)


def _answer(ctx: Context, unit: UnitOfWork, seen: IncidentView, target: Target, answers: Answers) -> None:
    """Writes a message, or why there is none; a message given is the plan's feedback step done too."""
    message = (answers.messages.get(target.key) or "").strip()
    reason = (answers.no_message.get(target.key) or "").strip()
    if not message and not reason:
        return
    row = Feedback(ward_id=seen.record.ward_id, parent_id=seen.record.id, to=target.letter)
    if target.key != REPORTER:  # which person the reporter is stays unsaid: others who read the row may not know it
        row.to_person = target.person_id
    if message:
        row.message, row.given_at, row.given_by = message, ctx.now(), ctx.user.name
        if target.person_id is not None:
            step_marks.done(ctx, unit, target.person_id, FEEDBACK_STEP)
    elif target.answered:
        return
    else:
        row.waived_by, row.waiver_reason = ctx.user.name, reason
    unit.save(row)


def _waive(ctx: Context, unit: UnitOfWork, seen: IncidentView, one: Unrecorded, reason: str) -> None:
    row = Waiver(ward_id=seen.record.ward_id, parent_id=seen.record.id, plan_of=one.letter, steps=" ".join(one.steps))
    row.plan_person = one.person_id
    row.reason, row.waived_by, row.waived_at = reason.strip(), ctx.user.name, ctx.now()
    unit.save(row)


def checks_due(ctx: Context) -> list[riddor.Due]:
    """Changes whose effect is to be looked at by now: a lesson is learned when it was seen to work."""
    if ctx.user.role != "ward_manager":
        return []
    found = []
    in_doubt = disputed(ctx.store.db)
    last = max(riddor.today(ctx, ward_id) for ward_id in ctx.wards) + CHECK_AHEAD
    for row in closing_rows.checks(ctx.store.db, tuple(ctx.wards), last):
        day = riddor.today(ctx, row.ward_id)
        if not row.text and row.on <= day + CHECK_AHEAD and row.incident_id not in in_doubt:
            found.append(
                riddor.Due(row.incident_id, "", row.reference, "", "See if the change works", row.on, day > row.on)
            )
    return found


def _completeness(seen: IncidentView) -> int:
    """The share of finish-later tasks that are done or not needed, in per cent."""
    return round(100 * sum(not task.left for task in seen.tasks) / len(seen.tasks)) if seen.tasks else 100


def reopen(ctx: Context, incident_id: str, reason: str, shown: IncidentView | None = None) -> Changes:
    """Puts a closed incident under review again, with a reason. What was told and waived stays.

    `shown` is what was on screen, else what stands now.
    """
    seen = views.incident(ctx, incident_id)
    ctx.require("reopen", seen.status, seen.tie)
    if not reason.strip():
        raise ProblemsFound([Problem("reason", "Say why the incident is opened again.")])
    values: dict[str, Any] = {"status": "in_review", "closed_by": None, "closed_at": None}
    record = (shown or seen).record
    with ctx.unit() as unit:
        unit.save(incidents.based_on(Incident, record.id, record.ward_id, record.shown, values), reason=reason.strip())
        return unit.commit("reopen", record.id)
