"""A case whose only support lead must not lead it, is away, or left: the plan says who can do what, and it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.factories import PASSPHRASE, logged
from tests.fakes import FakeClock
from tests.journeys.ward import WardPC
from tests.services.test_support import Become, plan_id, step
from vpr_desktop.services import people, plan_care, support
from vpr_desktop.services.context import Context, Person

Pc = Callable[..., WardPC]
NOBODY = "Nobody here can lead this case."


def case_of(pc: WardPC) -> str:
    """A case that the one support lead of the ward has taken, open on the manager's screen."""
    held = plan_id(pc.ctx, logged(pc.ctx).id)
    plan_care.take(as_lead(pc.ctx), held)
    show(pc, held)
    return held


def as_lead(ctx: Context) -> Context:
    return replace(ctx, user=Person("slead", "S. Lead", "S.L.", "support_lead"))


def show(pc: WardPC, held: str) -> None:
    pc.window.go("worklist")
    pc.settle()
    pc.window.go("plan", plan_id=held)
    pc.settle()


def test_the_only_lead_is_the_persons_manager(pc: Pc) -> None:
    ward = pc("slead", "vlead")
    ward.unlock("slead")
    held = plan_id(ward.ctx, logged(replace(ward.ctx, user=Person("amanager", "A", "A", "ward_manager"))).id)
    show(ward, held)
    ward.click("Take this case")
    assert "Nobody else here can lead this case." in ward.screen()
    ward.click("Pass on")
    panel = ward.page.acts.panel
    panel.why.set_value(["own_manager"])
    ward.press("Ctrl+Return")
    assert "Passed on, Person A" in ward.window.shell.status.words.text()  # type: ignore[union-attr]
    ward.switch("vlead")
    show(ward, held)
    assert "The ward manager names who leads a case, and the support lead passes it on." in ward.screen()
    assert not {"Name a support lead", "Pass on", "Take this case"} & ward.offered()
    ward.switch("amanager")
    show(ward, held)
    assert f"{NOBODY} Add a support lead under Settings, then name them here." in ward.screen()
    people.add(ward.ctx, "tlead", "T. Lead", "support_lead", PASSPHRASE)
    show(ward, held)
    assert NOBODY not in ward.screen()
    ward.click("Name a support lead")
    ward.page.acts.panel.to.set_code("tlead")
    ward.press("Ctrl+Return")
    assert "Support lead T. Lead" in ward.screen()


def test_the_only_lead_is_away_and_later_leaves(pc: Pc) -> None:
    ward = pc("slead")
    ward.unlock()
    held = case_of(ward)
    told = ward.screen()
    assert "Only S. Lead passes this case on, and nobody else here can lead it: add a support lead" in told
    assert "Name a support lead" not in ward.offered()
    plan_care.assign(ward.ctx, held, "S2-01", "amanager")  # what it says can be done until then
    assert step(support.plan(ward.ctx, held), "S2-01").owner == "amanager"
    people.add(ward.ctx, "tlead", "T. Lead", "support_lead", PASSPHRASE)
    show(ward, held)
    assert "Only S. Lead passes this case on. Until then you can record and assign its steps." in ward.screen()
    people.disable(ward.ctx, "slead")
    show(ward, held)
    assert "passes this case on" not in ward.screen()
    ward.click("Name a support lead")
    ward.page.acts.panel.to.set_code("tlead")
    ward.press("Ctrl+Return")
    assert "Support lead T. Lead" in ward.screen()


def test_whoever_may_not_name_a_lead_learns_nothing_of_who_the_person_is(
    ctx: Context, as_role: Become, clock: FakeClock
) -> None:
    """The one support lead of the ward reports in confidence, once of themselves and once of somebody else."""
    told = []
    for affected in ("ME", "ONE"):
        made = logged(as_role("support_lead", "p-lead"), affected=affected, reporter_mode="confidential")
        seen = support.plan(ctx, plan_id(ctx, made.id))
        assert not seen.may_name_lead
        told.append((seen.other_leads, seen.is_led, seen.self_care))
        clock.forward(minutes=5)
    assert told[0] == told[1] == (1, False, False)
