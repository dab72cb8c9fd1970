"""Every screen of the window in the states it can show. A new page is covered by a line in SCREENS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtWidgets import QAbstractButton, QWidget

from tests.ui import banner_screens, dialog_screens, first_run_screens, joined_screens
from tests.ui.stage import Stage
from tests.window import settle
from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.errors import FileAltered
from vpr_desktop.domain.forms import TASKS
from vpr_desktop.services import plan_end, rescue
from vpr_desktop.ui.forms.editors import DayEditor, MomentEditor, NumberEditor
from vpr_desktop.ui.pages.settings_page import SECTIONS


@dataclass(frozen=True)
class Screen:
    """How to come to a screen from the one before, and what to walk there. `wide`: it may scroll sideways."""

    name: str
    opens: Callable[[Stage], QWidget]
    closes: Callable[[Stage], None] = lambda _stage: None
    page: str = ""


HALF = {
    "answers": {"location": "COR", "act_types": ["PHY", "THR"], "affected": "ONE"},
    "when_choice": "typed",
    "when_text": "21/11 22:10",
}


# S1 and what can be opened while locked
def _s1(stage: Stage) -> QWidget:
    stage.end_first_run()
    stage.lock()
    stage.window.activateWindow()
    stage.window.lock_page.reset()
    settle(stage.window)
    stage.window.lock_page.first_focus().setFocus()
    return stage.window


def _s1_wrong(stage: Stage) -> QWidget:
    page = stage.window.lock_page
    page.passphrase.setText("")
    page.unlock.click()
    settle(stage.window)
    return stage.window


def _s1_damaged(stage: Stage) -> QWidget:
    page = stage.window.lock_page
    page.show_error(rescue.in_words(FileAltered("op 12: the chain breaks here")))
    page.damage.offer(can_read=True, backup=stage.home / "vault.db")
    settle(stage.window)
    return stage.window


def _support(stage: Stage) -> QWidget:
    stage.window.open_support()
    settle(stage.window)
    return stage.window


def _support_ends(stage: Stage) -> None:
    stage.window.open_support()
    settle(stage.window)


# Pages
def page(name: str, screen: str, record: str = "", **arguments: Any) -> Screen:
    """A page opened by its name, over the record of that name."""

    def opens(stage: Stage) -> QWidget:
        if stage.window.shell is None:
            stage.unlock()
        more = {"incident_id": stage.ids[record]} if record else {}
        stage.go(screen, **more, **arguments)
        return stage.window

    return Screen(name, opens, page=screen)


def _sheet(kind: str) -> Callable[[Stage], QWidget]:
    """A sheet about the person who is off."""

    def opens(stage: Stage) -> QWidget:
        stage.go("riddor", incident_id=stage.ids["off"])
        person = stage.window.page().cases[0].case.person.id
        stage.go("print", incident_id=stage.ids["off"], kind=kind, person_id=person)
        return stage.window

    return opens


def after(name: str, before: Screen, does: Callable[[Any], None]) -> Screen:
    """A page after something was done on it."""

    def opens(stage: Stage) -> QWidget:
        before.opens(stage)
        does(stage.window.page())
        settle(stage.window)
        return stage.window

    return Screen(name, opens, page=before.page)


def _half(log: Any) -> None:
    log.form.put(HALF)
    log.form.changed.emit()


def _twice(log: Any) -> None:
    """An hour that came twice, and an incident of it that nobody chose the hour of."""
    log.form.put({**HALF, "when_text": "25/10/2026 01:30"})
    log.save()


def _three_answers(log: Any) -> None:
    _half(log)
    log.save()


def _saved(log: Any) -> None:
    log.form.put({"answers": {**HALF["answers"], "perp_relation": "PAT", "effect": "MIN", "support_offered": "NYT"}})  # type: ignore[dict-item]
    log.form.changed.emit()
    log.save()


def _leaves_no_draft(stage: Stage) -> None:
    stage.window.page()._dirty = False


def _task_error(task: Any) -> None:
    """Words wherever a number, a day or a time is wanted."""
    wrong = [
        editor
        for panel in task.panels
        for name, editor in panel.editors.items()
        if isinstance(editor, NumberEditor | DayEditor | MomentEditor) and panel.rows[name].isVisibleTo(task)
    ]
    assert wrong, "nothing is asked here that can be mistyped"
    for editor in wrong:
        editor.set_value("soon")
    task.save()


def _nobody_named(settings: Any) -> None:
    settings.sections["people"].add_user.click()


def _nothing_told(settings: Any) -> None:
    ward = settings.sections["ward"]
    ward.name.clear()
    ward.shifts.setText("25:00")
    ward.save()


def _half_a_contact(settings: Any) -> None:
    contacts = settings.sections["contacts"]
    contacts.contacts[2][1].setText("Chaplaincy")
    contacts.save()


def _new_code(settings: Any) -> None:
    settings.sections["recovery"]._on_drawn("7K2QJ-00XYZ-AB3CD-4EFGH-5JKMN-6PQRS-TVW")
    settings.sections["recovery"].use.click()


def _weak_words(settings: Any) -> None:
    settings.sections["others"].new.typed.setText("short")
    settings.sections["others"].give.click()


def _nothing_decided(riddor: Any) -> None:
    riddor.cases[0].status.set_code("SENT")
    riddor.cases[0]._show_sent()
    riddor.cases[0].save_button.click()


def _changed_meanwhile(task: Any) -> None:
    task._typed = True
    task.refreshed(Changes((Change("incident", task.seen.record.id),), "sync"))


def plan(name: str, does: Callable[[Any], None] | None = None) -> Screen:
    """The support plan of the first person of the open record, and what was done on it."""

    def opens(stage: Stage) -> QWidget:
        stage.go("plan", plan_id=stage.ids["plan"])
        if does is not None:
            does(stage.window.page())
            settle(stage.window)
        return stage.window

    def closes(stage: Stage) -> None:
        stage.window.page().acts.close()
        settle(stage.window)

    return Screen(name, opens, closes, page="plan")


def _step(shown: Any, act: str, code: str) -> None:
    shown.acts.open(act, shown.plan, next(one for one in shown.plan.steps if one.code == code))


def _work(act: str) -> Callable[[Any], None]:
    return lambda shown: shown._act(act)


def _as_lead(stage: Stage) -> QWidget:
    """From here on the support lead has the PC, and the plan is theirs."""
    stage.lock()
    stage.unlock("blead")
    stage.go("worklist")
    return stage.window


def _panel_closes(stage: Stage) -> None:
    stage.window.page().acts.close()
    settle(stage.window)


def _as_trust_lead(stage: Stage) -> QWidget:
    """The trust's lead has the PC: what the report says opens with a reason."""
    stage.lock()
    stage.unlock("vtrust")
    stage.go("record", incident_id=stage.ids["open"])
    return stage.window


