"""A person affected or a witness, and what it did to them: fields F20 to F35 and F62."""

from __future__ import annotations

from datetime import date, datetime

from vpr_desktop.domain import choices as c
from vpr_desktop.domain import choices_acts as acts
from vpr_desktop.domain import choices_people as people
from vpr_desktop.domain.fields import day, many_of, moment, one_of, text, yes_no
from vpr_desktop.domain.part import Part

PERSON = "Person affected"
JOB = "Their work"
HARM = "Injury and effect"
TIME = "Time off and duties"
RIDDOR = "RIDDOR"
ABOUT = "About you (only you can fill this)"


class Person(Part, table=True):
    """One person affected by an incident, known by a letter; names only to those who may see them."""

    __tablename__ = "person"

    letter: str | None = text("Letter", section=PERSON, block="person_job", longest=3, app=True)
    person_kind: str | None = one_of("Kind of person", people.PKIND, section=PERSON, block="person_job")
    person_key: str | None = text(
        "Staff number or sign-in name", section=PERSON, block="person_name", longest=80, listed=True
    )
    role_in_incident: str | None = one_of("Part in it", people.ROLE, section=PERSON, block="person_job")
    staff_name: str | None = text("Name", section=PERSON, block="person_name", longest=120, required_at="review")
    staff_no: str | None = text("Staff number", section=PERSON, block="person_name", longest=40)
    staff_group: str | None = one_of("Job group", people.SG, section=JOB, block="person_job", required_at="review")
    band: str | None = one_of("Band or grade", people.BAND, section=JOB, block="person_job")
    employment_type: str | None = one_of(
        "Employed by", people.EMP, section=JOB, block="person_job", required_at="review"
    )
    time_in_post: str | None = one_of("Time in post", people.POST, section=JOB, block="person_job")
    training_deescalation: str | None = one_of(
        "De-escalation training in date?", c.YNU, section=JOB, block="person_job"
    )
    training_breakaway: str | None = one_of("Breakaway training in date?", c.YNU, section=JOB, block="person_job")
    training_restrictive: str | None = one_of(
        "Restrictive intervention training in date?", c.YNU, section=JOB, block="person_job"
    )
    self_ethnicity: str | None = one_of("Ethnic group", people.ETH, section=ABOUT, block="self_declared")
    self_sex: str | None = one_of("Sex", people.GEN, section=ABOUT, block="self_declared")
    self_gender_same: str | None = one_of(
        "Gender the same as at birth?", people.YNP, section=ABOUT, block="self_declared"
    )
    self_orientation: str | None = one_of("Sexual orientation", people.ORI, section=ABOUT, block="self_declared")
    self_religion: str | None = one_of("Religion or belief", people.REL, section=ABOUT, block="self_declared")
    self_disability: str | None = one_of("Disabled?", people.YNP, section=ABOUT, block="self_declared")
    self_age: str | None = one_of("Age band", people.AGE, section=ABOUT, block="self_declared")
    lone_working: str | None = one_of("Working alone?", c.YNU, section=JOB, block="person_job", required_at="review")
    lone_device_used: str | None = one_of(
        "Lone worker device", people.DEV, section=JOB, block="person_job", shown_if=("lone_working", "Y")
    )
    activity_at_time: str | None = one_of(
        "What they were doing", acts.ACTY, section=JOB, block="person_job", required_at="review"
    )
    physical_harm: str | None = one_of(
        "Physical harm", people.PHYS, section=HARM, block="physical", required_at="review"
    )
    psych_harm: str | None = one_of("Psychological harm", people.PSY, section=HARM, block="psych", required_at="review")
    treatment: list[str] | None = many_of(
        "Treatment", people.TREAT, section=HARM, block="physical", required_at="close"
    )
    taken_to_hospital: str | None = one_of(
        "Taken to hospital?", c.YNU, section=HARM, block="physical", shown_if=("person_kind", "PAT", "VIS")
    )
    bodily_fluid_exposure: str | None = one_of(
        "Contact with bodily fluid?", c.YNU, section=HARM, block="physical", required_at="review"
    )
    fluid_kind: list[str] | None = many_of(
        "Which contact", people.FLUID, section=HARM, block="physical", shown_if=("bodily_fluid_exposure", "Y")
    )
    bbv_pathway_started: str | None = one_of(
        "Blood-borne virus pathway started?",
        c.YNU,
        section=HARM,
        block="physical",
        shown_if=("bodily_fluid_exposure", "Y"),
    )
    bbv_source: str | None = one_of(
        "Is the source known to carry a blood-borne virus?", c.YNU, section=HARM, block="physical",
        shown_if=("bodily_fluid_exposure", "Y"),
    )  # fmt: skip
    went_home: str | None = one_of("Went home?", c.YNU, section=TIME, block="absence")
    time_lost: str | None = one_of(
        "Days off or on other duties?", c.YNU, section=TIME, block="absence", required_at="close"
    )
    riddor_status: str | None = one_of("RIDDOR", people.RID, section=RIDDOR, block="absence", listed=True)
    riddor_due: date | None = day("Report by", section=RIDDOR, block="absence")
    riddor_sent_at: datetime | None = moment("Sent at", section=RIDDOR, block="absence")
    riddor_ref: str | None = text("RIDDOR reference", section=RIDDOR, block="absence", longest=60)
    riddor_decided_by: str | None = text("Decided by", section=RIDDOR, block="absence", longest=120)
    riddor_reason: str | None = text("Reason for the decision", section=RIDDOR, block="absence", longest=1000)
    specified_injury: list[str] | None = many_of("Specified injury", people.SPEC, section=RIDDOR, block="absence")
    private_matter: str | None = one_of("Was it a private matter?", c.YNU, section=RIDDOR, block="absence")
    died_on: date | None = day("Died on", section=RIDDOR, block="absence")
    death_linked: str | None = one_of("Was the death linked to it?", c.YNU, section=RIDDOR, block="absence")


class Injury(Part, table=True):
    """One injury of a person: what and where on the body (F32)."""

    __tablename__ = "injury"

    injury: str | None = one_of("Injury", people.INJ, section=HARM, block="physical", required_at="log")
    body_area: str | None = one_of("Body area", people.BODY, section=HARM, block="physical")
    side: str | None = one_of("Side", people.SIDE, section=HARM, block="physical")


class Spell(Part, table=True):
    """Days off, or on other duties, with no end while running (F35)."""

    __tablename__ = "spell"

    absent_from: date | None = day("Off from", section=TIME, block="absence")
    absent_to: date | None = day("Off until", section=TIME, block="absence")
    restricted_duties_from: date | None = day("Other duties from", section=TIME, block="absence")
    restricted_duties_to: date | None = day("Other duties until", section=TIME, block="absence")
    absence_reason: str | None = one_of("Reason for time off", people.ABS, section=TIME, block="absence")
    back_on: date | None = day("First day at normal work", section=TIME, block="absence")


class Gap(Part, table=True):
    """Days between or beside times off, and whether the person was fit on them (F35)."""

    __tablename__ = "gap"

    gap_from: date | None = day("From", section=TIME, block="absence")
    gap_to: date | None = day("Until", section=TIME, block="absence")
    gap_answer: str | None = one_of("Between times off", people.GAP, section=TIME, block="absence")
    is_open: bool | None = yes_no("Still to be answered", section=TIME, block="absence", app=True)
