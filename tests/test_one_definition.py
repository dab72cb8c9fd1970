"""Every field of the data set is declared once and reaches form, check, op, history, print, CSV, dictionary, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from tests.pdfs import text_of
from tests.services.test_rights import FILLED, REASON, Case, canary, make
from vpr_desktop.domain.fields import STAGES, FieldSpec, encode, is_asked, wire_problem
from vpr_desktop.domain.forms import ENTITIES, PANELS, PARTS, TASKS
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.quick_log import QUICK_LOG
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.rules import problems
from vpr_desktop.domain.visibility import TABLE
from vpr_desktop.services import dictionary, exports, history, printing, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.incident_json import to_json
from vpr_desktop.services.listing import ListQuery

# The field reference by number, section C3. "entity:" stands before what is not the incident's.
REFERENCE = {
    "F01": "reference", "F02": "occurred_at time_known", "F03": "shift",
    "F04": "reported_by reported_at reporter_mode reporter_relation told_by slip_code", "F05": "org_ods site_ods",
    "F06": "service_type specialty", "F07": "location location_detail", "F08": "outcome_kind", "F09": "description",
    "F10": "act_types restricted manager_may_see", "F11": "motivation motivation_basis",
    "F12": "clinically_related intent", "F13": "perp_relation", "F14": "weapon weapon_source",
    "F15": "factors factor_main", "F16": "triggers_note early_signs_seen",
    "F17": "risk_known_before alert_on_record care_plan_covered", "F18": "de_escalation_tried",
    "F19": "patient_safety_linked lfpse_ref safeguarding_ref local_system_ref",
    "F20": "affected affected_count person:letter person:person_kind person:person_key person:role_in_incident",
    "F21": "person:staff_name person:staff_no", "F22": "person:staff_group", "F23": "person:band",
    "F24": "person:employment_type", "F25": "person:time_in_post",
    "F26": "person:training_deescalation person:training_breakaway person:training_restrictive",
    "F27": "person:self_ethnicity person:self_sex person:self_gender_same person:self_orientation"
    " person:self_religion person:self_disability person:self_age",
    "F28": "person:lone_working person:lone_device_used", "F29": "person:activity_at_time",
    "F30": "effect person:physical_harm", "F31": "person:psych_harm",
    "F32": "injury:injury injury:body_area injury:side", "F33": "person:treatment person:taken_to_hospital",
    "F34": "person:bodily_fluid_exposure person:fluid_kind person:bbv_pathway_started person:bbv_source",
    "F35": "person:went_home person:time_lost spell:back_on spell:absent_from spell:absent_to"
    " spell:restricted_duties_from spell:restricted_duties_to spell:absence_reason gap:gap_from gap:gap_to"
    " gap:gap_answer",
    "F36": "patient_harm others_harmed", "F40": "alleged:perp_key alleged:perp_name", "F41": "alleged:nhs_number",
    "F42": "alleged:perp_age_band alleged:perp_sex",
    "F43": "alleged:mha_status alleged:dols alleged:capacity_in_doubt", "F44": "alleged:repeat_in_90d",
    "F45": "alleged:description_if_unknown", "F50": "still_at_risk support_offered", "F51": "immediate_actions",
    "F52": "restrictive_used review_held_staff review_held_patient review_not_held_reason restraint_injury_staff"
    " restraint_injury_patient restraint_injury_other restrictive:restrictive_type restrictive:started_at"
    " restrictive:ended_at restrictive:staff_count restrictive:in_care_plan",
    "F53": "alarm security_called security_arrived_min", "F54": "bwv footage_ref preserve_requested_at", "F55": "cctv",
    "F56": "staff_planned_rn staff_planned_hca staff_actual_rn staff_actual_hca bank_agency_count beds_occupied"
    " one_to_one_in_place boarded_patients",
    "F57": "police police_reason_not police_force crime_ref officer victim_supports_action next_update_due",
    "F58": "sanction:level sanction:issued_on sanction:expires_on sanction:review_on sanction:appeal"
    " sanction:capacity_considered_by sanction:issued_by sanction:reason",
    "F59": "notified notice:told notice:told_at notice:told_by notice:told_what",
    "F60": "risk_actual_consequence risk_actual_likelihood risk_potential_consequence risk_potential_likelihood",
    "F61": "review_what_happened review_root_causes review_went_well review_controls review_actions review_effect_on"
    " review_effect",
    "F62": "person:riddor_status person:riddor_due person:riddor_sent_at person:riddor_ref person:riddor_decided_by"
    " person:riddor_reason person:specified_injury person:private_matter person:died_on person:death_linked",
    "F63": "steps_to_prevent",
    "F64": "outcome_text outcome_share outcome_print feedback:to feedback:message feedback:given_at feedback:given_by"
    " feedback:waived_by feedback:waiver_reason",
    "F65": "closed_by closed_at dq_score", "F66": "dataset_version codelist_versions device_id",
}  # fmt: skip
LOG = {q.field for q in QUICK_LOG}
REVIEW = set(
    """shift outcome_kind description motivation clinically_related intent weapon factors risk_known_before
    alert_on_record care_plan_covered de_escalation_tried immediate_actions restrictive_used alarm security_called bwv
    cctv staff_planned_rn staff_planned_hca staff_actual_rn staff_actual_hca bank_agency_count beds_occupied police
    notified risk_actual_consequence risk_actual_likelihood risk_potential_consequence risk_potential_likelihood
    staff_name staff_group employment_type lone_working activity_at_time physical_harm psych_harm
    bodily_fluid_exposure""".split()
)  # Req D of the reference
CODES = {
    "act_types": "PHY01 PHY06 PHY98 THR05 VER04 SEX04 ONL03 DAM01 HST01 OTH99 HAT WEA",
    "outcome_kind": "ACT ATT NEAR DMG",
    "motivation": "NONE RACE RELI SEXX ORIE TRAN DISA AGEE PREG OTHR UNKN PNTS", "motivation_basis": "VIC WIT WORD OTH",
    "perp_relation": "PAT PAO EXP REL PUB STA COL MAN CON OWN UNK PNTS", "intent": "DEL MIX NOT UNK",
    "clinically_related": "Y L N U", "factors": "C01 C16 S01 S11 E01 E04 O01 O08 X99 X00",
    "location": "BAY SID COR STN DAY BTH TRT MED SEC REC ENT OFF STF GRD TRA CAR HOM REM PHO WEB OTH UNK",
    "weapon": "NO FUR MED KNI BLU LIQ FIR BOD FOO OTH", "weapon_source": "WARD BROU UNK", "shift": "1 2 3 4 5 6",
    "affected": "ME ONE MANY ELSE PNTS", "effect": "NON UPS MIN TRE SER NYK", "support_offered": "ACC DEL NYT",
    "police": "NO WISH 999 101 INV NFA RJ CHG CON ACQ", "person:person_kind": "STA PAT VIS UNK",
    "person:role_in_incident": "AFF WIT RES REP", "person:physical_harm": "5 4 3 2 1", "person:psych_harm": "4 3 2 1",
    "person:staff_group": "ACS APS AHP MED NMR ADC EAN HCS STU VOL SEC OTH",
    "person:riddor_status": "NA SCR NR REC3 SPEC O7 DEA DO NWK SENT",
    "person:specified_injury": "FRA AMP SIG CRU BUR SCA UNC ENC NONE", "spell:absence_reason": "PHY PSY BOTH NK",
    "gap:gap_answer": "WRK FIT UNF NK", "person:self_ethnicity": "A B C D E F G H J K L M N P R S Z",
    "injury:injury": "BRU CUT BIT SPR FRA FRD HED LOC EYE BUR AMP CRU DEN STR SHP MUL PAI OTH",
    "restrictive:restrictive_type": "01 04 05 06 07 08 09 10 11 12 13 14 15 16 17", "sanction:level": "V A Y R M C N",
    "person:treatment": "NON FAO ED OH GP ADM ADM24 DEC",
}  # fmt: skip


def named(name: str) -> tuple[str, str]:
    entity, _, field = name.rpartition(":")
    return entity or "incident", field


def every() -> Iterator[tuple[str, str, FieldSpec]]:
    for entity, kind in ENTITIES.items():
        for name, spec in fields_of(kind).items():
            yield entity, name, spec


EVERY = list(every())
IDS = [f"{entity}.{name}" for entity, name, _ in EVERY]
OF_INCIDENTS = [(e, f, s) for e, f, s in EVERY if e in FILLED]


def test_no_number_of_the_reference_is_forgotten() -> None:
    numbers = [*range(1, 37), *range(40, 46), *range(50, 67)]
    assert list(REFERENCE) == [f"F{number:02d}" for number in numbers]
    missing = [
        n for names in REFERENCE.values() for n in names.split() if named(n)[1] not in fields_of(ENTITIES[named(n)[0]])
    ]
    assert missing == []


def test_stages_are_those_of_the_reference() -> None:
    declared = {stage: {f for e, f, s in OF_INCIDENTS if s.required_at == stage and e in ("incident", "person")}
                for stage in STAGES}  # fmt: skip
    assert declared["log"] == LOG
    assert declared["review"] == REVIEW
    assert declared["close"] == {"treatment", "time_lost"}


@pytest.mark.parametrize("name", CODES)
def test_code_lists_hold_the_codes_of_the_reference(name: str) -> None:
    entity, field = named(name)
    choices = fields_of(ENTITIES[entity])[field].choices
    assert choices is not None
    assert [code for code in CODES[name].split() if code not in choices] == []
    for code in choices:
        assert choices.label(code.code) == code.label
        assert code.until is None or code not in choices.valid(datetime(2999, 1, 1, tzinfo=UTC).date())


@pytest.mark.parametrize(("entity", "name", "spec"), EVERY, ids=IDS)
def test_each_field_says_what_it_is(entity: str, name: str, spec: FieldSpec) -> None:
    kind = ENTITIES[entity]
    assert name in kind.__table__.columns  # type: ignore[attr-defined]
    assert spec.label
    assert spec.block in TABLE, "who sees it"
    assert (spec.choices is not None) == (spec.kind in ("code", "codes"))
    if spec.shown_if:
        asked, *codes = spec.shown_if
        other = fields_of(kind)[asked]
        assert other.choices is not None
        assert all(code in other.choices for code in codes)
        assert is_asked(spec, {asked: codes[:1] if other.is_many else codes[0]})
        assert not is_asked(spec, {asked: None})
    for wrong in (object(), 1.5, {"a": 1}):
        assert wire_problem(spec, wrong), "a value of no kind is refused"


@pytest.mark.parametrize(("entity", "name", "spec"), EVERY, ids=IDS)
def test_each_field_is_in_the_dictionary(entity: str, name: str, spec: FieldSpec) -> None:
    (row,) = [one for one in dictionary.rows() if (one["entity"], one["name"]) == (entity, name)]
    assert (row["label"], row["required_at"], row["many"]) == (spec.label, spec.required_at, spec.kind == "codes")
    assert [one["code"] for one in row["codes"]] == [code.code for code in spec.choices or ()]


def test_each_field_that_people_fill_stands_in_a_form() -> None:
    in_forms = {pair for task in TASKS for pair in task.fields}
    in_forms |= {pair for fields in PANELS.values() for pair in fields}
    in_forms |= {("incident", name) for name in (*LOG, "time_known", "description")}
    # asked on the page after save, set by an act on the record, or a link or key that the app or an import makes
    elsewhere = {("incident", "told_by"), ("incident", "duplicate_of"), ("alleged", "perp_key")}
    missing = [
        (e, f) for e, f, s in OF_INCIDENTS
        if not s.app and f != "removed" and (e, f) not in in_forms | elsewhere
    ]  # fmt: skip
    assert missing == []


@pytest.fixture
def case(ctx: Context, as_role: Callable[..., Context]) -> Case:
    return make(ctx, as_role, "wm")


@pytest.mark.usefixtures("case")
def test_each_field_is_in_op_row_or_fold_and_search(ctx: Context) -> None:
    for entity, kind in ((name, ENTITIES[name]) for name in FILLED):
        (record,) = ctx.reader().find(kind)
        ops = ctx.reader().ops_of(record.id)
        columns = {row[1] for row in ctx.store.db.execute(f"PRAGMA table_info({entity})")}
        for name, spec in fields_of(kind).items():
            if getattr(record, name) is None:
                continue
            assert any(name in op["set"] for op in ops), (entity, name)
            assert (name in columns) != spec.is_long, "narratives stay out of the row"
            wire = encode(spec, getattr(record, name))
            assert record.shown.values[name] == wire
    number = list(fields_of(Incident)).index("description")
    sql = "SELECT count(*) FROM incident_fts WHERE incident_fts MATCH ?"
    assert ctx.store.db.execute(sql, (canary("incident", number, "c"),)).fetchone()[0] == 1


def test_each_field_reaches_history_json_print_and_csv(
    ctx: Context, case: Case, as_role: Callable[..., Context]
) -> None:
    seen = views.incident(ctx, case.id)
    people = [as_role(role, user) for role, user in (("reporter", "p-self"), ("ward_manager", "p-wm"))]
    changed = {(c.entity, c.field) for one in people for c in history.history(one, case.id)}
    shown = {name for one in people for name in _names(to_json(views.incident(one, case.id)))}
    csv_head = exports.to_csv(ctx, ListQuery(), "full")[0].splitlines()[0].split(",")
    paper = "".join(text_of(printing.summary(ctx, case.id, "full", REASON).data).split())
    in_sections = {"occurred_at", "location", "act_types", "perp_relation", "effect", "immediate_actions", "factors",
                   "outcome_text", "description", "location_detail", "affected", "affected_count",
                   "time_known"}  # fmt: skip
    for (entity, field), held in case.later.items():
        spec = fields_of(ENTITIES[entity])[field]
        if held is None or field in ("parent_id", "removed"):
            continue
        assert field in shown, "json"
        assert (entity, field) in changed, (entity, field, "history")
        assert entity != "incident" or field in csv_head or field == "slip_code", (field, "csv")
        record = next(r for r in [seen.record, *(p for ps in seen.parts.values() for p in ps)] if r.entity == entity)
        if field in record.values and not spec.app and field not in in_sections:
            assert all(word in paper for word in spec.label.split()), (entity, field, "print")


def _names(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, held in value.items():
            yield str(key)
            yield from _names(held)
    elif isinstance(value, list):
        for held in value:
            yield from _names(held)


def test_what_is_due_at_a_stage_is_asked_for_and_a_condition_lifts_it(ctx: Context) -> None:
    now = ctx.now()
    for stage in STAGES:
        due = {p.field for p in problems(Incident(ward_id="w"), stage, now=now)}
        wanted = {f for e, f, s in OF_INCIDENTS if e == "incident" and s.required_at is not None
                  and STAGES.index(s.required_at) <= STAGES.index(stage) and s.shown_if is None}  # fmt: skip
        assert due == wanted
    armed = Incident(ward_id="w", act_types=["WEA"])
    assert "weapon" in {p.field for p in problems(armed, "review", now=now)}
    assert json.dumps([task.name for task in TASKS])
    assert {plural for plural, _ in PARTS["incident"]} == {
        "people",
        "alleged",
        "restrictive",
        "sanctions",
        "feedback",
        "waivers",
        "notices",
    }
