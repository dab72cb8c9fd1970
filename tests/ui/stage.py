"""A ward with something on every screen, in the real window: what the accessibility tests walk over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.conftest import FAST
from tests.factories import PASSPHRASE, answers, first_run
from tests.fakes import FakeClock
from tests.window import make_window, settle, unlock
from vpr_desktop.domain.fields import FieldSpec
from vpr_desktop.domain.forms import ENTITIES, TASKS
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.quick_log import Option
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import closing, incidents, people, plan_care, recordings, riddor, sessions, slips, wards
from vpr_desktop.services.context import Context, Person
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.lockscreen import SupportContact
from vpr_desktop.services.new_incident import log
from vpr_desktop.services.recordings import Said
from vpr_desktop.ui.main_window import MainWindow
from vpr_desktop.ui.style import style_of

CANARY_NOTE = "Zanzibarnote"
CANARY_NAME = "Quillfeather"
CANARY_NHS = "9434765919"
FULL_HD_LESS_BARS = (1366, 704)
SMALLEST = (1024, 640)


class Stage:
    """Two windows: one over a new folder (first run), one over a ward with records."""

    def __init__(self, app: QApplication, folder: Path) -> None:
        self.app = app
        self.folder = folder
        self.clock = FakeClock()
        self.home = folder / "ward"
        self.size = FULL_HD_LESS_BARS
        self.ids: dict[str, str] = {}
        fill(self)
        self._fresh = 0
        self.fresh: MainWindow | None = None
        self.window = make_window(app, self.home, self.clock)

    def new_first_run(self) -> MainWindow:
        """A window over a folder that holds nothing yet."""
        self.end_first_run()
        self._fresh += 1
        self.fresh = make_window(self.app, self.folder / f"new-{self._fresh}", self.clock)
        self.fresh.resize(*self.size)
        return self.fresh

    def end_first_run(self) -> None:
        """Closes the window of the first run, and its file where one was made."""
        fresh, self.fresh = self.fresh, None
        if fresh is None:
            return
        fresh.lock()
        discard(fresh)

    def unlock(self, user_id: str = "amanager") -> None:
        unlock(self.window, user_id, PASSPHRASE)

    def lock(self) -> None:
        if self.window.shell is not None:
            self.window.lock()
        settle(self.window)

    def go(self, page: str, **arguments: Any) -> Any:
        """Opens a page and returns it, at rest."""
        self.window.go(page, **arguments)
        settle(self.window)
        return self.window.page()

    def look(self, theme: str = "light", percent: int = 100, size: tuple[int, int] = FULL_HD_LESS_BARS) -> None:
        """Theme, text size and window size for what follows."""
        look = style_of()
        if (look.theme, look.text_percent) != (theme, percent):
            look.theme = theme
            look.set_text_percent(percent)
        self.size = size
        self.window.resize(*size)
        settle(self.window)

    @staticmethod
    def activate(root: QWidget) -> None:
        """Makes a window the one that has the keys, as a person does by looking at it."""
        for _ in range(50):
            root.activateWindow()
            QApplication.processEvents()
            if root.isActiveWindow() and QApplication.focusWidget() is not None:
                return
        raise TimeoutError("the window did not become active")

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key, where focus is."""
        self.activate(self.window)
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused.window().windowHandle(), key, modifiers)

    def close(self) -> None:
        self.lock()
        self.end_first_run()
        discard(self.window)
        look = style_of()
        look.theme, look.high_contrast = "system", False
        look.set_text_percent(100)


def discard(window: MainWindow) -> None:
    """Ends a window of a test without ending the application."""
    settle(window)
    window.lane.stop()
    window.hide()
    window.deleteLater()


def fill(stage: Stage) -> None:
    """The ward's records: open, restricted, for several people, withdrawn, with a draft; each with a canary."""
    ctx, _ = sessions.first_run(stage.home, first_run(), stage.clock, FAST)
    people.add(ctx, "blead", "B. Lead", "support_lead", PASSPHRASE)
    people.add(ctx, "vtrust", "V. Trust", "vpr_lead", PASSPHRASE)
    people.add(ctx, "iaudit", "I. Audit", "auditor", PASSPHRASE)
    people.add(ctx, "cnurse", "C. Nurse", "reporter", PASSPHRASE)
    ctx = wards.save(
        ctx,
        replace(
            wards.settings(ctx),
            places=(Option("BAY", "Bay or bed space"), Option("COR", "Corridor"), Option("STN", "Nurses' station")),
            contacts=(
                SupportContact("OH", "Occupational health", "01632 960 101"),
                SupportContact("PEER", "Peer support", "01632 960 102"),
            ),
        ),
    )
    stage.clock.forward(days=2)
    common = {"description": f"{CANARY_NOTE}: hit on the arm while helping with a meal."}
    made = log(ctx, answers(**common), hold_seconds=0)
    stage.ids["open"] = made.id
    stage.clock.forward(hours=30)
    now = stage.clock.now()
    stage.ids["many"] = log(ctx, answers(affected="MANY", affected_count=2, occurred_at=now, **common)).id
    stage.ids["restricted"] = log(ctx, answers(act_types=["SEX"], occurred_at=now, **common)).id
    stage.ids["withdrawn"] = log(ctx, answers(occurred_at=now, **common)).id
    incidents.withdraw(ctx, incidents.view(ctx, stage.ids["withdrawn"]), "Entered twice.")
    stage.ids["conflict"] = log(ctx, answers(occurred_at=now, **common), hold_seconds=0).id
    _two_versions(ctx, stage.ids["conflict"])
    _finish(ctx, stage.ids["open"])
    nurse = replace(ctx, user=Person("cnurse", "C. Nurse", "C.N.", "reporter"))
    secret = log(nurse, answers(act_types=["SEX"], occurred_at=now, **common), hold_seconds=0)
    stage.ids["of somebody else"] = secret.id
    _finish_all(ctx, log(ctx, answers(effect="NON", occurred_at=now, **common), hold_seconds=0).id)
    _support(stage, ctx)
    _follow_up(stage, ctx)
    sessions.lock(ctx)


