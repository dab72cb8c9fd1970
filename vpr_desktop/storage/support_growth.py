"""A change of facts moves a running plan: steps that begin to stand get an ADD entry, a shorter plan says since when.

Runs within the unit that makes the change, so that no service can forget it and their clock counts from that save
(domain E3). What arrives from another PC brings the entries its author's PC made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from vpr_desktop.domain.changes import Change
from vpr_desktop.domain.riddor import NOT_AT_WORK
from vpr_desktop.domain.support import StepEntry
from vpr_desktop.domain.support_sets import steps_in
from vpr_desktop.domain.support_steps import REOFFER, PlanState
from vpr_desktop.domain.support_template import Step, Template
from vpr_desktop.domain.support_times import due
from vpr_desktop.storage.oplog import Connection
from vpr_desktop.storage.support_facts import Zone, plan_rows, plan_states
from vpr_desktop.storage.support_rows import STALE_AT_ONCE, incidents_touched
from vpr_desktop.storage.support_templates import template_of

NOT_NEEDED = "NAP"  # why a plan is closed that a change of facts closes, and opens again
FACTS = ("incident", "person", "injury", "spell", "restrictive", "plan")  # what steps depend on


class Growth:
    """What some changes made of the plans of one incident.

    `before` holds the steps that were listed until now by plan id, those of the team under "".
    """

    def __init__(
        self, db: Connection, incident_id: str, before: dict[str, set[str]], zone: Zone, now: datetime
    ) -> None:
        self.db, self.incident_id, self.before, self.now = db, incident_id, before, now
        self.plans = {row["id"]: row for row in plan_rows(db, incident_id)}
        self.states = plan_states(db, incident_id, zone)

    def added(self) -> Iterator[StepEntry]:
        """An ADD entry for each step that stands now and did not."""
        team_held = self.before.get("", set()) | {e.step for state in self.states.values() for e in state.entries}
        for plan_id, state in self.states.items():
            held = self.before.get(plan_id)
            spoken = {entry.step for entry in state.entries}
            for step in steps_in(self._template(plan_id), state.facts):
                known = team_held if step.team else (held or set()) | spoken
                if step.code in known or (held is None and not self._moves(step, state)):
                    continue
                team_held |= {step.code} if step.team else set()
                yield self._entry(plan_id, step.code)

    def _moves(self, step: Step, state: PlanState) -> bool:
        """Whether it makes a difference for a step of a plan that is new itself, from when its time is counted."""
        return due(step, state.clock, added_at=self.now).at != due(step, state.clock).at

    def _entry(self, plan_id: str, step: str) -> StepEntry:
        ward_id = self.db.execute("SELECT ward_id FROM plan WHERE id = ?", (plan_id,)).fetchone()[0]
        return StepEntry(ward_id=ward_id, plan_id=plan_id, step=step, outcome="ADD", at=self.now)

    def shorter(self) -> Iterator[str]:
        """The ids of plans that have lost a step nobody had touched."""
        for plan_id, state in self.states.items():
            stands = {step.code for step in steps_in(self._template(plan_id), state.facts)}
            touched = {entry.step for entry in state.entries if entry.outcome != "ADD"} | set(state.cares)
            if self.before.get(plan_id, set()) - stands - touched - {REOFFER}:
                yield plan_id

    def ends(self) -> Iterator[tuple[str, bool]]:
        """Plans that are not needed, as the person is found to be a patient or visitor; False: needed after all."""
        sql = (
            "SELECT plan.id, person.person_kind, plan.closed_on, plan.closed_reason FROM plan"
            " JOIN person ON person.id = plan.person_id WHERE plan.incident_id = ? ORDER BY plan.id"
        )
        for plan_id, kind, closed_on, why in self.db.execute(sql, (self.incident_id,)).fetchall():
            if kind in NOT_AT_WORK and closed_on is None:
                yield plan_id, True
            elif kind not in NOT_AT_WORK and closed_on is not None and why == NOT_NEEDED:
                yield plan_id, False

    def _template(self, plan_id: str) -> Template:
        plan = self.plans[plan_id]
        return template_of(self.db, plan["template"], plan["template_version"])


def grown(db: Connection, changes: Sequence[Change], reached: set[str], zone: Zone, now: datetime) -> Iterator[Growth]:
    """The incidents whose plans these changes may have moved: not those new themselves, nor those whose rows wait.

    `reached` are incidents that the changes lift from afar, see `repeats`.
    """
    touched = incidents_touched(db, [change for change in changes if change.entity in FACTS]) | reached
    if len(touched) > STALE_AT_ONCE:
        return
    for incident_id in sorted(touched):
        rows = db.execute("SELECT plan_id, step, team FROM step_row WHERE incident_id = ?", (incident_id,)).fetchall()
        if not rows or db.execute("SELECT 1 FROM stale_support WHERE id = ?", (incident_id,)).fetchone():
            continue
        before: dict[str, set[str]] = {}
        for plan_id, step, team in rows:
            before.setdefault("" if team else plan_id, set()).add(step)
        yield Growth(db, incident_id, before, zone, now)
