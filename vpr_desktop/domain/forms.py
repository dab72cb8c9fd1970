"""The register of entities and the forms over them: quick log, finish-later tasks, review.

A form says which fields in which order; what a field is stands in its declaration alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from vpr_desktop.domain.alleged import Alleged
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.part import Part
from vpr_desktop.domain.person import Gap, Injury, Person, Spell
from vpr_desktop.domain.place import Contact, Place, Ward
from vpr_desktop.domain.record import Record
from vpr_desktop.domain.response import Feedback, Restrictive, Sanction
from vpr_desktop.domain.support import Plan, StepEntry
from vpr_desktop.domain.user import User

SCHEMA = 1  # rises when a field or an entity is added; ops carry it

ENTITIES: dict[str, type[Record]] = {
    "incident": Incident,
    "person": Person,
    "injury": Injury,
    "spell": Spell,
    "gap": Gap,
    "alleged": Alleged,
    "restrictive": Restrictive,
    "sanction": Sanction,
    "feedback": Feedback,
    "plan": Plan,
    "step_entry": StepEntry,
    "ward": Ward,
    "place": Place,
    "contact": Contact,
    "user": User,
}

# Parts of a record by the plural name they have in JSON.
PARTS: dict[str, tuple[tuple[str, type[Part]], ...]] = {
    "incident": (
        ("people", Person),
        ("alleged", Alleged),
        ("restrictive", Restrictive),
        ("sanctions", Sanction),
        ("feedback", Feedback),
    ),
    "person": (("injuries", Injury), ("spells", Spell), ("gaps", Gap)),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of the quick log: its code and the short words that fit its card."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """One of the seven questions, with the sentence that asks for a missing answer."""

    number: int
    field: str
    text: str
    options: tuple[Option, ...]
    missing: str
    hint: str = ""
    many: bool = False


def _options(*pairs: str) -> tuple[Option, ...]:
    return tuple(Option(*pair.split(" ", 1)) for pair in pairs)


WHEN_OPTIONS = _options("now Just now", "30m About 30 minutes ago", "1h About 1 hour ago", "typed Another time")
NOT_SURE = "or choose Not sure"
QUICK_LOG: tuple[Question, ...] = (
    Question(1, "occurred_at", "When did it happen?", WHEN_OPTIONS, "Choose when it happened."),
    Question(
        2, "location", "Where did it happen?",
        _options(
            "BAY Bay or bed space", "SID Side room", "COR Corridor", "STN Nurses' station", "DAY Day room",
            "BTH Bathroom or toilet", "REC Reception, entrance", "REM Phone or online", "UNK Not sure",
        ),
        "Choose where it happened, or choose Not sure.",
    ),
    Question(
        3, "act_types", "What happened?",
        _options(
            "PHY Physical contact", "THR Threat", "VER Verbal abuse", "SEX Sexual", "HAT Racist or other hate",
            "WEA Weapon or object", "DAM Damage to property", "ONL By phone or online", "OTH Something else",
        ),
        "Choose what happened, or choose Something else.", hint="Choose all that apply", many=True,
    ),
    Question(
        4, "affected", "Who was affected?",
        _options(
            "ME Me", "ONE One colleague", "MANY More than one of us", "ELSE Someone else", "PNTS Prefer not to say",
        ),
        "Choose who was affected, or choose Prefer not to say.",
    ),
    Question(
        5, "perp_relation", "Who did it?",
        _options(
            "PAT Patient", "REL Visitor or relative", "PUB Member of the public", "STA Member of staff",
            "UNK Not known", "PNTS Prefer not to say",
        ),
        "Choose who did it, or choose Not known.",
    ),
    Question(
        6, "effect", "Most serious effect so far",
        _options(
            "NON No harm", "UPS Upset or shaken", "MIN Minor injury", "TRE Needed treatment", "SER Serious injury",
            "NYK Not known yet",
        ),
        "Choose the most serious effect so far, or choose Not known yet.",
    ),
    Question(
        7, "support_offered", "Has support been offered?",
        _options("ACC Yes, taken up", "DEL Yes, not wanted for now", "NYT Not yet"),
        "Choose whether support has been offered, or choose Not yet.",
    ),
)  # fmt: skip
OWN_PLACES = 7  # places a ward may name itself; Phone or online and Not sure always follow
LAST_PLACES = _options("REM Phone or online", "UNK Not sure")

Fields = tuple[tuple[str, str], ...]


def _of(entity: str, *names: str) -> Fields:
    return tuple((entity, name) for name in names)


@dataclass(frozen=True, slots=True)
class Task:
    """A finish-later task: its fields in order, and those that make it complete once answered."""

    name: str
    title: str
    fields: Fields
    key: tuple[str, ...]
    needs_effect: bool = False

    @property
    def key_fields(self) -> Fields:
        """The fields whose answers make the task complete."""
        return tuple(pair for pair in self.fields if pair[1] in self.key)


TASKS: tuple[Task, ...] = (
    Task(
        "before", "What led up to it",
        _of("incident", "activity_before", "triggers_note", "early_signs_seen", "factors", "factor_main"),
        ("factors",),
    ),
    Task(
        "people", "People affected",
        _of("person", "person_kind", "role_in_incident", "staff_group", "lone_working", "lone_device_used",
            "employment_type", "band", "time_in_post", "activity_at_time", "person_key", "staff_name", "staff_no",
            "training_deescalation", "training_breakaway", "training_restrictive"),
        ("staff_group", "lone_working", "employment_type"),
    ),
    Task(
        "who", "The person who did it",
        _of("incident", "perp_relation", "clinically_related", "intent", "care_plan_covered", "risk_known_before",
            "alert_on_record", "happened_before")
        + _of("alleged", "perp_name", "nhs_number", "perp_age_band", "perp_sex", "mha_status", "dols",
              "capacity_in_doubt", "description_if_unknown"),
        ("clinically_related", "care_plan_covered", "happened_before"),
    ),
    Task("reason", "Reason, as they see it", _of("incident", "motivation", "motivation_basis"), ("motivation",)),
    Task(
        "injury", "Injury and body area",
        _of("person", "physical_harm", "psych_harm", "treatment", "taken_to_hospital", "bodily_fluid_exposure",
            "fluid_kind", "bbv_pathway_started", "bbv_source", "went_home", "time_lost", "back_on")
        + _of("injury", "injury", "body_area", "side")
        + _of("spell", "absent_from", "absent_to", "restricted_duties_from", "restricted_duties_to",
              "absence_reason"),
        ("physical_harm", "treatment", "time_lost"), needs_effect=True,
    ),
    Task(
        "action", "Action taken now",
        _of("incident", "immediate_actions", "de_escalation_tried", "alarm", "security_called",
            "security_arrived_min", "bwv", "footage_ref", "cctv", "preserve_requested_at", "restrictive_used",
            "review_held_staff", "review_held_patient", "review_not_held_reason", "restraint_injury_staff",
            "restraint_injury_patient", "restraint_injury_other")
        + _of("restrictive", "restrictive_type", "started_at", "ended_at", "staff_count", "in_care_plan"),
        ("immediate_actions", "de_escalation_tried", "restrictive_used"),
    ),
    Task(
        "reports", "Reports to others",
        _of("incident", "local_system_ref", "police", "police_reason_not", "police_force", "crime_ref", "officer",
            "victim_supports_action", "next_update_due", "safeguarding_ref", "patient_safety_linked", "lfpse_ref",
            "notified"),
        ("police", "notified"),
    ),
    Task(
        "outcome", "Outcome and learning",
        _of("incident", "outcome_text", "outcome_share", "outcome_print", "review_what_happened",
            "review_root_causes", "review_went_well", "review_controls", "review_actions", "care_plan_updated",
            "steps_to_prevent", "risk_actual_consequence", "risk_actual_likelihood", "risk_potential_consequence",
            "risk_potential_likelihood"),
        ("outcome_text",),
    ),
    Task(
        "details", "More about the event",
        _of("incident", "shift", "location_detail", "outcome_kind", "weapon", "weapon_source", "service_type",
            "specialty", "patient_harm", "others_harmed", "staff_planned_rn", "staff_planned_hca",
            "staff_actual_rn", "staff_actual_hca", "bank_agency_count", "beds_occupied", "one_to_one_in_place",
            "boarded_patients", "reporter_relation", "manager_may_see"),
        ("shift", "outcome_kind"),
    ),
)  # fmt: skip
