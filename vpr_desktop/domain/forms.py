"""The register of entities, and the finish-later forms over them; the quick log stands in a file of its own.

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
from vpr_desktop.domain.response import Feedback, Notice, Restrictive, Sanction, Waiver
from vpr_desktop.domain.support import Plan, PlanNote, StepCare, StepEntry, SupportTemplate
from vpr_desktop.domain.tally import Tally
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
    "waiver": Waiver,
    "notice": Notice,
    "plan": Plan,
    "step_entry": StepEntry,
    "step_care": StepCare,
    "plan_note": PlanNote,
    "support_template": SupportTemplate,
    "tally": Tally,
    "ward": Ward,
    "place": Place,
    "contact": Contact,
    "user": User,
}

# What a part of an incident is called where it stands by itself; a person is called by letter.
PART_WORDS = {
    "injury": "Injury",
    "spell": "Time off or other duties",
    "alleged": "Who did it (alleged)",
    "restrictive": "Physical intervention",
    "gap": "Days between times off",
    "sanction": "Warning or sanction",
    "feedback": "Answer given",
    "notice": "Who was told",
}
# Parts of a record by the plural name they have in JSON.
PARTS: dict[str, tuple[tuple[str, type[Part]], ...]] = {
    "incident": (
        ("people", Person),
        ("alleged", Alleged),
        ("restrictive", Restrictive),
        ("sanctions", Sanction),
        ("feedback", Feedback),
        ("waivers", Waiver),
        ("notices", Notice),
    ),
    "person": (("injuries", Injury), ("spells", Spell), ("gaps", Gap)),
}


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
            "training_deescalation", "training_breakaway", "training_restrictive", "self_ethnicity", "self_sex",
            "self_gender_same", "self_orientation", "self_religion", "self_disability", "self_age"),
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
            "fluid_kind", "bbv_pathway_started", "bbv_source", "went_home", "time_lost")
        + _of("injury", "injury", "body_area", "side")
        + _of("spell", "absent_from", "absent_to", "restricted_duties_from", "restricted_duties_to",
              "absence_reason", "back_on")
        + _of("gap", "gap_from", "gap_to", "gap_answer"),
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
            "notified")
        + _of("notice", "told", "told_at", "told_by", "told_what")
        + _of("sanction", "level", "reason", "issued_on", "issued_by", "expires_on", "review_on", "appeal",
              "capacity_considered_by", "gp_told", "letter_printed_at"),
        ("police", "notified"),
    ),
    Task(
        "outcome", "Outcome and learning",
        _of("incident", "outcome_text", "outcome_share", "outcome_print", "review_what_happened",
            "review_root_causes", "review_went_well", "review_controls", "review_actions",
            "review_effect_on", "review_effect", "care_plan_updated",
            "steps_to_prevent", "risk_actual_consequence", "risk_actual_likelihood", "risk_potential_consequence",
            "risk_potential_likelihood")
        + _of("feedback", "to", "message", "given_at", "given_by", "waived_by", "waiver_reason"),
        ("outcome_text",),
    ),
    Task(
        "details", "More about the event",
        _of("incident", "shift", "location_detail", "outcome_kind", "weapon", "weapon_source", "service_type",
            "specialty", "patient_harm", "others_harmed", "staff_planned_rn", "staff_planned_hca",
            "staff_actual_rn", "staff_actual_hca", "bank_agency_count", "beds_occupied", "one_to_one_in_place",
            "boarded_patients", "reporter_mode", "reporter_relation", "manager_may_see", "still_at_risk",
            "affected_count"),
        ("shift", "outcome_kind"),
    ),
)  # fmt: skip

# Long forms are read in sections: the heading that stands before a field.
HEADS: dict[tuple[str, str], str] = {
    ("person", "activity_at_time"): "What they were doing",
    ("person", "person_key"): "Who it is",
    ("person", "training_deescalation"): "Training",
    ("person", "self_ethnicity"): "About themselves, if they wish to say",
    ("person", "bodily_fluid_exposure"): "Blood and other fluids",
    ("person", "went_home"): "After it",
    ("incident", "risk_known_before"): "What was known before",
    ("incident", "security_called"): "Security and cameras",
    ("incident", "restrictive_used"): "Physical intervention",
    ("incident", "police"): "What the police were told",
    ("incident", "safeguarding_ref"): "Safeguarding and patient safety",
    ("incident", "notified"): "Who was told",
    ("incident", "review_what_happened"): "Looking back",
    ("incident", "review_actions"): "What we will change, and whether it works",
    ("incident", "risk_actual_consequence"): "Risk scores",
    ("incident", "service_type"): "Where it happened",
    ("incident", "patient_harm"): "Others harmed",
    ("incident", "staff_planned_rn"): "Staff and beds at the time",
    ("incident", "reporter_mode"): "How it was reported",
    ("sanction", "issued_on"): "When, and by whom",
    ("sanction", "appeal"): "Fairness",
    ("feedback", "waived_by"): "If nobody is to be told",
}

# Panels beside the tasks: what a panel on the record asks for, each with a page of its own.
PANELS: dict[str, Fields] = {
    "riddor": _of("person", "person_kind", "time_lost", "specified_injury", "bodily_fluid_exposure", "bbv_source",
                  "private_matter", "taken_to_hospital", "died_on", "death_linked")
    + _of("injury", "injury", "body_area", "side")
    + _of("spell", "absent_from", "absent_to", "restricted_duties_from", "restricted_duties_to", "absence_reason",
          "back_on")
    + _of("gap", "gap_from", "gap_to", "gap_answer"),
    "riddor_decision": _of("person", "riddor_status", "riddor_due", "riddor_sent_at", "riddor_ref",
                           "riddor_decided_by", "riddor_reason"),
    "closing": _of("waiver", "reason"),
}  # fmt: skip


def form_named(name: str) -> tuple[str, Fields] | None:
    """Title and fields of a task, or of the facts of a panel; None for a name that is neither."""
    task = next((one for one in TASKS if one.name == name), None)
    if task is not None:
        return task.title, task.fields
    return ("RIDDOR facts", PANELS["riddor"]) if name == "riddor" else None
