"""What was done after: restrictive interventions (F52), warnings (F58), answers given (F64), waivers of closing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from vpr_desktop.domain import choices as c
from vpr_desktop.domain import choices_response as lists
from vpr_desktop.domain.fields import day, link, moment, number, one_of, text, yes_no
from vpr_desktop.domain.part import Part

FORCE = "Physical intervention"
SANCTION = "Warning or sanction"
FEEDBACK = "Answers given"
WAIVER = "Closed without a recording"
TOLD = "Who was told"


class Restrictive(Part, table=True):
    """One restrictive intervention. Use of Force Act 2018 section 6 and MHSDS ask for these."""

    __tablename__ = "restrictive"

    restrictive_type: str | None = one_of("Type", lists.REST, section=FORCE, block="core", required_at="log")
    started_at: datetime | None = moment("Started", section=FORCE, block="core")
    ended_at: datetime | None = moment("Ended", section=FORCE, block="core")
    staff_count: int | None = number("Staff involved", section=FORCE, block="core", most=50)
    in_care_plan: str | None = one_of("In the care plan?", c.YNU, section=FORCE, block="core")


class Sanction(Part, table=True):
    """One warning, agreement or exclusion, with its review, appeal and capacity consideration."""

    __tablename__ = "sanction"

    level: str | None = one_of("Level", lists.SANC, section=SANCTION, block="sanction", required_at="log")
    reason: str | None = text(
        "Reason", section=SANCTION, block="sanction", lines=3, hint="What the person did, and when. Facts only."
    )
    issued_on: date | None = day("Issued on", section=SANCTION, block="sanction")
    issued_by: str | None = text("Issued by, name and role", section=SANCTION, block="sanction", longest=120)
    expires_on: date | None = day("Expires on", section=SANCTION, block="sanction", hint="The day it ends by itself.")
    review_on: date | None = day(
        "Review on", section=SANCTION, block="sanction", hint="The day somebody looks at it again."
    )
    appeal: str | None = text(
        "Appeal", section=SANCTION, block="sanction", longest=300, hint="How it can be appealed, and what came of it."
    )
    capacity_considered_by: str | None = text(
        "Capacity considered by",
        section=SANCTION,
        block="sanction",
        longest=120,
        hint="Who looked at whether the person could understand it.",
    )
    gp_told: bool | None = yes_no("GP told?", section=SANCTION, block="sanction")
    letter_printed_at: datetime | None = moment("Letter printed", section=SANCTION, block="sanction")


class Feedback(Part, table=True):
    """An answer to the reporter or a person affected, or the named waiver of it."""

    __tablename__ = "feedback"

    to: str | None = text(
        "To", section=FEEDBACK, block="feedback", longest=20, hint="Write reporter, or the letter of a person affected."
    )
    to_person: str | None = link("To which person", "person", section=FEEDBACK, block="feedback")
    message: str | None = text(
        "Message",
        section=FEEDBACK,
        block="feedback",
        lines=5,
        hint="What was found and what changed. No names of others.",
    )
    given_at: datetime | None = moment("Given at", section=FEEDBACK, block="feedback")
    given_by: str | None = text("Given by", section=FEEDBACK, block="feedback", longest=120)
    waived_by: str | None = text(
        "Waived by", section=FEEDBACK, block="feedback", longest=120, hint="Who decided it, by name and role."
    )
    waiver_reason: str | None = text(
        "Why waived", section=FEEDBACK, block="feedback", longest=500, hint="Such as: asked not to be told."
    )


class Waiver(Part, table=True):
    """That an incident was closed although steps that were due had no recording: whose, which, by whom and why."""

    __tablename__ = "waiver"

    plan_of: str | None = text("Whose steps", section=WAIVER, block="waiver", longest=20, app=True)
    plan_person: str | None = link("Which person's steps", "person", section=WAIVER, block="waiver")
    steps: str | None = text("Steps", section=WAIVER, block="waiver", longest=400, app=True)
    reason: str | None = text("Why closed without them", section=WAIVER, block="waiver", longest=500)
    waived_by: str | None = text("Waived by", section=WAIVER, block="waiver", longest=120, app=True)
    waived_at: datetime | None = moment("Waived at", section=WAIVER, block="waiver", app=True)


class Notice(Part, table=True):
    """That somebody whose task it is was told of the incident: who, when, and by whom (F59)."""

    __tablename__ = "notice"

    told: str | None = one_of("Who was told", lists.NOTI, section=TOLD, block="core", required_at="log")
    told_at: datetime | None = moment("Told at", section=TOLD, block="core")
    told_by: str | None = text("Told by, name and role", section=TOLD, block="core", longest=120)
    told_what: str | None = text("What was agreed", section=TOLD, block="core", longest=300)


def person_meant(letter: str | None, person_id: str | None, letters: Mapping[str, str | None]) -> str | None:
    """Whom an answer or a waiver is about, by person id; `letters` are those of everybody affected, by id.

    Older records name a letter only. One that two people bear names neither: nobody reads what may be another's.
    """
    if person_id:
        return person_id
    bearers = [one for one, held in letters.items() if held and held == letter]
    return bearers[0] if len(bearers) == 1 else None
