"""Who sees what, written down a second time from the field reference (section G2), apart from the product's own table.

Letters: A all, T what they typed themselves, C codes and dates but no words, W words that stand for it, . nothing.
"""

from __future__ import annotations

WHO = ("own", "self", "other", "wm", "sl_mine", "sl_pool", "vl", "vl_need", "ig", "da")
ROLE = {
    "own": "reporter", "self": "reporter", "other": "reporter", "wm": "ward_manager", "sl_mine": "support_lead",
    "sl_pool": "support_lead", "sl_else": "support_lead", "vl": "vpr_lead", "vl_need": "vpr_lead", "ig": "auditor",
    "da": "device_admin",
}  # fmt: skip

#                 own self other wm sl_mine sl_pool vl vl_need ig da
TABLE = {
    "core":         "A . . A A A A A . .",
    "outcome":      "A A . A A A A A . .",
    "narrative":    "A . . A A . . A . .",
    "reporter":     "A . . A A . . . . .",
    "person_name":  "T A . A A . . . . .",
    "person_job":   "A A . A A A W W . .",
    "physical":     "T A . A A A C C . .",
    "absence":      ". A . A A . C C . .",
    "psych":        ". A . A A A W W . .",
    "support":      "T A . W A W W W . .",
    "self":         ". A . . . . W W . .",
    "alleged_name": "T . . A . . . A . .",
    "alleged_rest": "T . . A A . W W . .",
    "police":       "W . . A W . A A . .",
    "sanction":     ". . . A . . A A . .",
    "feedback":     "A . . A A . W W . .",
    "waiver":       ". . . A A . W W . .",
}  # fmt: skip

INCIDENT = {
    "narrative": "description triggers_note location_detail activity_before withdraw_reason",
    "reporter": "reported_by reporter_mode reporter_relation told_by slip_code",
    "outcome": "outcome_text outcome_share outcome_print",
    "police": "police police_reason_not police_force crime_ref officer victim_supports_action next_update_due",
    "support": "support_offered",
}
PERSON = {
    "person_name": "person_key staff_name staff_no",
    "person_job": "letter person_kind role_in_incident staff_group band employment_type time_in_post"
    " training_deescalation training_breakaway training_restrictive lone_working lone_device_used activity_at_time",
    "physical": "physical_harm treatment taken_to_hospital bodily_fluid_exposure fluid_kind bbv_pathway_started"
    " bbv_source",
    "psych": "psych_harm",
    "self": "self_ethnicity self_sex self_gender_same self_orientation self_religion self_disability self_age",
    "absence": "went_home time_lost riddor_status riddor_due riddor_sent_at riddor_ref riddor_decided_by"
    " riddor_reason specified_injury private_matter died_on death_linked",
}
ALLEGED = {"alleged_name": "perp_key perp_name nhs_number", "narrative": "description_if_unknown"}
WHOLE = {
    "injury": "physical", "spell": "absence", "gap": "absence", "restrictive": "core", "sanction": "sanction",
    "feedback": "feedback", "waiver": "waiver", "notice": "core",
}  # fmt: skip


def block_of(entity: str, field: str) -> str:
    """The row of the table for a field; every field of an incident that no row names is its core."""
    for named, rest in (("incident", INCIDENT), ("person", PERSON), ("alleged", ALLEGED)):
        if entity == named:
            found = [block for block, names in rest.items() if field in names.split()]
            return found[0] if found else {"incident": "core", "person": "", "alleged": "alleged_rest"}[named]
    return WHOLE[entity]


def cell(who: str, block: str, restricted: bool = False, manager_may_see: bool = False) -> str:
    """What somebody sees of a block. A restricted incident comes before every row."""
    if restricted and (who in ("vl", "vl_need", "sl_else") or (who == "wm" and not manager_may_see)):
        return "."
    row = TABLE[block].split()
    return row[WHO.index("sl_pool" if who == "sl_else" else who)]
