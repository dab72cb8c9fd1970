"""A practice PC: two wards, four people and fourteen months of made-up history, the same for the same seed.

Everything is obviously fictional and written through the same services as a real report, only with a clock
that stands in the past. Status "closed" is set here directly, because closing asks for months of support steps.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Injury
from vpr_desktop.domain.person import Person as Affected
from vpr_desktop.domain.quick_log import Option
from vpr_desktop.domain.response import Feedback
from vpr_desktop.domain.riddor import NOT_AT_WORK
from vpr_desktop.services import closing, drafts, incidents, new_incident, people, riddor, sessions, slips, wards
from vpr_desktop.services.context import Clock, Context, Person
from vpr_desktop.services.first_answers import FirstRun
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.lockscreen import SupportContact
from vpr_desktop.services.practice_support import end_plans, follow_up, keep_up
from vpr_desktop.services.practice_words import describe, outcome
from vpr_desktop.services.riddor import Decision
from vpr_desktop.storage.keyslots import KdfPolicy
from vpr_desktop.storage.unit import UnitOfWork

PASSPHRASE = "three practice lamps"
USERS = (
    ("amanager", "A. Manager", "ward_manager"),
    ("blead", "B. Lead", "support_lead"),
    ("dlead", "D. Lead", "support_lead"),
    ("cnurse", "C. Nurse", "reporter"),
)
WARDS = (("CED", "Cedar Ward"), ("OAK", "Oak Ward"))
MONTHS, PER_WEEK = 14, 2.6
HOURS = (1, 1, 1, 1, 1, 1, 2, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 8, 8, 7, 6, 5, 3, 2)  # how often, by hour of the day
PLACES = ("BAY", "SID", "COR", "STN", "DAY", "BTH", "REC", "REM")
EMERGENCY = "2222"
HURT = ("MIN", "TRE", "SER", "NYK")
HS = "H. Safety, health and safety adviser"
A_WEEK = timedelta(days=7)  # so often a practice ward looks whether it keeps up


@dataclass(slots=True)
class PastClock:
    """Stands wherever the story is."""

    at: datetime
    ticks: float = 0.0

    def now(self) -> datetime:
        """The moment of the story."""
        return self.at

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        self.ticks += 1.0
        return self.ticks


def fill(
    home: Path,
    clock: Clock,
    *,
    policy: KdfPolicy | None = None,
    months: int = MONTHS,
    seed: int = 2026,
    told: Callable[[str], None] = lambda _text: None,
) -> str:
    """Makes the practice PC in a folder, locked, ready to unlock as one of USERS. Returns its recovery code."""
    end = clock.now().replace(minute=0, second=0, microsecond=0)
    past = PastClock(end - timedelta(days=30 * months))
    chance = random.Random(seed)
    ctx, code = sessions.first_run(home, setup(), past, policy)
    ctx = _ward_settings(ctx)
    for user_id, name, role in USERS[1:]:
        people.add(ctx, user_id, name, role, PASSPHRASE)
    ctx = sessions.show_ward(sessions.add_ward(ctx, *WARDS[1]), ctx.ward_id)
    count, kept_up = 0, past.at
    for at, ward_id in _events(ctx, past.at, end, chance):
        if at - kept_up > A_WEEK:
            past.at = kept_up = at
            keep_up(ctx, past, end)
        past.at = at + timedelta(minutes=chance.choice((4, 12, 25, 40, 90, 200, 600)))
        if past.at < end:
            _one_incident(ctx.with_ward(ward_id), past, at, end, chance)
            count += 1
    slips.forget(ctx)  # years of answers would be written one by one, each with a slow key; the last ones are enough
    _follow_up(ctx, past, end, chance)
    past.at = end
    keep_up(ctx, past, end)
    while slips.catch_up(ctx):
        pass
    _drafts(ctx, end)
    told(f"{count} incidents on {len(WARDS)} wards, {months} months, {len(USERS)} people")
    sessions.lock(ctx)
    return code


def setup() -> FirstRun:
    """How a PC of the first practice ward is set up."""
    user_id, name, role = USERS[0]
    code, ward = WARDS[0]
    return FirstRun(
        org_code="RX1", org_name="Practice Trust", ward_code=code, ward_name=ward, user_id=user_id, name=name,
        role=role, passphrase=PASSPHRASE, practice=True,
    )  # fmt: skip


def _ward_settings(ctx: Context) -> Context:
    wanted = replace(
        wards.settings(ctx),
        places=tuple(
            Option(*pair)
            for pair in (
                ("BAY", "Bay or bed space"), ("SID", "Side room"), ("COR", "Corridor"), ("STN", "Nurses' station"),
                ("DAY", "Day room"), ("BTH", "Bathroom or toilet"), ("REC", "Reception, entrance"),
            )
        ),
        emergency_number=EMERGENCY,
        contacts=(
            SupportContact("OH", "Occupational health", "01632 960 101"),
            SupportContact("PEER", "Peer support", "01632 960 102"),
        ),
    )  # fmt: skip
    return wards.save(ctx, wanted)


def _events(ctx: Context, start: datetime, end: datetime, chance: random.Random) -> Iterator[tuple[datetime, str]]:
    """When and where something happens, in order of time: more in the late afternoon and in two bad months."""
    found = []
    for ward_id in ctx.wards:
        day = start
        while day < end:
            bad = 1.8 if (day.month, day.year) in ((11, start.year + 1), (1, start.year + 1)) else 1.0
            if chance.random() < PER_WEEK * bad / 7:
                hour = chance.choices(range(24), HOURS)[0]
                found.append((day.replace(hour=hour, minute=chance.randrange(60)), ward_id))
            day += timedelta(days=1)
    recent = [(end - timedelta(hours=hours, minutes=17), ctx.ward_id) for hours in (2, 5, 26)]
    return iter(sorted([one for one in found if one[0] < end - timedelta(days=2)] + recent))


def _one_incident(ctx: Context, past: PastClock, at: datetime, end: datetime, chance: random.Random) -> None:
    author = Person("cnurse", "C. Nurse", "C.N.", "reporter") if chance.random() < 0.6 else ctx.user
    mine = replace(ctx, user=author)
    answers = _answers(at, chance)
    made = new_incident.log(mine, answers, hold_seconds=0)
    age = (end - at).days
    past.at = min(past.at + timedelta(hours=chance.randrange(1, 30)), end)
    if age > 1 and chance.random() < 0.85:
        _finish(ctx, made.id, answers, chance, recent=age < 40)
    past.at = max(past.at, follow_up(ctx, past, made.id, at, end))
    if age > 45 and chance.random() < 0.02:
        incidents.withdraw(ctx, incidents.view(ctx, made.id), "Entered twice.")
    elif age > 30 and not made.restricted:
        past.at = min(past.at + timedelta(days=chance.randrange(5, 20)), end)
        end_plans(ctx, made.id)
        _close(ctx, made.id, answers, chance)
    elif age > 8 and not made.restricted and chance.random() < 0.6:
        incidents.start_review(ctx, incidents.view(ctx, made.id))


def _answers(at: datetime, chance: random.Random) -> dict[str, Any]:
    acts = chance.choices(
        (
            ["VER"],
            ["PHY"],
            ["PHY", "THR"],
            ["THR", "VER"],
            ["HAT", "VER"],
            ["DAM"],
            ["SEX"],
            ["ONL", "VER"],
            ["WEA", "THR"],
        ),
        (26, 30, 14, 12, 6, 4, 3, 3, 2),
    )[0]
    physical = "PHY" in acts or "WEA" in acts
    effect = chance.choices(
        ("NON", "UPS", "MIN", "TRE", "SER", "NYK"), (20, 25, 34, 14, 2, 5) if physical else (30, 60, 2, 1, 0, 7)
    )[0]
    place = "REM" if "ONL" in acts else chance.choices(PLACES, (30, 14, 16, 12, 12, 6, 8, 0))[0]
    who = chance.choices(("PAT", "REL", "PUB", "STA", "UNK"), (72, 18, 5, 3, 2))[0]
    affected = chance.choices(("ME", "ONE", "MANY", "ELSE", "PNTS"), (38, 40, 12, 7, 3))[0]
    found: dict[str, Any] = {
        "occurred_at": at.astimezone(UTC), "time_known": chance.choices(("exact", "approx"), (3, 1))[0],
        "location": place, "act_types": acts, "affected": affected, "perp_relation": who, "effect": effect,
        "support_offered": chance.choices(("ACC", "DEL", "NYT"), (35, 25, 40))[0],
    }  # fmt: skip
    if affected == "MANY":
        found["affected_count"] = chance.choice((2, 2, 3))
    words = describe(acts, who, place, effect, chance)
    return {**found, "description": words} if chance.random() < 0.9 else found


def _finish(ctx: Context, incident_id: str, answers: dict[str, Any], chance: random.Random, recent: bool) -> None:
    """Some of the finish-later tasks, as a busy ward does them."""
    seen = incidents.view(ctx, incident_id)
    if seen.sight != "full":
        return
    factors = sorted(
        chance.sample(("S01", "C10", "C06", "C02", "C07", "S02", "E01", "O01"), chance.choice((1, 2, 2, 3)))
    )
    values: dict[str, Any] = {
        "factors": factors, "factor_main": factors[0], "clinically_related": chance.choice("YYLNU"),
        "immediate_actions": sorted(chance.sample(("DEE", "AWA", "COL", "ALA", "SEC", "FAI", "MAN"), 2)),
        "de_escalation_tried": sorted(chance.sample(("TAL", "SPA", "NEE", "QUI"), 2)),
    }  # fmt: skip
    if chance.random() < 0.7:
        values |= {"care_plan_covered": chance.choice("YNN"), "happened_before": chance.choice("YYN"),
                   "outcome_kind": "ACT" if "PHY" in answers["act_types"] else "ATT",
                   "police": chance.choice(("NO", "NO", "NO", "WISH")), "notified": ["MAT"]}  # fmt: skip
    if chance.random() < 0.5:
        values |= {"motivation": ["RACE"] if "HAT" in answers["act_types"] else ["NONE"], "restrictive_used": "N"}
    # A field that this record does not show to its manager, such as one of a restricted report, is left alone.
    shown = {field: value for field, value in values.items() if field in seen.record.values}
    edits = [Edit("incident", seen.record.id, shown)]
    for person in seen.parts["people"]:
        job = {"staff_group": chance.choice(("NMR", "NMR", "ACS", "MED")), "lone_working": chance.choice("NNY")}
        edits.append(Edit("person", person.id, {**job, "employment_type": chance.choice(("PER", "BAN"))}))
    incidents.save(ctx, seen, edits)
    if answers["effect"] in HURT and recent:
        _decide_riddor(ctx, incident_id, chance)


def _decide_riddor(ctx: Context, incident_id: str, chance: random.Random) -> None:
    """The injury of each person, and what health and safety said of it."""
    seen = incidents.view(ctx, incident_id)
    people_seen = [one for one in seen.parts["people"] if "riddor_decided_by" in one.values]
    edits = []
    for person in people_seen:
        injury = {"injury": chance.choice(("BRU", "CUT", "SPR", "PAI")), "body_area": "ARM"}
        edits += [
            Edit("injury", None, injury, parent_id=person.id),
            Edit("person", person.id, {"time_lost": "N"}),
        ]
    if edits:
        riddor.save_facts(ctx, seen, edits)
    for person in people_seen:
        reason = "Back at work the next day, no specified injury."
        riddor.decide(ctx, incidents.view(ctx, incident_id), person.id, Decision("NR", HS, reason))


def _close(ctx: Context, incident_id: str, answers: dict[str, Any], chance: random.Random) -> None:
    with ctx.unit() as unit:
        record = unit.get(Incident, incident_id)
        record.status, record.closed_by, record.closed_at = "closed", ctx.user.user_id, ctx.now()
        record.outcome_text = outcome(answers["act_types"], chance)
        record.outcome_share, record.outcome_print = True, True
        unit.save(record, reason="Practice data")
        told = Feedback(ward_id=record.ward_id, parent_id=incident_id, to="reporter", message=record.outcome_text)
        told.given_at, told.given_by = ctx.now(), ctx.user.name
        unit.save(told)
        if answers["effect"] in HURT:
            _nothing_to_report(unit, incident_id)
        unit.commit("close", incident_id)


def _nothing_to_report(unit: UnitOfWork, incident_id: str) -> None:
    """What health and safety said of everybody before the incident was closed."""
    for person in unit.find(Affected, parent_id=incident_id):
        if person.riddor_status is None:
            person.riddor_status = "NWK" if person.person_kind in NOT_AT_WORK else "NR"
            person.riddor_decided_by, person.riddor_reason, person.time_lost = HS, "No specified injury.", "N"
            unit.save(person, reason="Practice data")
            injury = Injury(ward_id=person.ward_id, parent_id=person.id, injury="BRU", body_area="ARM")
            unit.save(injury, reason="Practice data")


def _follow_up(ctx: Context, past: PastClock, end: datetime, chance: random.Random) -> None:
    """A nurse who turns over seven days tomorrow, one report answered and closed, one opened again."""
    nurse = replace(ctx, user=Person("cnurse", "C. Nurse", "C.N.", "reporter"))
    past.at = (end - timedelta(days=7)).replace(hour=12)
    happened = {"occurred_at": past.at - timedelta(minutes=20), "time_known": "exact", "location": "BAY"}
    hurt = {"act_types": ["PHY"], "affected": "ONE", "perp_relation": "PAT", "effect": "MIN", "support_offered": "ACC"}
    made = new_incident.log(nurse, {**happened, **hurt}, hold_seconds=0)
    past.at += timedelta(days=2)
    seen = incidents.view(ctx, made.id)
    person = seen.parts["people"][0].id
    off = {"absent_from": (end - timedelta(days=6)).date(), "absence_reason": "PHY"}
    injury = {"injury": "SPR", "body_area": "SHO"}
    edits = [Edit("injury", None, injury, parent_id=person), Edit("spell", None, off, parent_id=person)]
    riddor.save_facts(ctx, seen, edits)
    for days, again in ((12, False), (9, True)):
        past.at = end - timedelta(days=days)
        happened = {"occurred_at": past.at - timedelta(minutes=15), "time_known": "exact", "location": "REC"}
        mild = {
            "act_types": ["VER"],
            "affected": "ME",
            "perp_relation": "REL",
            "effect": "UPS",
            "support_offered": "DEL",
        }
        made = new_incident.log(nurse, {**happened, **mild}, hold_seconds=0)
        past.at += timedelta(days=5)
        found = closing.standing(ctx, made.id)
        why = {one.key: "Done in talks that were not written down." for one in found.unrecorded}
        told = {target.key: outcome(["VER"], chance) for target in found.targets}
        closing.close(ctx, made.id, closing.Answers(told, {}, why))
        if again:
            closing.reopen(ctx, made.id, "The visitor came back and shouted again.")


def _drafts(ctx: Context, end: datetime) -> None:
    started = {"occurred_at": f"{end - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}", "location": "DAY", "act_types": ["VER"]}
    drafts.save(ctx, "quick_log", {"answers": started})
