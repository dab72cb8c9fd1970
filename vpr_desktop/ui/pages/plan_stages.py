"""The stages of a plan as S7 shows them: the current one open, the others folded with what is left in them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QMenu, QWidget

from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.when import relative
from vpr_desktop.services.support_views import PlanView, StageView, StepView
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.widgets.buttons import Button, Kind
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import Card, boxed, clear, column, row, rows
from vpr_desktop.ui.widgets.labels import Heading, IconLabel, TagLabel, Words
from vpr_desktop.ui.words import say

Act = Callable[[str, StepView], None]
NOT_STARTED = ("Not started", "Open")
WITHDRAWN = say("Open when the incident was withdrawn.")
TINTS = {"In progress": "yellow", "Done": "green", "Settled": "grey"}
MENU = (
    ("assign", say("Assign"), "assign"),
    ("due", say("Change due date"), "set_due"),
    ("note", say("Add note"), "note"),
)


class PlanStages(Card):
    """The steps of a plan. `act` is called with what somebody wants to do and the step, `stage_act` with a stage."""

    def __init__(self, desk: Desk, act: Act, stage_act: Callable[[StageView], None]) -> None:
        super().__init__(margins=(20, 14, 20, 14))
        self.desk, self._act, self._stage_act = desk, act, stage_act
        self.setAccessibleName(say("Steps"))
        self._open: dict[str, bool] = {}
        self._plan: PlanView | None = None
        self.links: dict[str, Button] = {}
        self._green, self._calm = "", False

    def be_calm(self, calm: bool) -> None:
        """Whether the page has its green button elsewhere: in an open panel, or to take the case."""
        self._calm = calm
        button = self.links.get(self._green)
        if button is not None:
            button.kind = "secondary" if calm else "primary"
            button.updateGeometry()
            button.update()

    def show_plan(self, plan: PlanView, unfold: str = "") -> None:
        """Shows the steps; a stage named is opened beside the current one."""
        if self._plan is None or self._plan.id != plan.id:
            self._open = {}
        self._plan = plan
        self._open.setdefault(plan.current, True)
        if unfold:
            self._open[unfold] = True
        clear(self.body)
        self.links = {}
        now = self.desk.ctx.now()
        current = [one for one in plan.steps if one.code.split("-")[0] == plan.current and one.is_asked]
        first = next((one for one in current if not one.opens_later(now)), None)
        self._green = first.code if first is not None else ""
        place = next((i for i, one in enumerate(plan.stages, start=1) if one.code == plan.current), 1)
        top = row(Heading(say("Steps"), "section"))
        top.addStretch(1)
        here = say("Stage {place} of {count}", place=place, count=len(plan.stages))
        top.addWidget(Words(here, "hint", tone="second", wrap=False))
        self.body.addLayout(top)
        for stage in plan.stages:
            self.body.addLayout(self._stage(plan, stage))
        self.body.addStretch(1)

    def _stage(self, plan: PlanView, stage: StageView) -> QLayout:
        is_open = self._open.get(stage.code, False)
        done = not any(step.is_open for step in stage.steps)
        mark = "tick" if done else "clock" if stage.code == plan.current else "circle"
        head = say("{heading}: {about}", heading=stage.heading, about=stage.about) if stage.about else stage.heading
        fold = Button(say("Hide") if is_open else say("Show"), "link")
        fold.setAccessibleName(say("{verb} {stage}, {facts}", verb=fold.text(), stage=head, facts=self._facts(stage)))
        fold.clicked.connect(lambda: self._on_fold_clicked(stage.code))
        self.links[f"fold {stage.code}"] = fold
        line = row(IconLabel(mark, "success" if done else "link" if stage.code == plan.current else "second"), gap=12)
        words = column(Words(head, "strong"), Words(self._facts(stage), "hint", tone="second"), gap=0)
        line.addLayout(words, 1)
        line.addWidget(fold, 0, Qt.AlignmentFlag.AlignTop)
        held = column(line, gap=6, margins=(0, 4, 0, 4))
        if is_open:
            held.addLayout(self._steps(plan, stage))
        return held

    def _facts(self, stage: StageView) -> str:
        assert self._plan is not None
        zone = self.desk.ctx.wards[self._plan.ward_id].zone
        total, left = len(stage.steps), len(stage.open_steps)
        some = say("1 step") if total == 1 else say("{count} steps", count=total)
        ended = sum(step.is_open for step in stage.steps)
        if not left and ended:
            if self._plan.withdrawn:
                return say("{steps}, {ended} open when the incident was withdrawn.", steps=some, ended=ended)
            return say("{steps}, {ended} open when the plan was closed.", steps=some, ended=ended)
        if not left:
            return say("{steps}, all settled.", steps=some)
        day = show_day(stage.next_due.astimezone(zone).date()) if stage.next_due else ""
        return say("{steps}, {left} left, next {day}", steps=some, left=left, day=day)

    def _steps(self, plan: PlanView, stage: StageView) -> QLayout:
        lines: list[QWidget | QLayout] = [self._step(plan, one) for one in stage.steps]
        held = column(rows(*lines, gap=6, top=2), gap=8, margins=(32, 0, 0, 4))
        together = [one for one in stage.open_steps if not one.alone]
        if stage.together and len(together) > 1 and "record" in plan.acts:
            several = Button(say("Record several at once"), "secondary")
            several.clicked.connect(lambda: self._stage_act(stage))
            self.links[f"stage {stage.code}"] = several
            held.addLayout(Flow(several))
        return held

    def _step(self, plan: PlanView, step: StepView) -> QWidget:
        words = column(Words(step.text, tone="" if step.is_asked else "second"), gap=0)
        late = step.overdue and step.is_asked
        words.addWidget(Words(self._about(step), "hint", tone="error" if late else "second"))
        line = row(gap=12)
        line.addLayout(words, 1)
        buttons: list[QWidget] = []
        if step.status not in NOT_STARTED:
            buttons.append(TagLabel(say(step.status), TINTS.get(step.status, "grey")))
        if step.is_asked and "record" in plan.acts:
            buttons += self._buttons(plan, step)
        line.addLayout(row(*buttons, gap=8))
        return boxed(line)

    def _buttons(self, plan: PlanView, step: StepView) -> list[QWidget]:
        place = [one.code for one in plan.steps].index(step.code) + 1
        spoken = say(
            "step {place} of {count}, {step}, {status}, {about}", place=place, count=len(plan.steps),
            step=uncapped(step.title), status=step.status.lower(), about=self._about(step),
        )  # fmt: skip
        found: list[QWidget] = []
        green = step.code == self._green
        if green and "DEC" in step.outcomes and not step.alone:
            refused = Button(say("Not wanted now"), name=say("Not wanted now: {step}", step=spoken))
            refused.clicked.connect(lambda: self._act("refuse", step))
            self.links[f"refuse {step.code}"] = refused
            found.append(refused)
        kind: Kind = "link" if not green else "secondary" if self._calm else "primary"
        record = Button(say("Mark done") if green else say("Record"), kind)
        record.setAccessibleName(f"{record.text()}: {spoken}")
        record.clicked.connect(lambda: self._act("record", step))
        self.links[step.code] = record
        found.append(record)
        more = Button("", "quiet", icon="more", name=say("More: {step}", step=spoken))
        more.clicked.connect(lambda: self._open_menu(plan, step, more))
        self.links[f"more {step.code}"] = more
        found.append(more)
        return found

    def _open_menu(self, plan: PlanView, step: StepView, at: Button) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if "DEC" in step.outcomes and not step.alone:
            menu.addAction(say("Not wanted now")).triggered.connect(lambda: self._act("refuse", step))
        for act, words, needs in MENU:
            if needs in plan.acts:
                menu.addAction(words).triggered.connect(lambda _=False, act=act: self._act(act, step))
        menu.popup(at.mapToGlobal(at.rect().bottomLeft()))

    def _about(self, step: StepView) -> str:
        assert self._plan is not None
        zone = self.desk.ctx.wards[self._plan.ward_id].zone
        team = say("Team. ") if step.team else ""
        if not step.is_open or step.due is None:
            told = step.told
            return team + (say("{what}, {who}.", what=told.words, who=told.by) if told is not None else step.status)
        if not step.is_asked:
            return team + (WITHDRAWN if self._plan.withdrawn else say("Open when the plan was closed."))
        due = relative(step.due, self.desk.ctx.now(), zone)
        when = say("Overdue since {due}", due=due) if step.overdue else say("Due {due}", due=due)
        if step.opens_later(self.desk.ctx.now()) and step.opens_at is not None:
            when = say("From {day}, due {due}", day=relative(step.opens_at, self.desk.ctx.now(), zone), due=due)
        if step.asks_again:
            when = say("Asked to be asked again. {when}", when=when)
        owner = say("Owner {owner}.", owner=step.owner_name) if step.owner else say("No owner yet.")
        return say("{team}{when}. {owner}", team=team, when=when, owner=owner)

    def _on_fold_clicked(self, code: str) -> None:
        self._open[code] = not self._open.get(code, False)
        if self._plan is not None:
            self.show_plan(self._plan)
            self.links[f"fold {code}"].setFocus()


def uncapped(title: str) -> str:
    """A title inside a sentence, with OH and RIDDOR as they are."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
