"""Sheets about one person or incident: F2508 ready to key, 1:1 checklist, referral letter, police summary.

Redacted unless a full copy is asked for with a reason, which is logged; not again where it takes the place of the one
`held`. The PDF library is imported when needed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from vpr_desktop.domain.choices_people import INJ
from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.place import Ward
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.when import show
from vpr_desktop.domain.wording import in_a_line
from vpr_desktop.services import printing, riddor, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.printing import Pdf
from vpr_desktop.services.views import IncidentView, RecordView
from vpr_desktop.storage import closing_rows
from vpr_desktop.storage.support_templates import all_templates

AHEAD = timedelta(days=14)  # steps due later than this stand on the next checklist
WRITE = ""  # a line is left to write on: never stored, typed on the form itself
WORST_FIRST = ("AMP", "LOC", "FRA", "CRU", "HED", "EYE", "BUR", "STR", "SHP", "BIT", "FRD", "MUL", "SPR", "DEN", "CUT")
NOT_SHOWN = "Not shown: names, staff numbers and free text. Allegations are what was reported, not findings."
SHOWN = "Shown: what its printer may see. Keep it as you keep health records."
ACT_2018 = (
    "An assault on an emergency worker, NHS staff among them, is an offence of its own: Assaults on Emergency Workers"
    " (Offences) Act 2018. This sheet says what was reported. It does not say that anybody is guilty."
)


def f2508(
    ctx: Context, incident_id: str, person_id: str, copy: str = "redacted", reason: str = "", held: Pdf | None = None
) -> Pdf:
    """What the online form asks for, in its order, ready to key. The app never sends it."""
    from vpr_desktop.reports.sheets import Block

    seen, person = _person(ctx, incident_id, person_id, "riddor")
    case = next((one for one in riddor.cases(ctx, seen) if one.person.id == person.id), None)
    if case is None:
        raise NotAllowed()
    full = _full(ctx, seen, copy, reason, held)
    ward = ctx.reader().get(Ward, seen.record.ward_id)
    note = _said(seen.record, "description") if full else WRITE
    blocks = (
        Block("Advice", (f"{case.status}. {case.rule}", *case.advice.show), _dates(case)),
        Block("Who reports", (), (
            ("Name and job title", WRITE), ("Phone", WRITE), ("Organisation", ward.org_name or WRITE),
            ("Address, postcode", ward.site or WRITE),
        )),
        Block("Where and when", (), (
            ("Date and time", _when(ctx, seen)), ("Department", f"{ward.name}, {_word(ctx, seen, 'location').lower()}"),
            ("Local authority", WRITE),
        )),
        Block("The accident", (), (
            ("Type of work", "Hospital activities (check the SIC category)"),
            ("Kind of accident", "Physically assaulted by a person"),
            ("Work process", _of(ctx, person, "activity_at_time")), ("Main factor", _word(ctx, seen, "factor_main")),
        )),
        Block("Injured person", (), (
            ("Name", _said(person, "staff_name") if full else WRITE), ("Address, phone", WRITE),
            ("Age, sex", WRITE), ("Job", _of(ctx, person, "staff_group")),
            ("Status", _of(ctx, person, "employment_type")),
        )),
        Block("Injury, the worst first", (), (
            *_injuries(ctx, seen, person), ("Specified injury", _of(ctx, person, "specified_injury")),
            ("Treatment", _of(ctx, person, "treatment")),
        )),
        Block("What happened, and what was done since", (), (
            ("What happened", note), ("Done since", _word(ctx, seen, "review_actions") if full else WRITE),
        )),
        Block("Result, to type back", (), (("HSE reference", _said(person, "riddor_ref")), ("Sent at", WRITE))),
    )  # fmt: skip
    return _made(ctx, seen, "F2508 sheet", f"f2508-{seen.reference}", blocks, copy, copies=("redacted", "full"))


def _dates(case: riddor.Case) -> tuple[tuple[str, str], ...]:
    found = [("Report by", show_day(case.advice.report_by))] if case.advice.report_by else []
    if case.decided:
        found.append(("Decided by", _said(case.person, "riddor_decided_by")))
    return tuple(found)


def _injuries(ctx: Context, seen: IncidentView, person: RecordView) -> list[tuple[str, str]]:
    rows = [one for one in seen.parts.get("injuries", []) if one.parent_id == person.id]
    rows.sort(key=lambda one: _rank(one.values.get("injury")))
    found = []
    for place, one in enumerate(rows, start=1):
        words = [word for name in ("injury", "body_area", "side") if (word := _of(ctx, one, name))]
        found.append((f"Injury {place}", ", ".join([*words[:1], *(word.lower() for word in words[1:])])))
    return found or [("Injury", WRITE)]


def _rank(code: str | None) -> int:
    return WORST_FIRST.index(code) if code in WORST_FIRST else len(WORST_FIRST) + int(code not in INJ)


def checklist(ctx: Context, incident_id: str, person_id: str) -> Pdf:
    """For a talk of two: what is still to do for one person, each with boxes, and room to write. No notes of others."""
    from vpr_desktop.reports.sheets import Block, Tick

    seen, person = _person(ctx, incident_id, person_id, "answer")
    texts = {step.code: step.text for one in all_templates(ctx.store.db) for step in one.steps}
    zone = ctx.wards[seen.record.ward_id].zone
    rows = closing_rows.steps(ctx.store.db, person.id, second_offer=seen.tie.assigned)
    ahead = ctx.now() + AHEAD
    boxes = ("Done", "Not wanted now", "Not reached", "Later")
    open_ = [
        Tick(f"{code}  {texts.get(code, code)} (due {show(due, zone)})", boxes)
        for code, due, is_open in rows if is_open and due <= ahead
    ]  # fmt: skip
    settled = sum(not is_open for _, _, is_open in rows)
    later = sum(is_open and due > ahead for _, due, is_open in rows)
    counts = (f"{settled} settled, {len(open_)} below, {later} later than {show_day(ahead.astimezone(zone).date())}.",)
    blocks = (
        Block("Before you start", (
            "Ask how they are and what they need. They choose; saying no is fine. Nobody has to tell it again.",
        )),
        Block("To do", counts, ticks=tuple(open_)),
        Block("Back at work", (), ticks=(
            Tick("Duties, area and pairing are right for now"), Tick("Triggers are known and avoided"),
            Tick("They know whom to call, and that support stays open"),
        )),
        Block("Agreed, and the next talk", lines=5),
        Block("Filled in by", (), (("Name", WRITE), ("Date and time", WRITE))),
    )  # fmt: skip
    foot = "Type the ticks back into the support plan, then keep or destroy this sheet as your trust says."
    return _made(ctx, seen, "1:1 checklist", f"checklist-{seen.reference}", blocks, "redacted", foot, person.label)


def referral(
    ctx: Context, incident_id: str, person_id: str, copy: str = "redacted", reason: str = "", held: Pdf | None = None
) -> Pdf:
    """A letter to occupational health or the employee assistance programme, with the person's consent to tick."""
    from vpr_desktop.reports.sheets import Block, Tick

    seen, person = _person(ctx, incident_id, person_id, "answer")
    full = _full(ctx, seen, copy, reason, held)
    who = _said(person, "staff_name") if full else WRITE
    blocks = (
        Block("To", (), ticks=(Tick("Occupational health"), Tick("Employee assistance programme"), Tick("Other:"))),
        Block("About", (), (
            ("Name", who), ("Staff number", _said(person, "staff_no") if full else WRITE),
            ("Known here as", f"{person.label}, {seen.reference}"), ("Job group", _of(ctx, person, "staff_group")),
        )),
        Block("What happened", (), (
            ("When", _when(ctx, seen)), ("What", printing.what_words(seen, copy)),
            ("Most serious effect", _harm(seen)),
        )),
        Block("What we ask for", (), ticks=(
            Tick("An appointment to talk about health and work"), Tick("Advice on duties or adjustments"),
            Tick("Psychological support"), Tick("Advice after contact with blood or body fluid"),
        )),
        Block("Their say", (), ticks=(
            Tick("The person has agreed to this letter and has seen it"), Tick("The person wishes to be contacted by:"),
        )),
        Block("From", (), (("Name and role", WRITE), ("Phone", WRITE), ("Date", WRITE))),
    )  # fmt: skip
    return _made(ctx, seen, "Referral", f"referral-{seen.reference}", blocks, copy, copies=("redacted", "full"))