def _as_auditor(stage: Stage) -> QWidget:
    """An auditor has the PC."""
    stage.lock()
    stage.unlock("iaudit")
    stage.go("data")
    return stage.window


def _as_manager(stage: Stage) -> QWidget:
    stage.lock()
    stage.unlock()
    return stage.window


def _closed_plan(shown: Any) -> None:
    plan_end.close(shown.desk.ctx, shown.plan.id, "WSH")
    shown._load()


def _opened_again(stage: Stage) -> None:
    shown = stage.window.page()
    plan_end.reopen(shown.desk.ctx, shown.plan.id)
    shown._load()
    settle(stage.window)


WORK = page("S6 support", "worklist")
LOG = page("S3 empty", "log")
TO_OTHERS = page("S4 task reports", "task", "open", task="reports")
HANDOVER = page("S2 handover", "handover")
LIST = page("S5 list", "incidents")
CLOSE = page("S4 close", "close", "open")
RIDDOR = page("S4 RIDDOR", "riddor", "off")
SETTINGS = {name: page(f"S11 {name}", "settings", section=name) for name in SECTIONS}

SCREENS: tuple[Screen, ...] = (
    Screen("S0 step 1 with a code", first_run_screens.code),
    Screen("S0 step 1", first_run_screens.step(0)),
    Screen("S0 step 2", first_run_screens.step(1)),
    Screen("S0 step 2 error", first_run_screens.step(2)),
    Screen("S0 step 3", first_run_screens.step(2, first_run_screens.WARD_ANSWERS)),
    Screen("S0 step 3 error", first_run_screens.step(3)),
    Screen("S0 step 4", first_run_screens.recovery),
    Screen("S0 step 5", first_run_screens.last),
    Screen("S0 practice", first_run_screens.practice),
    Screen("S2 home of a new ward", first_run_screens.new_ward),
    Screen("S1 lock", _s1),
    Screen("S1 wrong passphrase", _s1_wrong),
    Screen("S1 damaged file", _s1_damaged, lambda stage: stage.window.lock_page.reset()),
    Screen("S12 support while locked", _support, _support_ends),
    Screen("S1 recovery code", *dialog_screens.over(dialog_screens.recover)),
    Screen("S1 wrong recovery code", *dialog_screens.over(dialog_screens.recover_wrong)),
    Screen("S1 slip code", *dialog_screens.over(dialog_screens.slip)),
    Screen("S1 slip answered", *dialog_screens.over(dialog_screens.slip_answered)),
    Screen("S1 slip error", *dialog_screens.over(dialog_screens.slip_error)),
    page("S2 home", "home"),
    HANDOVER,
    after("S2 handover error", HANDOVER, lambda handover: handover.mark.click()),
    LIST,
    after("S5 nothing found", LIST, lambda found: found._ask(type(found.query)(text="nothing like this"))),
    after("S5 restricted", LIST, lambda found: found._ask(type(found.query)(view="restricted"))),
    page("S4 record", "record", "open"),
    page("S4 history", "record", "open", ask="history"),
    page("S4 withdrawn", "record", "withdrawn"),
    page("S4 two people", "record", "many"),
    page("S4 restricted for another", "record", "of somebody else"),
    page("S4 two versions", "record", "conflict"),
    after("S4 review", page("", "record", "conflict"), lambda shown: shown.banner.ask()),
    after("S4 changed meanwhile", page("", "task", "open", task="before"), _changed_meanwhile),
    *(page(f"S4 task {task.name}", "task", "open", task=task.name) for task in TASKS),
    page("S4 change one field", "task", "open", field="location"),
    after("S4 a warning added", TO_OTHERS, lambda task: task.findChild(QAbstractButton, "add-sanction").click()),
    after("S4 task error", TO_OTHERS, _task_error),
    page("S4 closed", "record", "closed"),
    CLOSE,
    after("S4 close error", CLOSE, lambda close: close.save()),
    RIDDOR,
    after("S4 RIDDOR error", RIDDOR, _nothing_decided),
    page("S4 RIDDOR facts", "task", "off", task="riddor"),
    page("S4 warnings", "sanctions"),
    Screen("S9 F2508", _sheet("f2508")),
    Screen("S9 checklist", _sheet("checklist")),
    page("S9 police summary", "print", "off", kind="police"),
    page("S9 support card", "print", kind="card"),
    page("S9 summary", "print", "open"),
    page("S9 register", "print", kind="register"),
    LOG,
    after("S3 half", LOG, _half),
    after("S3 draft found", LOG, lambda log: log.desk.go("log")),
    after("S3 time that came twice", LOG, _twice),
    after("S3 error", LOG, _three_answers),
    after("S3 saved", LOG, _saved),
    WORK,
    after("S6 nothing found", WORK, lambda found: found._ask("all", "nothing like this")),
    after("S6 closed", WORK, lambda found: found._ask("closed", "")),
    after("S6 all again", WORK, lambda found: found._ask("all", "")),
    replace(after("S6 record", WORK, _work("record")), closes=_panel_closes),
    plan("S7 plan of a manager"),
    plan("S7 name a lead", lambda shown: shown.acts.open_name_lead(shown.plan)),
    Screen("S6 of a lead", _as_lead, page="worklist"),
    replace(after("S6 due date", WORK, _work("due")), closes=_panel_closes),
    plan("S7 plan"),
    plan("S7 record", lambda shown: _step(shown, "record", "S2-01")),
    plan("S7 record error", lambda shown: (_step(shown, "record", "S2-01"), shown.save())),  # type: ignore[arg-type]
    plan("S7 second offer", lambda shown: _step(shown, "record", "S3-02")),
    plan("S7 stage at once", lambda shown: shown.acts.open_stage(shown.plan, shown.plan.stages[0])),
    plan("S7 choices", lambda shown: shown.acts.open_choices(shown.plan)),
    plan("S7 note", lambda shown: shown.acts.open_note(shown.plan)),
    plan("S7 assign", lambda shown: _step(shown, "assign", "S2-01")),
    plan("S7 pass on", lambda shown: shown.acts.open_pass_on(shown.plan)),
    plan("S7 close", lambda shown: shown.acts.open_end(shown.plan)),
    plan("S7 close error", lambda shown: (shown.acts.open_end(shown.plan), shown.save())),  # type: ignore[arg-type]
    replace(plan("S7 closed", _closed_plan), closes=_opened_again),
    Screen("S4 of the trust lead", _as_trust_lead, page="record"),
    Screen("S10 of an auditor", _as_auditor, page="data"),
    page("S10 audit trail", "audit"),
    Screen("S2 of the manager again", _as_manager),
    page("S10 data", "data"),
    after("S10 checked", page("S10 data", "data"), lambda data: data.verify_button.click()),
    page("handbook", "handbook", topic="index"),
    Screen("S10 offline", joined_screens.offline, joined_screens.leaves_the_server, page="data"),
    Screen("S10 two versions", joined_screens.reviewed, joined_screens.leaves_the_server, page="review"),
    *SETTINGS.values(),
    after("S11 ward error", SETTINGS["ward"], _nothing_told),
    after("S11 contacts error", SETTINGS["contacts"], _half_a_contact),
    after("S11 people error", SETTINGS["people"], _nobody_named),
    after("S11 weak passphrase for somebody", SETTINGS["others"], _weak_words),
    after("S11 new recovery code", SETTINGS["recovery"], _new_code),
    page("S2 home again", "home"),
    Screen("S12 support", _support, _support_ends),
    Screen("lock warning", banner_screens.warned, banner_screens.calm),
    Screen("long wait", banner_screens.long_wait, banner_screens.calm),
    Screen("trouble", banner_screens.trouble, banner_screens.calm),
    Screen("loading", banner_screens.loading, banner_screens.loaded),
    Screen("reason asked", *dialog_screens.over(dialog_screens.reason)),
    Screen("reason missing", *dialog_screens.over(dialog_screens.reason_error)),
    Screen("name asked", *dialog_screens.over(dialog_screens.name)),
    Screen("passphrase asked", *dialog_screens.over(dialog_screens.passphrase)),
    Screen("passphrase missing", *dialog_screens.over(dialog_screens.passphrase_error)),
)
