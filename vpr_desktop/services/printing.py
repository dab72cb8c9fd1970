"""Prints: right, load, redact, render, and an audit entry for each paper or file that leaves the app.

The PDF library is imported when something is printed, never at start-up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.derived import acts_in_words, is_hate
from vpr_desktop.domain.errors import NotAllowed, Problem, ProblemsFound
from vpr_desktop.domain.forms import ENTITIES, PART_WORDS
from vpr_desktop.domain.place import Ward
from vpr_desktop.domain.quick_log import QUICK_LOG
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.references import grouped_slip_code
from vpr_desktop.domain.visibility import withheld
from vpr_desktop.domain.when import show
from vpr_desktop.domain.wording import in_a_line, in_words
from vpr_desktop.services import home, listing, views, wards
from vpr_desktop.services.context import Context
from vpr_desktop.services.listing import ListQuery, Row
from vpr_desktop.services.views import IncidentView, RecordView
from vpr_desktop.storage import support_facts, support_said
from vpr_desktop.storage.slot_file import replace_file

Told = Callable[[int, int], None]  # hears how many pages are made, of how many; what it raises ends the print
LEAST_REASON = 10
MOST_ROWS = 5000
NOT_SHOWN = (
    "Not shown: names, staff and patient identifiers, free text, protected characteristics, support notes. "
    "Allegations are what was reported, not findings."
)
SENSITIVE = "Sensitive incident"
# What the first sections of every copy say already.
ON_TOP = frozenset({
    "occurred_at", "time_known", "location", "location_detail", "act_types", "affected", "perp_relation", "effect",
    "immediate_actions", "support_offered", "factors", "outcome_text", "description", "status", "reference",
})  # fmt: skip
TWO_VERSIONS = " (2 versions)"
HARM = {"NON": "No injury", "UPS": "No injury", "MIN": "Minor", "TRE": "Needed treatment", "SER": "Serious"}


@dataclass(frozen=True, slots=True)
class Pdf:
    """A print: its bytes, pages, a file name without a name in it, and what it hides."""

    data: bytes
    pages: int
    file_name: str
    title: str
    copy: str
    hidden: str = ""
    incident_id: str = ""
    copies: tuple[str, ...] = ()  # the copies that its printer may make of this record
    to_read: object = None  # what a full copy, or one with the note, says: its printer reads it before it leaves


def summary(
    ctx: Context, incident_id: str, copy: str = "redacted", reason: str = "", with_note: bool = False,
    held: Pdf | None = None,
) -> Pdf:  # fmt: skip
    """The incident summary as `redacted`, `anonymous` or `full` copy. A full copy needs a reason and is logged.

    `held` is the print that this one takes the place of: a full copy that is drawn anew is the one logged then.
    """
    from vpr_desktop.reports import incident_summary

    seen = views.incident(ctx, incident_id)
    if f"print_{copy}" not in seen.actions:
        raise NotAllowed()
    if copy == "full":
        log_full(ctx, incident_id, reason, held)
    number = 1 + ctx.reader().count_acts("print", incident_id)
    frame = frame_of(ctx, "Incident summary", f"{copy} copy", seen.reference, copy, number)
    narrative = _narrative(seen, copy, with_note)
    hidden = NOT_SHOWN.replace("free text", "other free text") if narrative else NOT_SHOWN
    made = incident_summary.Summary(
        frame=frame,
        status=_words("status", seen.status, ctx) + _versions(seen, "status"),
        sections=tuple(incident_summary.Section(title, tuple(rows)) for title, rows in _sections(ctx, seen, copy)),
        narrative=narrative,
        not_shown=hidden if copy != "full" else "Shown: what its printer may see. Keep it as you keep health records.",
    )
    data, pages = incident_summary.render(made)
    name = f"incident-summary-{seen.reference}.pdf"
    copies = tuple(one for one in ("redacted", "anonymous", "full") if f"print_{one}" in seen.actions)
    to_read = (made.status, made.sections, narrative) if narrative or copy == "full" else None
    title = f"Incident summary {seen.reference}"
    return Pdf(data, pages, name, title, copy, made.not_shown, incident_id, copies, to_read)


def log_full(ctx: Context, incident_id: str, reason: str, held: Pdf | None = None) -> None:
    """Notes a full copy with its reason, once for all that take the place of one another.

    Raises ProblemsFound where the reason is too short.
    """
    if len(reason.strip()) < LEAST_REASON:
        raise ProblemsFound(
            [Problem("reason", f"Say in at least {LEAST_REASON} characters why a full copy is needed.")]
        )
    if held is not None and (held.copy, held.incident_id) == ("full", incident_id):
        return
    with ctx.unit() as unit:
        unit.note("full copy", incident_id, reason.strip()[:500])
        unit.commit("")


def frame_of(ctx: Context, title: str, marking: str, reference: str, copy: str, number: int) -> Any:
    """The frame of a print of this session: who, when, which copy, how it is marked."""
    from vpr_desktop.reports.page import Frame

    now = show(ctx.now(), ctx.ward.zone)
    who = "" if copy == "anonymous" else f" by {ctx.user.initials or ctx.user.name}"
    return Frame(
        organisation=ctx.reader().get(Ward, ctx.ward_id).org_name or "",
        title=title,
        marking=marking,
        reference=reference,
        printed=f"Printed {now}{who}" + (f", copy {number}" if number else ""),
        sensitivity="OFFICIAL-SENSITIVE: PERSONAL" if reference else "",
        outlined="FULL COPY: CONTAINS PERSONAL DATA" if copy == "full" else "",
    )


def _words(field: str, value: Any, ctx: Context) -> str:
    return in_words(fields_of(ENTITIES["incident"])[field], value, ctx.ward.zone) or "Not provided"


def _sections(ctx: Context, seen: IncidentView, copy: str) -> list[tuple[str, list[tuple[str, str]]]]:
    values = seen.record.values
    happened = [
        ("When", _when(ctx, seen, copy)),
        ("Where", _where(ctx, seen, copy)),
        ("What", what_words(seen, copy)),
        ("Who was affected", _who(seen, copy)),
        ("Who did it (alleged)", _value(ctx, seen, "perp_relation")),
    ]
    effect = values.get("effect")
    done = [
        ("Action taken", _value(ctx, seen, "immediate_actions")),
        ("Police", _police(seen)),
        ("RIDDOR", _riddor(seen)),
    ]
    sections = [
        ("What happened", happened),
        ("Effect", [("Harm", HARM.get(effect or "", "Not known yet") + _versions(seen, "effect"))]),
        ("Done so far", done),
        ("Support", [("Support", _support(ctx, seen))]),
        ("Factors and learning", _learning(ctx, seen, copy)),
    ]
    return sections + (_full_sections(ctx, seen) if copy == "full" else [])


def _versions(seen: IncidentView, *fields: str) -> str:
    return versions_of(seen.record, *fields)


def versions_of(record: RecordView, *fields: str) -> str:
    """What a print says of answers of which two stand: no paper hides that somebody still has to choose."""
    return TWO_VERSIONS if record.clashes & set(fields) else ""


def _value(ctx: Context, seen: IncidentView, field: str) -> str:
    spec, value = fields_of(ENTITIES["incident"])[field], seen.record.values.get(field)
    words = seen.record.odd.get(field) or in_a_line(spec, value, ctx.ward.zone) or "Not provided"
    return words + _versions(seen, field)


def _when(ctx: Context, seen: IncidentView, copy: str) -> str:
    at, known = seen.record.values.get("occurred_at"), seen.record.values.get("time_known")
    if at is None:
        return seen.record.odd.get("occurred_at", "Not provided")
    zone, two = ctx.wards[seen.record.ward_id].zone, _versions(seen, "occurred_at", "time_known")
    if copy == "anonymous" and known != "unknown":
        local = at.astimezone(zone)
        band = local.hour // 3 * 3
        return f"{show_day(local.date())}, between {band:02d}:00 and {band + 3:02d}:00{two}"
    return ("About " if known == "approx" else "") + show(at, zone, day_only=known == "unknown") + two


def _where(ctx: Context, seen: IncidentView, copy: str) -> str:
    if copy == "anonymous":
        return "On a ward of this organisation"
    words = seen.record.odd.get("location") or _words("location", seen.record.values.get("location"), ctx)
    place = f"{ctx.wards[seen.record.ward_id].name}, {words.lower()}"
    detail = seen.record.values.get("location_detail") if copy == "full" else None
    return place + (f", {detail}" if detail else "") + _versions(seen, "location", *["location_detail"] * bool(detail))


def what_words(seen: IncidentView, copy: str) -> str:
    """What happened in words; hate and sexual acts are one word in every copy but the full one."""
    acts, motives = seen.record.values.get("act_types") or [], seen.record.values.get("motivation")
    sensitive = any(act.startswith("SEX") for act in acts) or is_hate(acts, motives)
    if copy != "full" and sensitive:
        return SENSITIVE + _versions(seen, "act_types")
    return seen.record.odd.get("act_types", acts_in_words(acts)) + _versions(seen, "act_types")


def _who(seen: IncidentView, copy: str) -> str:
    people = []
    for part in seen.parts.get("people", []):
        letter = part.values.get("letter") or ""
        group = fields_of(ENTITIES["person"])["staff_group"].choices
        job = part.values.get("staff_group")
        words = f"Person {letter}".strip()
        if copy != "anonymous" and job and group is not None:
            words += f" ({group.label(job).lower()})" + versions_of(part, "staff_group")
        people.append(words)
    return ", ".join(people) or "Not provided"


def _police(seen: IncidentView) -> str:
    police = seen.record.values.get("police")
    if police is None and "police" in seen.record.redacted:
        return withheld(seen.record.redacted["police"])
    words = "Not known yet" if police is None else "No" if police in ("NO", "WISH") else "Yes"
    return words + _versions(seen, "police")


def _riddor(seen: IncidentView) -> str:
    people = seen.parts.get("people", [])
    two = max((versions_of(part, "riddor_status") for part in people), default="")
    known = {code for part in people if (code := part.values.get("riddor_status"))}
    if not known or "SCR" in known:
        return "Not known yet" + two
    return ("Yes" if known & {"SPEC", "O7", "DEA", "DO", "NWK", "SENT"} else "No") + two


def _support(ctx: Context, seen: IncidentView) -> str:
    """Whether support was offered and the next contact: the same for whoever prints, and never what came of it."""
    db, incident_id = ctx.store.db, seen.record.id
    states = support_facts.plan_states(db, incident_id, ctx.store.zone)
    words = "Offered: yes. " if support_said.offered(db, incident_id, states) else "Offered: not yet. "
    due = support_said.next_contact(db, incident_id, states, ctx.now())
    if due is None:
        return words + "Next contact: none planned."
    return words + f"Next contact: by {show_day(due.astimezone(ctx.wards[seen.record.ward_id].zone).date())}."


def _learning(ctx: Context, seen: IncidentView, copy: str) -> list[tuple[str, str]]:
    rows = [("Things in the situation", _value(ctx, seen, "factors"))]
    values = seen.record.values
    if values.get("outcome_text") and (values.get("outcome_print") or copy == "full"):
        two = _versions(seen, "outcome_text", "outcome_print")
        rows.append(("What changed", str(values["outcome_text"]) + two))
    return rows


def _narrative(seen: IncidentView, copy: str, with_note: bool) -> str:
    note = seen.record.values.get("description")
    if not note:
        return ""
    if copy == "full" or (copy == "redacted" and with_note):
        return str(note) + _versions(seen, "description")
    return ""


def _full_sections(ctx: Context, seen: IncidentView) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every other answer its printer may see, by record, straight from the declarations."""
    found = []
    for record in [seen.record, *(part for parts in seen.parts.values() for part in parts if part.entity != "plan")]:
        specs = fields_of(ENTITIES[record.entity])
        rows = []
        for field, value in record.values.items():
            spec = specs[field]
            if (record.entity == "incident" and field in ON_TOP) or spec.app or not spec.section:
                continue
            words = in_a_line(spec, value, ctx.ward.zone)
            if words:
                rows.append((spec.label, words + versions_of(record, field)))
        title = ", ".join(x for x in (record.label, PART_WORDS.get(record.entity, "")) if x) or "Also on record"
        if rows:
            found.append((title, rows))
    return found


