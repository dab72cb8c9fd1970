"""The support plan of one person affected, and the recordings made on its steps (domain E3)."""

from __future__ import annotations

from datetime import date, datetime

from vpr_desktop.domain.choices_response import PLAN_CLOSED
from vpr_desktop.domain.fields import day, link, moment, one_of, text
from vpr_desktop.domain.record import Record

PLAN = "Support plan"
CHOICES = "Their choices"
ENTRY = "Recording"
NOTE = "Note"


class Plan(Record, table=True):
    """A plan opened in the same transaction as its incident; steps are computed, never stored."""

    __tablename__ = "plan"

    incident_id: str | None = link("Incident", "incident", section=PLAN, block="system", listed=True)
    person_id: str | None = link("Person", "person", section=PLAN, block="system", listed=True)
    template: str | None = text("Template", section=PLAN, block="support", longest=20, app=True)
    template_version: str | None = text("Template version", section=PLAN, block="support", longest=20, app=True)
    lead: str | None = text("Support lead", section=PLAN, block="support", longest=80, app=True, listed=True)
    contact_how: str | None = text("How to contact", section=CHOICES, block="support", longest=200)
    contact_when: str | None = text("When", section=CHOICES, block="support", longest=200)
    may_know: str | None = text("Who may know", section=CHOICES, block="support", longest=200)
    wants: str | None = text("What they want", section=CHOICES, block="support", longest=300)
    language: str | None = text("Language", section=CHOICES, block="support", longest=80)
    paused_until: date | None = day("Follow-up paused until", section=CHOICES, block="support")
    fewer_on: date | None = day("Fewer steps since", section=PLAN, block="support", app=True)
    cannot_lead: str | None = text(
        "Who said they cannot lead it", section=PLAN, block="support_note", longest=400, app=True
    )
    closed_on: date | None = day("Closed on", section=PLAN, block="support", app=True, listed=True)
    closed_reason: str | None = one_of("Why closed", PLAN_CLOSED, section=PLAN, block="support_note", app=True)


class StepEntry(Record, table=True):
    """One recording on one step. A mistake is struck out by an entry that names it."""

    __tablename__ = "step_entry"

    plan_id: str | None = link("Plan", "plan", section=ENTRY, block="system", listed=True)
    step: str | None = text("Step", section=ENTRY, block="support", longest=20, app=True)
    outcome: str | None = text("Outcome", section=ENTRY, block="support", longest=3, app=True)
    at: datetime | None = moment("When", section=ENTRY, block="support")
    by: str | None = text("By", section=ENTRY, block="support", longest=80, app=True)
    channel: str | None = text("How", section=ENTRY, block="support", longest=10)
    reason: str | None = text("Reason", section=ENTRY, block="support_note", longest=1000)
    until_on: date | None = day("Ask again on", section=ENTRY, block="support")
    strikes: str | None = link("Strikes out", "step_entry", section=ENTRY, block="support")


class StepCare(Record, table=True):
    """What somebody set by hand on a step: who does it, and another due time. Its id follows from plan and step."""

    __tablename__ = "step_care"

    plan_id: str | None = link("Plan", "plan", section=ENTRY, block="system", listed=True)
    step: str | None = text("Step", section=ENTRY, block="support", longest=20, app=True)
    owner: str | None = text("Owner", section=ENTRY, block="support", longest=80, app=True)
    due_at: datetime | None = moment("Due", section=ENTRY, block="support")
    due_reason: str | None = text("Why another due time", section=ENTRY, block="support_note", longest=500)


class PlanNote(Record, table=True):
    """A short, factual note of a plan's support lead; nobody else reads it. No therapy content belongs here."""

    __tablename__ = "plan_note"

    plan_id: str | None = link("Plan", "plan", section=NOTE, block="system", listed=True)
    step: str | None = text("Step", section=NOTE, block="support_note", longest=20, app=True)
    note: str | None = text("Note", section=NOTE, block="support_note", longest=1000)
    at: datetime | None = moment("When", section=NOTE, block="support_note", app=True)
    by: str | None = text("By", section=NOTE, block="support_note", longest=80, app=True)


class SupportTemplate(Record, table=True):
    """A trust's own support template, as its file was loaded. Plans name it by `code` and `version`."""

    __tablename__ = "support_template"

    code: str | None = text("Template", section=PLAN, block="system", longest=20, app=True)
    version: str | None = text("Version", section=PLAN, block="system", longest=20, app=True)
    document: str | None = text("Its steps", section=PLAN, block="system", longest=60_000, app=True)
