"""The incident: fields F01 to F19 of the data set and the incident-level ones of harm, response and review.

A declaration and nothing else: form, check, column, op, print, export and dictionary are derived from it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from vpr_desktop.domain import choices as c
from vpr_desktop.domain import choices_acts as acts
from vpr_desktop.domain import choices_people as people
from vpr_desktop.domain import choices_response as response
from vpr_desktop.domain.fields import day, link, many_of, moment, number, one_of, text, yes_no
from vpr_desktop.domain.record import Record

WHEN = "When and where"
WHAT = "What happened"
BEFORE = "What led up to it"
WHO = "The person who did it"
REASON = "Reason"
EFFECT = "Effect"
SUPPORT = "Support"
ACTION = "Action taken now"
STAFFING = "Staffing at the time"
REPORTS = "Reports to others"
REVIEW = "Review"
OUTCOME = "Outcome and learning"
RECORD = "Record"
CORE = {"block": "core"}
OWN: dict[str, Any] = {"section": RECORD, "app": True}


class Incident(Record, table=True):
    """One event, or one near miss, as it was reported and as it is known by now."""

    __tablename__ = "incident"

    reference: str | None = text("Reference", block="core", listed=True, longest=40, **OWN)
    old_reference: str | None = text("Earlier reference", block="core", listed=True, longest=40, **OWN)
    occurred_at: datetime | None = moment("When did it happen?", section=WHEN, required_at="log", **CORE)
    time_known: str | None = one_of("How exact is the time?", c.TIME_KNOWN, section=WHEN, **CORE)
    shift: str | None = one_of("Shift", c.SHIFT, section=WHEN, required_at="review", **CORE)
    reported_by: str | None = text("Logged by", block="reporter", listed=True, longest=80, **OWN)
    reported_at: datetime | None = moment("Logged at", block="core", **OWN)
    reporter_mode: str | None = one_of("How it is reported", c.RMODE, section=RECORD, block="reporter")
    reporter_relation: str | None = one_of("How the reporter knows", c.RREL, section=RECORD, block="reporter")
    told_by: str | None = text(
        "Told by", section=RECORD, block="reporter", longest=40, hint="Initials or staff number, if you wish."
    )
    slip_code: str | None = text("Slip code", block="reporter", longest=20, **OWN)
    org_ods: str | None = text("Organisation code", block="core", longest=10, **OWN)
    site_ods: str | None = text("Site code", block="core", longest=10, **OWN)
    service_type: str | None = one_of("Type of service", c.SERV, section=WHEN, **CORE)
    specialty: str | None = text("Specialty", section=WHEN, longest=80, **CORE)
    location: str | None = one_of(
        "Where did it happen?", acts.LOC, section=WHEN, required_at="log", charted=True, **CORE
    )
    location_detail: str | None = text(
        "Where exactly", section=WHEN, block="narrative", longest=120, hint="Such as a bay or bed number."
    )
    outcome_kind: str | None = one_of("What came of it", c.OUT, section=WHAT, required_at="review", **CORE)
    description: str | None = text(
        "Anything to add?",
        section=WHAT,
        block="narrative",
        lines=8,
        required_at="review",
        hint="What was seen and heard. Use roles such as patient or nurse. Do not use names.",
    )
    act_types: list[str] | None = many_of(
        "What happened?", acts.ACT, section=WHAT, required_at="log", charted=True, **CORE
    )
    restricted: bool | None = yes_no("Restricted", block="core", listed=True, **OWN)
    manager_may_see: bool | None = yes_no("May the ward manager see this record?", section=RECORD, **CORE)
    motivation: list[str] | None = many_of(
        "Reason, as the affected person sees it", acts.MOT, section=REASON, required_at="review", **CORE
    )
    motivation_basis: str | None = one_of("How that is known", acts.BASIS, section=REASON, **CORE)
    clinically_related: str | None = one_of(
        "Linked to a condition, care or treatment?", c.YNLU, section=WHO, required_at="review", **CORE
    )
    intent: str | None = one_of("How it seemed", acts.INTENT, section=WHO, required_at="review", **CORE)
    perp_relation: str | None = one_of("Who did it?", acts.PERP, section=WHO, required_at="log", charted=True, **CORE)
    weapon: list[str] | None = many_of(
        "Weapon or object",
        acts.WEAP,
        section=WHAT,
        required_at="review",
        shown_if=("act_types", "WEA", "PHY07", "PHY08"),
        **CORE,
    )
    weapon_source: str | None = one_of(
        "Where it came from", acts.WSRC, section=WHAT, shown_if=("act_types", "WEA", "PHY07", "PHY08"), **CORE
    )
    activity_before: str | None = text(
        "What was being done?",
        section=BEFORE,
        block="narrative",
        longest=200,
        hint="Such as a meal, a wash or a visit.",
    )
    triggers_note: str | None = text(
        "What was happening just before? (optional)", section=BEFORE, block="narrative", lines=5
    )
    factors: list[str] | None = many_of(
        "Things in the situation", acts.FACT, section=BEFORE, required_at="review", **CORE
    )
    factor_main: str | None = one_of("The main one", acts.FACT, section=BEFORE, **CORE)
    early_signs_seen: str | None = one_of("Were there early signs?", c.YNU, section=BEFORE, **CORE)
    risk_known_before: str | None = one_of("Was a risk known before?", c.YNU, section=WHO, required_at="review", **CORE)
    alert_on_record: str | None = one_of(
        "Was there an alert on the record?", c.YNU, section=WHO, required_at="review", **CORE
    )
    care_plan_covered: str | None = one_of(
        "Was a known risk plan in place?", c.YNU, section=WHO, required_at="review", **CORE
    )
    happened_before: str | None = one_of("Has this happened before?", c.YNU, section=WHO, **CORE)
    de_escalation_tried: list[str] | None = many_of(
        "What was tried", acts.DEESC, section=ACTION, required_at="review", **CORE
    )
    patient_safety_linked: str | None = one_of("Was a patient harmed, or nearly?", c.YNU, section=REPORTS, **CORE)
    lfpse_ref: str | None = text("LFPSE reference", section=REPORTS, longest=60, **CORE)
    safeguarding_ref: str | None = text("Safeguarding reference", section=REPORTS, longest=60, **CORE)
    local_system_ref: str | None = text("Trust's own number", section=REPORTS, longest=80, listed=True, **CORE)
    affected: str | None = one_of("Who was affected?", people.AFF, section="People affected", required_at="log", **CORE)
    affected_count: int | None = number("How many were affected?", section="People affected", least=1, most=20, **CORE)
    effect: str | None = one_of(
        "Most serious effect so far", people.EFF, section=EFFECT, required_at="log", charted=True, **CORE
    )
    patient_harm: str | None = one_of("Harm to a patient", people.PHYS, section=EFFECT, **CORE)
    others_harmed: int | None = number("Others harmed", section=EFFECT, most=200, **CORE)
    still_at_risk: bool | None = yes_no("Is anyone still at risk?", section=SUPPORT, **CORE)
    support_offered: str | None = one_of(
        "Has support been offered?", people.SOFF, section=SUPPORT, block="support", required_at="log"
    )
    immediate_actions: list[str] | None = many_of(
        "Action taken now", acts.IMM, section=ACTION, required_at="review", **CORE
    )
    restrictive_used: str | None = one_of(
        "Was a physical intervention used?", c.YNU, section=ACTION, required_at="review", **CORE
    )
    review_held_staff: bool | None = yes_no(
        "Review held with staff?", section=ACTION, shown_if=("restrictive_used", "Y"), **CORE
    )
    review_held_patient: bool | None = yes_no(
        "Review held with the patient?", section=ACTION, shown_if=("restrictive_used", "Y"), **CORE
    )
    review_not_held_reason: str | None = text(
        "Why not", section=ACTION, longest=300, shown_if=("restrictive_used", "Y"), **CORE
    )
    restraint_injury_staff: str | None = one_of(
        "Injury to staff from it?", c.YNU, section=ACTION, shown_if=("restrictive_used", "Y"), **CORE
    )
    restraint_injury_patient: str | None = one_of(
        "Injury to the patient from it?", c.YNU, section=ACTION, shown_if=("restrictive_used", "Y"), **CORE
    )
    restraint_injury_other: str | None = one_of(
        "Injury to others from it?", c.YNU, section=ACTION, shown_if=("restrictive_used", "Y"), **CORE
    )
    alarm: str | None = one_of("Alarm", response.ALARM, section=ACTION, required_at="review", **CORE)
    security_called: str | None = one_of("Security", response.SEC, section=ACTION, required_at="review", **CORE)
    security_arrived_min: int | None = number(
        "Minutes until security came", section=ACTION, most=600, shown_if=("security_called", "ATT"), **CORE
    )
    bwv: str | None = one_of("Body-worn video", response.BWV, section=ACTION, required_at="review", **CORE)
    footage_ref: str | None = text("Footage reference", section=ACTION, longest=80, shown_if=("bwv", "REC"), **CORE)
    preserve_requested_at: datetime | None = moment("Keeping asked for at", section=ACTION, **CORE)
    cctv: str | None = one_of("CCTV", response.CCTV, section=ACTION, required_at="review", **CORE)
    staff_planned_rn: int | None = number(
        "Registered staff planned", section=STAFFING, most=99, required_at="review", **CORE
    )
    staff_planned_hca: int | None = number(
        "Support staff planned", section=STAFFING, most=99, required_at="review", **CORE
    )
    staff_actual_rn: int | None = number(
        "Registered staff there", section=STAFFING, most=99, required_at="review", **CORE
    )
    staff_actual_hca: int | None = number(
        "Support staff there", section=STAFFING, most=99, required_at="review", **CORE
    )
    bank_agency_count: int | None = number(
        "Bank and agency staff", section=STAFFING, most=99, required_at="review", **CORE
    )
    beds_occupied: int | None = number("Beds occupied", section=STAFFING, most=200, required_at="review", **CORE)
    one_to_one_in_place: bool | None = yes_no("One-to-one care in place?", section=STAFFING, **CORE)
    boarded_patients: int | None = number("Patients in corridors or extra beds", section=STAFFING, most=99, **CORE)
    police: str | None = one_of("Police", response.POL, section=REPORTS, block="police", required_at="review")
    police_reason_not: str | None = text(
        "Why not reported", section=REPORTS, block="police", longest=300, shown_if=("police", "NO")
    )
    police_force: str | None = text("Police force", section=REPORTS, block="police", longest=80)
    crime_ref: str | None = text("Crime reference", section=REPORTS, block="police", longest=60)
    officer: str | None = text("Officer", section=REPORTS, block="police", longest=80)
    victim_supports_action: str | None = one_of(
        "Does the affected person support police action?", response.YNUN, section=REPORTS, block="police"
    )
    next_update_due: datetime | None = moment("Next police update due", section=REPORTS, block="police")
    notified: list[str] | None = many_of("Told", response.NOTI, section=REPORTS, required_at="review", **CORE)
    risk_actual_consequence: int | None = number(
        "What happened: consequence, 1 to 5", section=REVIEW, least=1, most=5, required_at="review", **CORE
    )
    risk_actual_likelihood: int | None = number(
        "What happened: likelihood, 1 to 5", section=REVIEW, least=1, most=5, required_at="review", **CORE
    )
    risk_potential_consequence: int | None = number(
        "What could have happened: consequence, 1 to 5",
        section=REVIEW,
        least=1,
        most=5,
        required_at="review",
        **CORE,
    )
    risk_potential_likelihood: int | None = number(
        "What could have happened: likelihood, 1 to 5",
        section=REVIEW,
        least=1,
        most=5,
        required_at="review",
        **CORE,
    )
    review_what_happened: str | None = text("What happened, looking back", section=REVIEW, lines=5, **CORE)
    review_root_causes: str | None = text("What lay behind it", section=REVIEW, lines=5, **CORE)
    review_went_well: str | None = text("What went well", section=REVIEW, lines=4, **CORE)
    review_controls: str | None = text("Which safeguards did not hold", section=REVIEW, lines=4, **CORE)
    review_actions: str | None = text("What we will change", section=REVIEW, lines=4, **CORE)
    review_effect_on: date | None = day("Check on this day if it works", section=REVIEW, **CORE)
    review_effect: str | None = text("What the check found", section=REVIEW, lines=3, **CORE)
    care_plan_updated: str | None = one_of("Care plan brought up to date?", c.YNU, section=REVIEW, **CORE)
    steps_to_prevent: str | None = text(
        "Steps in place and steps added",
        section=REVIEW,
        lines=4,
        hint="For sexual acts and acts against a protected group.",
        **CORE,
    )
    outcome_text: str | None = text("What changed", section=OUTCOME, block="outcome", lines=5)
    outcome_share: bool | None = yes_no("May be shared with the reporter", section=OUTCOME, block="outcome")
    outcome_print: bool | None = yes_no("May be printed", section=OUTCOME, block="outcome")
    status: str | None = one_of("Status", c.STATUS, block="core", **OWN)
    withdraw_reason: str | None = text("Why withdrawn", block="narrative", longest=500, **OWN)
    duplicate_of: str | None = link("Same event as", "incident", section=RECORD)
    closed_by: str | None = text("Closed by", block="core", longest=80, **OWN)
    closed_at: datetime | None = moment("Closed at", block="core", **OWN)
    dq_score: int | None = number("Completeness", block="core", most=100, **OWN)
    imported_at: datetime | None = moment("Imported at", block="core", **OWN)
    import_source: str | None = text("Imported from", block="core", longest=120, **OWN)
    clock_suspect: bool | None = yes_no("PC clock in doubt", block="core", **OWN)
    dataset_version: str | None = text("Data set", block="core", longest=20, **OWN)
    codelist_versions: str | None = text("Code lists", block="core", longest=200, **OWN)
    device_id: str | None = text("This PC", block="core", longest=40, **OWN)
