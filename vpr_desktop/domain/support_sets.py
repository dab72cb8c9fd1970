"""Which steps a support plan has, from the incident as it stands: witness, light, standard or full (domain E3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from vpr_desktop.domain.choices_acts import act_class
from vpr_desktop.domain.derived import is_hate
from vpr_desktop.domain.support_template import Step, Template

LOW, SOME, HIGH = 0, 1, 2
BODY = {"1": HIGH, "2": HIGH, "3": HIGH, "4": SOME, "5": LOW}
BY_EFFECT = {"TRE": HIGH, "SER": HIGH, "MIN": SOME, "NYK": SOME}
FULL_ACTS = frozenset({"PHY06", "PHY07", "PHY08", "HST01"})
FULL_CLASSES = frozenset({"SEX", "WEA"})
LIGHT_CLASSES = frozenset({"VER", "ONL", "DAM", "OTH"})
POLICE_CLASSES = frozenset({"PHY", "THR", "SEX", "HAT", "WEA"})
REPORTABLE = frozenset({"SPEC", "O7", "DEA", "DO"})
EXPOSING_ACTS = frozenset({"PHY03", "PHY05"})  # bite; spat at or bodily fluid used
EXPOSING_INJURIES = frozenset({"BIT", "SHP"})
MAY_BE_REPORTABLE = frozenset({"MIN", "TRE", "SER", "NYK"})
REPEAT_DAYS = 90  # local dates; day 90 is in


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What decides the steps of one person's plan. Codes as in the data set; `riddor_advice` as computed today."""

    role: str | None = "AFF"
    acts: frozenset[str] = frozenset()
    motives: frozenset[str] = frozenset()
    weapons: frozenset[str] = frozenset()
    effect: str | None = None
    physical_harm: str | None = None
    psych_harm: str | None = None
    injuries: frozenset[str] = frozenset()
    exposure: str | None = None
    riddor_status: str | None = None
    riddor_advice: str = "NA"
    force_used: bool = False
    serious: bool = False
    has_witness: bool = False
    time_off: bool = False
    repeat: bool = False


def harm(facts: PlanFacts) -> int:
    """The worse of body and mind: 0 low, 1 some, 2 high. A rating of the person rules over the first word."""
    body = BODY.get(facts.physical_harm or "", BY_EFFECT.get(facts.effect or "", LOW))
    mind = HIGH if facts.psych_harm in ("1", "2") else LOW
    return max(body, mind)


def set_of(facts: PlanFacts) -> str:
    """The first of witness, full, light, standard whose condition holds."""
    if facts.role == "WIT":
        return "witness"
    if _is_full(facts):
        return "full"
    classes = {act_class(code) for code in facts.acts}
    if classes and classes <= LIGHT_CLASSES and harm(facts) == LOW:
        return "light"
    return "standard"


def _is_full(facts: PlanFacts) -> bool:
    classes = {act_class(code) for code in facts.acts}
    return (
        harm(facts) == HIGH
        or bool(classes & FULL_CLASSES)
        or bool(facts.acts & FULL_ACTS)
        or is_hate(sorted(facts.acts), sorted(facts.motives))
        or bool(facts.weapons - {"NO"})
        or facts.riddor_status in REPORTABLE
        or facts.repeat
    )


def needs_met(facts: PlanFacts, *, declined_before: bool = False) -> frozenset[str | None]:
    """The conditions of steps that hold; None, the condition of a step without one, always does."""
    classes = {act_class(code) for code in facts.acts}
    exposed = bool(facts.acts & EXPOSING_ACTS) or bool(facts.injuries & EXPOSING_INJURIES) or facts.exposure == "Y"
    answers = (
        (None, True),
        ("exposure", exposed),
        ("police", bool(classes & POLICE_CLASSES) or facts.effect in ("TRE", "SER")),
        ("sexual", "SEX" in classes),
        ("force_or_serious", facts.force_used or facts.serious),
        ("riddor", facts.effect in MAY_BE_REPORTABLE or bool(facts.injuries) or facts.riddor_advice != "NA"),
        ("serious", facts.serious),
        ("witness", facts.has_witness or facts.role == "WIT"),
        ("declined_before", declined_before),
        ("time_off", facts.time_off),
    )
    return frozenset(need for need, holds in answers if holds)


def steps_in(template: Template, facts: PlanFacts, *, declined_before: bool = False) -> list[Step]:
    """The steps that stand for a plan, team steps among them, in the order of the template."""
    name = set_of(facts)
    met = needs_met(facts, declined_before=declined_before)
    return [step for step in template.steps if name in step.sets and (name == "light" or step.needs in met)]


def is_repeat(happened_at: datetime, earlier: list[datetime], zone: ZoneInfo) -> bool:
    """Whether any earlier incident of the same person lies at most 90 local dates before this one."""
    day = happened_at.astimezone(zone).date()
    spans = [(day - one.astimezone(zone).date()).days for one in earlier if one < happened_at]
    return any(span <= REPEAT_DAYS for span in spans)
