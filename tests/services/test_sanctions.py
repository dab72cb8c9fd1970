"""The register of warnings: states by date, who sees it, and what comes due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories import answers
from tests.fakes import FakeClock
from vpr_desktop.domain.errors import NotAllowed
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import home, incidents, sanctions, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.new_incident import log

Become = Callable[..., Context]
DAY = date(2026, 11, 22)


def warned(ctx: Context, acts: list[str] | None = None, **values: Any) -> str:
    made = log(ctx, answers(act_types=acts or ["PHY"], manager_may_see=bool(acts)))
    incidents.save(ctx, views.incident(ctx, made.id), [Edit("sanction", None, values)])
    return made.reference


def test_states_follow_the_dates_and_a_warning_lapses_by_itself(ctx: Context, clock: FakeClock) -> None:
    warned(ctx, level="V", issued_on=DAY, issued_by="A. Manager", expires_on=DAY + timedelta(days=9))
    warned(ctx, level="A", issued_on=DAY, issued_by="A. Manager", review_on=DAY + timedelta(days=3),
           capacity_considered_by="D. Doctor", appeal="Heard on 24-Nov")  # fmt: skip
    warned(ctx, level="Y", reason="Third time this month")
    warned(ctx, level="N")
    states = {one.level: one.state for one in sanctions.register(ctx)}
    assert states == {
        "Verbal warning": "In force", "Behaviour agreement": "In force", "Written warning": "Proposed",
    }  # fmt: skip
    assert [(one.text, one.due, one.overdue) for one in sanctions.dates(ctx)] == [
        ("Review a warning", DAY + timedelta(days=3), False), ("A warning ends", DAY + timedelta(days=9), False),
    ]  # fmt: skip
    clock.forward(days=9)
    states = {one.level: one.state for one in sanctions.register(ctx)}
    assert (states["Verbal warning"], states["Behaviour agreement"]) == ("In force", "Review due")
    clock.forward(days=1)
    states = {one.level: one.state for one in sanctions.register(ctx)}
    assert states["Verbal warning"] == "Lapsed"
    lines = [one for one in home.home(ctx).dates if one.text == "Review a warning"]
    assert [one.overdue for one in lines] == [True]


def test_capacity_and_appeal_stand_in_it_and_never_who_it_is_for(ctx: Context) -> None:
    warned(
        ctx, level="V", issued_on=DAY, issued_by="A. Manager", capacity_considered_by="D. Doctor", appeal="None made"
    )
    (one,) = sanctions.register(ctx)
    assert (one.capacity, one.appeal, one.issued_by) == ("D. Doctor", "None made", "A. Manager")


def test_who_reads_it(ctx: Context, as_role: Become) -> None:
    reference = warned(ctx, level="V", issued_on=DAY, issued_by="A. Manager")
    hidden = warned(ctx, acts=["SEX"], level="V", issued_on=DAY, issued_by="A. Manager")
    assert [one.reference for one in sanctions.register(as_role("vpr_lead"))] == [reference]
    assert {one.reference for one in sanctions.register(ctx)} == {reference, hidden}
    with ctx.unit() as unit:
        record = unit.get(Incident, incidents.find(ctx, hidden))
        record.manager_may_see = False
        unit.save(record)
        unit.commit("amend", record.id)
    assert {one.reference for one in sanctions.register(ctx)} == {reference}
    for role in ("reporter", "support_lead", "auditor", "device_admin"):
        with pytest.raises(NotAllowed):
            sanctions.register(as_role(role))
        assert sanctions.dates(as_role(role)) == []