def blank_form(ctx: Context) -> Pdf:
    """The paper form of this ward, with its own places."""
    from vpr_desktop.reports import blank_form as form

    ctx.require("log")
    places = tuple(option.label for option in wards.places(ctx))
    questions = []
    for q in QUICK_LOG:
        answers = places if q.field == "location" else tuple(option.label for option in q.options)
        if q.number == 1:
            answers = ("Date ____________", "Time ________", "Time not known")
        questions.append(form.PaperQuestion(q.number, q.text, q.hint, answers, q.many))
    danger = f"If anyone is in danger now, call {ctx.ward.emergency_number} first."
    frame = frame_of(ctx, "Paper form", ctx.ward.name, "", "blank", 0)
    data, pages = form.render(frame, danger, questions)
    return Pdf(data, pages, "incident-form.pdf", "Paper form", "blank")


def handover_sheet(ctx: Context, told: Told | None = None) -> Pdf:
    """The handover of the shift that runs. `told` hears how far it is and may raise to stop it."""
    from vpr_desktop.reports import handover_sheet as report

    found = home.handover(ctx)
    rows = [(r.reference, r.when, r.where, _kind(r), r.effect) for r in found.shift.rows]
    late = [(r.reference, r.person, r.text, r.due) for r in found.overdue]
    facts = [f"Unfinished drafts: {found.drafts}."]
    facts += [f"Incidents not sent yet: {found.unsent}."] if found.unsent is not None else []
    facts += [home.MORE_OVERDUE] if found.more_overdue else []
    frame = frame_of(ctx, "Handover", ctx.ward.name, "", "redacted", 0)
    data, pages = report.render(frame, found.shift.label, rows, late, facts, told)
    return Pdf(data, pages, "handover.pdf", "Handover", "redacted", NOT_SHOWN)