def _follow_up(stage: Stage, ctx: Context) -> None:
    """A nurse who is off work, and a report that was answered and closed."""
    day = stage.clock.now().date()
    people = [{"injuries": [{"injury": "BRU", "body_area": "ARM"}]}]
    off = log(ctx, answers(occurred_at=stage.clock.now()), parts={"people": people}, hold_seconds=0)
    stage.ids["off"] = off.id
    seen = incidents.view(ctx, off.id)
    person = seen.parts["people"][0].id
    before = {"absent_from": day + timedelta(days=1), "absent_to": day + timedelta(days=4), "absence_reason": "PHY"}
    later = {"absent_from": day + timedelta(days=7), "absence_reason": "PHY"}
    warning = {"level": "V", "issued_on": day, "issued_by": "A. Manager", "review_on": day, "expires_on": day}
    agreed = {"level": "A", "issued_on": day, "issued_by": "A. Manager", "review_on": day + timedelta(days=5)}
    incidents.save(ctx, seen, [Edit("sanction", None, values) for values in (warning, agreed)], "Agreed on the ward.")
    riddor.save_facts(ctx, seen, [Edit("spell", None, values, parent_id=person) for values in (before, later)])
    mild = answers(act_types=["VER"], effect="UPS", occurred_at=stage.clock.now())
    made = log(ctx, mild, hold_seconds=0)
    stage.ids["closed"], stage.ids["slip"] = made.id, made.slip_code
    told = "Visiting times are on the door and in the letter now."
    closing.close(ctx, made.id, closing.Answers({"reporter": told}, {"A": "A bank nurse who left."}))
    while slips.catch_up(ctx):
        pass
    stage.clock.forward(days=8)


def _two_versions(ctx: Context, incident_id: str) -> None:
    """Two people who changed the same answers, neither knowing of the other."""
    with ctx.unit() as unit:
        versions = [unit.get(Incident, incident_id) for _ in range(2)]
        for version, (effect, words) in zip(versions, (("UPS", "By the lift."), ("TRE", "At the doors.")), strict=True):
            version.effect, version.description = effect, f"{CANARY_NOTE}: {words}"
            unit.save(version)
        unit.commit("amend", incident_id)


def _support(stage: Stage, ctx: Context) -> None:
    """The plan of the open record: a lead, choices, a note with a canary, something declined and something done."""
    stage.ids["plan"] = held = ctx.reader().find(Plan, incident_id=stage.ids["open"])[0].id
    lead = replace(ctx, user=Person("blead", "B. Lead", "B.L.", "support_lead"))
    plan_care.take(lead, held)
    plan_care.choose(lead, held, {"contact_how": "Phone", "contact_when": "after 17:00", "wants": "Peer support"})
    recordings.record(lead, held, Said("S2-03", "DEC"))
    recordings.record(lead, held, Said("S1-04", "DON", channel="FTF"))
    recordings.record(ctx, held, Said("S1-01", "DON"))
    plan_care.assign(lead, held, "S2-01", "amanager")


def _finish(ctx: Context, incident_id: str) -> None:
    seen = incidents.view(ctx, incident_id)
    person = seen.parts["people"][0].id
    edits = [
        Edit("incident", incident_id, {"factors": ["C02"], "immediate_actions": ["DEE", "SEC"], "effect": "TRE"}),
        Edit("person", person, {"staff_name": CANARY_NAME, "physical_harm": "1"}),
        Edit("alleged", None, {"perp_name": CANARY_NAME, "nhs_number": CANARY_NHS}, parent_id=incident_id),
    ]  # fmt: skip
    incidents.save(ctx, seen, edits, "The nurse was seen in the emergency department.")


def _finish_all(ctx: Context, incident_id: str) -> None:
    """Answers everything that a task asks for, so that none is left."""
    seen = incidents.view(ctx, incident_id)
    ids = {"incident": incident_id, "person": seen.parts["people"][0].id}
    for entity, place in ids.items():
        asked = [name for task in TASKS for kind, name in task.key_fields if kind == entity]
        changed = {name: _some(fields_of(ENTITIES[entity])[name]) for name in asked}
        incidents.save(ctx, incidents.view(ctx, incident_id), [Edit(entity, place, changed)], "Looked into.")
    assert incidents.view(ctx, incident_id).tasks_left == 0


def _some(spec: FieldSpec) -> Any:
    """Some answer to a question."""
    codes = [code.code for code in spec.choices or ()]
    made: dict[str, Any] = {
        "text": "Pain round moved.",
        "flag": False,
        "code": codes[:1] and codes[0],
        "codes": codes[:1],
    }
    return made[spec.kind]
