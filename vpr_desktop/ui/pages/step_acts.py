"""What can be done about a step, shared by worklist and plan: opens the right panel, saves, says it, offers Undo."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import KnownError
from vpr_desktop.services import drafts, plan_care, plan_end, recordings, support
from vpr_desktop.services.recordings import Recorded, Said
from vpr_desktop.services.support_views import PlanView, StageView, StepView
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.widgets.care_panels import (
    AssignPanel,
    ChoicesPanel,
    DuePanel,
    NameLeadPanel,
    NotePanel,
    PassOnPanel,
)
from vpr_desktop.ui.widgets.end_panel import EndPanel
from vpr_desktop.ui.widgets.record_panels import RecordPanel, StagePanel
from vpr_desktop.ui.widgets.step_panel import StepPanel
from vpr_desktop.ui.words import say

DRAFT_MS = 800
NEEDS = {"record": "record", "contact": "record", "assign": "assign", "due": "set_due", "note": "note"}


class StepActs(QObject):
    """Opens panels through `place` and calls `after` when one has gone."""

    def __init__(
        self, page: QWidget, desk: Desk, place: Callable[[QWidget | None], None], after: Callable[[], None]
    ) -> None:
        super().__init__(page)
        self.page, self.desk = page, desk
        self._place, self._after = place, after
        self.panel: StepPanel | None = None
        self._form, self._draft_id = "", ""
        self._kept: dict[str, Any] = {}
        self._pressed = False  # an act of one press is under way: it is done once
        self._in_file = False  # whether a draft of the open panel is in the file
        self._typing = QTimer(self, interval=DRAFT_MS)
        self._typing.timeout.connect(self._keep)

    def open(self, act: str, plan: PlanView, step: StepView) -> None:
        """Opens the panel of an act on a step, where this person may do it."""
        no = ""
        if NEEDS[act] not in plan.acts:
            no = say("Your role does not include this here.")
        elif plan.closed_on is not None and not (step.team or step.is_law or act == "note"):
            no = say("This plan is closed. Open it again first.")
        if no:
            self.desk.status(no)
            self.desk.announce(no)
        elif act == "record" and step.ends_plan:
            self.open_end(plan)
        elif act in ("record", "contact"):
            target = contact_step(plan, step) if act == "contact" else step
            self._show(RecordPanel(self.desk, plan, target), f"{plan.id}:{target.code}:record", target)
        elif act == "assign":
            self._with_people(plan_care.OWNERS, lambda people: AssignPanel(self.desk, plan, step, people), step)
        elif act == "due":
            self._show(DuePanel(self.desk, plan, step), f"{plan.id}:{step.code}:due", step)
        else:
            self._show(NotePanel(self.desk, plan, step), f"{plan.id}:{step.code}:note", step)

    def open_stage(self, plan: PlanView, stage: StageView) -> None:
        """Opens the panel that records several steps of a stage at once."""
        self._show(StagePanel(self.desk, plan, stage), f"{plan.id}:{stage.code}:stage", None)

    def open_choices(self, plan: PlanView) -> None:
        """Opens what the person chose."""
        self._show(ChoicesPanel(self.desk, plan), f"{plan.id}::choices", None)

    def open_note(self, plan: PlanView) -> None:
        """Opens a note on the plan as a whole."""
        self._show(NotePanel(self.desk, plan), f"{plan.id}::note", None)

    def open_pass_on(self, plan: PlanView) -> None:
        """Opens the handing over of a case."""
        self._with_people(("support_lead",), lambda people: PassOnPanel(self.desk, plan, people), None)

    def open_name_lead(self, plan: PlanView) -> None:
        """Opens the naming of a support lead for a case that has none."""
        self._with_people(("support_lead",), lambda people: NameLeadPanel(self.desk, plan, people), None)

    def open_end(self, plan: PlanView) -> None:
        """Opens the closing of a plan; keeping it open instead is another date for the step that asks for it."""
        panel = EndPanel(self.desk, plan)
        step = next((one for one in plan.steps if one.ends_plan and one.is_asked), None)
        if step is not None:
            panel.later.connect(lambda: self.open("due", plan, step))
        self._show(panel, "", None)

    def take(self, plan: PlanView) -> None:
        """Takes a case; Undo gives it back."""
        ctx, words = self.desk.ctx, say("The case is yours. You see all of it now.")
        self.desk.run(
            self, lambda: plan_care.take(ctx, plan.id, plan.lead_shown),
            lambda changes: self._tell(words, self._undo_lead(plan.id), changes), self.failed,
        )  # fmt: skip

    def reopen(self, plan: PlanView) -> None:
        """Opens a closed plan again, by one press: Undo is there."""
        ctx, words = self.desk.ctx, say("The plan is open again, {who}", who=plan.person)
        self.desk.run(
            self, lambda: plan_end.reopen(ctx, plan.id, plan.end_shown),
            lambda changes: self._tell(words, self._undo_end(plan.id), changes), self.failed,
        )  # fmt: skip

    def _with_people(self, roles: Sequence[str], make: Callable[[Any], StepPanel], step: StepView | None) -> None:
        ctx = self.desk.ctx
        self.desk.run(self, lambda: plan_care.colleagues(ctx, roles), lambda people: self._show(make(people), "", step))

    def _show(self, panel: StepPanel, form: str, step: StepView | None) -> None:
        self._keep()  # what stands in the panel before
        self.panel, self._form, self._kept, self._in_file = panel, form, {}, False
        self._draft_id = drafts.new_id(self.desk.ctx)
        panel.saved.connect(lambda found: self._on_saved(found, panel, step))
        panel.closed.connect(self.close)
        panel.done = self._done
        self._place(panel)
        panel.first_focus().setFocus()
        if form:
            self._bring_back(panel, form)

    def close(self) -> None:
        """Takes the panel away; what was typed in it is given up with it."""
        panel, self.panel = self.panel, None
        if panel is None:
            return
        self._place(None)
        self._forget()
        self._after()

    def leave(self) -> None:
        """Takes the panel away as its plan is left; what was typed in it waits as a draft."""
        self._keep()
        self.panel, self._form = None, ""
        self._typing.stop()
        self._place(None)

    def follow(self, changes: Changes) -> None:
        """Tells whoever fills the open panel what another PC did meanwhile to what it asks for."""
        panel = self.panel
        plan = getattr(panel, "plan", None)
        if panel is None or not isinstance(plan, PlanView) or changes.origin != "sync":
            return
        ctx, codes = self.desk.ctx, panel.codes()
        self.desk.run(
            panel, lambda: support.plan(ctx, plan.id), lambda now: panel.tell_meanwhile(meanwhile(plan, now, codes)),
            lambda _: None,  # a plan that may not be read any more takes its page away
        )  # fmt: skip

    # What is typed is safe within a second, also over a lock
    def draft(self) -> Callable[[], Any] | None:
        """A job that keeps what is typed in the open panel; None where there is nothing new."""
        if self.panel is None or not self._form or not self.panel.yes.isEnabled():  # what is being saved is kept
            return None
        kept = self.panel.kept()
        if kept == self._kept:
            return None
        self._kept, self._in_file = kept, True
        ctx, form, draft_id = self.desk.ctx, f"support:{self._form}", self._draft_id
        return lambda: drafts.save(ctx, form, {"typed": kept}, draft_id)

    def place(self) -> dict[str, str]:
        """The step and the panel that is open, for coming back."""
        if self.panel is None or not self._form:
            return {}
        _, step, panel = self._form.split(":")
        return {"step": step, "panel": panel}

    def _keep(self) -> None:
        job = self.draft()
        if job is not None:
            self.desk.run(self, job, lambda _: None)

    def _done(self) -> Callable[[], Any]:
        """The panel is about to be saved: what is typed is kept first; gives the job that then throws it away."""
        self._keep()
        ctx, draft_id = self.desk.ctx, self._draft_id
        return (lambda: drafts.discard(ctx, draft_id)) if self._form and self._in_file else (lambda: None)

    def _bring_back(self, panel: StepPanel, form: str) -> None:
        ctx = self.desk.ctx

        def job() -> tuple[str, dict[str, Any]]:
            held = next((one for one in drafts.mine(ctx) if one.form == f"support:{form}"), None)
            return ("", {}) if held is None else (held.id, dict(held.body.get("typed", {})))

        def done(found: tuple[str, dict[str, Any]]) -> None:
            if found[0]:
                self._draft_id, self._kept = found
                self._in_file = True
                panel.put(found[1])
            self._typing.start()

        self.desk.run(panel, job, done)

    def _forget(self) -> None:
        """The panel is done with: nothing of it waits as a draft."""
        self._typing.stop()
        form, self._form = self._form, ""
        ctx, draft_id = self.desk.ctx, self._draft_id
        if form and self._in_file:
            self.desk.run(self, lambda: drafts.discard(ctx, draft_id), lambda _: None)

    # After a save
    def _on_saved(self, found: object, panel: StepPanel, step: StepView | None) -> None:
        changes = found.changes if isinstance(found, Recorded) else found
        plan = getattr(panel, "plan", None)
        words = self._words(found, panel, step)
        undo = None
        if isinstance(found, Recorded) and isinstance(plan, PlanView):
            undo = self._undo(plan.id, found.entry_ids)
        elif isinstance(panel, (NameLeadPanel, PassOnPanel)):
            undo = self._undo_lead(panel.plan.id)
        elif isinstance(panel, EndPanel):
            undo = self._undo_end(panel.plan.id)
        self.panel, self._in_file = None, False
        self._place(None)
        self._forget()
        self._tell(words, undo, changes)
        self._after()

    def _words(self, found: object, panel: StepPanel, step: StepView | None) -> str:
        plan = getattr(panel, "plan", None)
        who = plan.person if isinstance(plan, PlanView) else ""
        if isinstance(panel, StagePanel) and isinstance(found, Recorded):
            return say("Recorded {count} steps, {who}", count=len(found.entry_ids), who=who)
        if isinstance(found, Recorded) and step is not None:
            if found.not_reached:
                return say("Recorded: not reached after 3 tries, {who}", who=who)
            return say("Recorded: {step}, {who}", step=step.title, who=say("Team") if step.team else who)
        done = {AssignPanel: say("Assigned"), DuePanel: say("Due date changed"), NotePanel: say("Note kept"),
                ChoicesPanel: say("Their choices are kept"), PassOnPanel: say("Passed on"),
                NameLeadPanel: say("A support lead is named"), EndPanel: say("The plan is closed")}  # fmt: skip
        return say("{done}, {who}", done=done[type(panel)], who=who)

    def _undo(self, plan_id: str, entry_ids: Sequence[str]) -> Callable[[], None]:
        ctx, window = self.desk.ctx, self.page.window()  # the page may be gone by then

        def undo() -> None:
            self.desk.run(
                window, lambda: recordings.strike(ctx, plan_id, entry_ids),
                lambda changes: self._tell(say("Undone. The recording is struck out."), None, changes),
            )  # fmt: skip

        return undo

    def _undo_lead(self, plan_id: str) -> Callable[[], None]:
        return self._undo_by(plan_care.take_back, plan_id, say("Undone. The case is led as before."))

    def _undo_end(self, plan_id: str) -> Callable[[], None]:
        return self._undo_by(plan_end.take_back, plan_id, say("Undone. The plan is as it was."))

    def _undo_by(self, takes_back: Callable[..., Changes], plan_id: str, words: str) -> Callable[[], None]:
        ctx, window = self.desk.ctx, self.page.window()

        def undo() -> None:
            self.desk.run(
                window, lambda: takes_back(ctx, plan_id), lambda changes: self._tell(words, None, changes), self.failed
            )

        return undo

    def tell(self, words: str) -> None:
        """Says something in the status bar and aloud."""
        self._tell(words, None, None)

    def _tell(self, words: str, undo: Callable[[], None] | None, changes: Any) -> None:
        self.desk.status(words, undo)
        self.desk.announce(words)
        if isinstance(changes, Changes):
            self.desk.changed(changes)

    def not_wanted(self, plan: PlanView, step: StepView) -> None:
        """Records a decline by one press: nobody has to say why, and Undo is there."""
        if self._pressed:
            return
        self._pressed, ctx = True, self.desk.ctx

        def done(found: Recorded) -> None:
            self._pressed = False
            words = say("Not wanted now: {step}, {who}", step=step.title, who=plan.person)
            self._tell(words, self._undo(plan.id, found.entry_ids), found.changes)

        def failed(error: Exception) -> None:
            self._pressed = False
            self.failed(error)

        self.desk.run(self, lambda: recordings.record(ctx, plan.id, Said(step.code, "DEC")), done, failed)

    def strike(self, plan_id: str, entry_id: str) -> None:
        """Strikes one recording out."""
        self._undo(plan_id, [entry_id])()

    def failed(self, error: Exception) -> None:
        """Says what did not work."""
        self.desk.trouble(str(error) if isinstance(error, KnownError) else say("Something did not work. Try again."))


def meanwhile(before: PlanView, now: PlanView, codes: Collection[str]) -> str:
    """What became of a plan, and of the steps that are being recorded, while a panel was open; else nothing."""
    steps = [one for one in now.steps if one.code in codes]
    goes_on = any(one.team or one.is_law for one in steps)
    if now.closed_on is not None and before.closed_on is None and not goes_on:
        return say("This plan was closed meanwhile. What you typed stays here until you cancel.")
    held = {one.code: (one.status, len(one.entries)) for one in before.steps}
    said = [one for one in steps if one.entries or not one.is_open]
    new = [one.title for one in said if (one.status, len(one.entries)) != held.get(one.code)]
    if not new:
        return ""
    return say("Recorded meanwhile: {steps}. If you save too, both recordings are kept.", steps=", ".join(new))


def contact_step(plan: PlanView, step: StepView) -> StepView:
    """The step that a contact counts for: the chosen one where it is of that kind, else the first open one."""
    if step.is_contact and step.is_asked:
        return step
    return next((one for one in plan.steps if one.is_contact and one.is_asked), step)