def receipt_slip(ctx: Context, incident_id: str) -> Pdf:
    """The slip for the reporter. Its code opens state and last message of this one report."""
    from vpr_desktop.reports import slips

    seen = views.incident(ctx, incident_id)
    code = seen.record.values.get("slip_code")
    if "print_slip" not in seen.actions or not code:
        raise NotAllowed()
    saved = show(seen.record.values["reported_at"], ctx.ward.zone)
    lines = [
        "You will hear what was done about your report.",
        "On a PC of this ward, “What happened with my report” on the lock screen asks for the slip code.",
        "Support is yours. Saying no is fine, and you may change your mind.",
    ]
    frame = frame_of(ctx, "Receipt slip", ctx.ward.name, seen.reference, "slip", 0)
    data, pages = slips.receipt(frame, seen.reference, saved, grouped_slip_code(code), lines)
    return Pdf(data, pages, f"receipt-{seen.reference}.pdf", "Receipt slip", "slip", incident_id=incident_id)


def recovery_sheet(ctx: Context, code: str) -> Pdf:
    """The recovery code on paper. Nothing of it is kept."""
    from vpr_desktop.reports import slips

    lines = [
        "With this code and a new passphrase the records on this PC can be opened when nobody can sign in.",
        "Keep it in a locked place away from the PC, such as the matron's safe. Never store it on a computer.",
        "A new code can be made under Settings; then this one stops working.",
    ]
    frame = frame_of(ctx, "Recovery code", "Keep locked away", "", "recovery", 0)
    data, pages = slips.recovery(frame, code, lines)
    return Pdf(data, pages, "recovery-code.pdf", "Recovery code", "recovery")