def police(ctx: Context, incident_id: str, copy: str = "redacted", reason: str = "", held: Pdf | None = None) -> Pdf:
    """What the police ask for first. Who it is said of is named in a full copy alone, and is always alleged."""
    from vpr_desktop.reports.sheets import Block, Tick

    seen = views.incident(ctx, incident_id)
    if "police" not in seen.record.values or "print_redacted" not in seen.actions:
        raise NotAllowed()
    full = _full(ctx, seen, copy, reason, held)
    foot = f"{ACT_2018} {SHOWN if full else NOT_SHOWN}"
    people = [(one.label, _affected(ctx, seen, one, full)) for one in seen.parts.get("people", [])]
    alleged = [
        (f"Alleged {place}", _alleged(ctx, one, full)) for place, one in enumerate(seen.parts.get("alleged", []), 1)
    ]
    blocks = (
        Block("What was reported", (), (
            ("When", _when(ctx, seen)), ("Where", _word(ctx, seen, "location")),
            ("What", _word(ctx, seen, "act_types") if full else printing.what_words(seen, copy)),
            ("Weapon or object", _word(ctx, seen, "weapon")),
            ("In words", _said(seen.record, "description") if full else WRITE),
        )),
        Block("People affected", (), (*people, ("Supports police action", _word(ctx, seen, "victim_supports_action")))),
        Block("Who did it (alleged)", (), (("Relation", _word(ctx, seen, "perp_relation")), *alleged)),
        Block("Evidence", (), (
            ("CCTV", _word(ctx, seen, "cctv")), ("Body-worn video", _word(ctx, seen, "bwv")),
            ("Footage reference", _word(ctx, seen, "footage_ref")),
            ("Keeping asked for", _word(ctx, seen, "preserve_requested_at")),
        ), ticks=(
            Tick("Recordings asked for in time: they are often overwritten within days"),
            Tick("Clothing in paper bags, photos of injuries with consent, witnesses noted"),
        )),
        Block("Police", (), (
            ("State", _word(ctx, seen, "police")), ("Force", _word(ctx, seen, "police_force")),
            ("Crime reference", _word(ctx, seen, "crime_ref")), ("Officer", _word(ctx, seen, "officer")),
            ("Next update due", _word(ctx, seen, "next_update_due")),
        )),
    )  # fmt: skip
    return _made(
        ctx, seen, "Police summary", f"police-{seen.reference}", blocks, copy, foot, copies=("redacted", "full")
    )


def _affected(ctx: Context, seen: IncidentView, person: RecordView, full: bool) -> str:
    words = [_of(ctx, person, "staff_group"), _of(ctx, person, "physical_harm")]
    if full:
        words = [_said(person, "staff_name"), *words]
    said = [", ".join(word for word in words if word)]
    if full:
        said += [value for _, value in _injuries(ctx, seen, person)]
    return "; ".join(one for one in said if one)


def _alleged(ctx: Context, one: RecordView, full: bool) -> str:
    names = (
        ("perp_name", "perp_age_band", "perp_sex", "description_if_unknown") if full else ("perp_age_band", "perp_sex")
    )
    return ", ".join(word for name in names if (word := _of(ctx, one, name)))


# What every sheet does
def _person(ctx: Context, incident_id: str, person_id: str, act: str) -> tuple[IncidentView, RecordView]:
    """An incident and a person of it, for somebody who may do this act with it."""
    seen = views.incident(ctx, incident_id)
    ctx.require(act, seen.status, seen.tie)
    person = next((one for one in seen.parts.get("people", []) if one.id == person_id), None)
    if person is None:
        raise NotFound()
    return seen, person


def _full(ctx: Context, seen: IncidentView, copy: str, reason: str, held: Pdf | None) -> bool:
    if copy not in ("redacted", "full") or f"print_{copy}" not in seen.actions:
        raise NotAllowed()
    if copy == "full":
        printing.log_full(ctx, seen.record.id, reason, held)
    return copy == "full"


def _made(
    ctx: Context, seen: IncidentView, title: str, name: str, blocks: tuple[Any, ...], copy: str, foot: str = "",
    marking: str = "", copies: tuple[str, ...] = (),
) -> Pdf:  # fmt: skip
    from vpr_desktop.reports.sheets import Working, render

    number = 1 + ctx.reader().count_acts("print", seen.record.id)
    frame = printing.frame_of(ctx, title, marking or f"{copy} copy", seen.reference, copy, number)
    hidden = foot or (SHOWN if copy == "full" else NOT_SHOWN)
    data, pages = render(Working(frame, blocks, hidden))
    offered = tuple(one for one in copies if f"print_{one}" in seen.actions)
    to_read = blocks if copy == "full" else None
    return Pdf(data, pages, f"{name}.pdf", f"{title} {seen.reference}", copy, hidden, seen.record.id, offered, to_read)


def _when(ctx: Context, seen: IncidentView) -> str:
    at, known = seen.record.values.get("occurred_at"), seen.record.values.get("time_known")
    if at is None:
        return WRITE
    words = show(at, ctx.wards[seen.record.ward_id].zone, day_only=known == "unknown")
    two = printing.versions_of(seen.record, "occurred_at", "time_known")
    return (f"About {words}" if known == "approx" else words) + two


def _harm(seen: IncidentView) -> str:
    words = printing.HARM.get(seen.record.values.get("effect") or "", "Not known yet")
    return words + printing.versions_of(seen.record, "effect")


def _word(ctx: Context, seen: IncidentView, name: str) -> str:
    return _of(ctx, seen.record, name)


def _of(ctx: Context, record: RecordView, name: str) -> str:
    zone = ctx.wards[record.ward_id].zone
    words = record.odd.get(name) or in_a_line(fields_of(ENTITIES[record.entity])[name], record.values.get(name), zone)
    return (words + printing.versions_of(record, name)).strip()


def _said(record: RecordView, name: str) -> str:
    """A text as it was typed, or a line to write on."""
    return (str(record.odd.get(name) or record.values.get(name) or WRITE) + printing.versions_of(record, name)).strip()