def register(ctx: Context, query: ListQuery, told: Told | None = None) -> Pdf:
    """The list as filtered, as a table. `told` hears how far it is and may raise to stop it."""
    from dataclasses import replace

    from vpr_desktop.reports import register as report

    ctx.require("print")
    found = listing.page(ctx, replace(query, limit=MOST_ROWS, offset=0))
    rows = [(r.reference, r.when_full, r.where, _kind(r), r.effect, r.status) for r in found]
    data, pages = report.render(frame_of(ctx, "List of incidents", "redacted copy", "", "redacted", 0), rows, told)
    return Pdf(data, pages, "incidents.pdf", "List of incidents", "redacted", NOT_SHOWN)


def _kind(row: Row) -> str:
    """Hate and sexual acts leave the list as one word, as in every redacted copy."""
    words = SENSITIVE if any(word in row.what.lower() for word in ("sexual", "hate")) else row.what
    return words + (TWO_VERSIONS if row.two_versions else "")


def as_of(ctx: Context) -> int:
    """How much the file holds now: a print of as much shows what still stands, another was drawn before a change."""
    return ctx.store.tip.op_n


def save(ctx: Context, pdf: Pdf, path: str) -> None:
    """Writes a print to where the user said, whole or not at all, and notes it."""
    replace_file(Path(path), pdf.data)
    printed(ctx, pdf, "file")


def printed(ctx: Context, pdf: Pdf, how: str) -> None:
    """Notes that a print left the app, on paper or as a file."""
    with ctx.unit() as unit:
        unit.commit("print" if how == "paper" else "print to file", pdf.incident_id or pdf.title)
