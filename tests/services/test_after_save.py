"""What is added right after a save stands on what its writer said before, beside what somebody else wrote meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.factories import answers, name_person
from vpr_desktop.domain.errors import NotAllowed, ProblemsFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Person
from vpr_desktop.services import after_save, incidents
from vpr_desktop.services.after_save import Added
from vpr_desktop.services.context import Context
from vpr_desktop.services.new_incident import log

Become = Callable[[str], Context]


def test_what_was_said_since_is_all_that_is_added() -> None:
    earlier = Added("K.B.", told=True)
    assert Added("K.B.", told=True, told_by="N.N.").since(earlier) == Added(told=True, told_by="N.N.")
    assert Added().since(earlier) == Added(), "a field emptied since says nothing"
    assert Added("L.C.").over(earlier) == Added("L.C.", told=True)


def test_what_somebody_else_wrote_meanwhile_stays_beside_it(ctx: Context, as_role: Become) -> None:
    me = as_role("support_lead")
    made = log(me, answers(affected="ONE"))
    name_person(ctx, made.id, "A", "said-by-manager")
    after_save.add(ctx, made.id, "A", Added(told=True, told_by="M.M."))
    after_save.add(me, made.id, "A", Added("said-by-me", told=True, told_by="N.N."))
    (person,) = ctx.reader().find(Person)
    assert "person_key" in person.shown.clashes
    assert "told_by" in ctx.reader().get(Incident, made.id).shown.clashes
    after_save.add(me, made.id, "A", Added("said-anew"))
    (person,) = ctx.reader().find(Person)
    said = {
        op["set"]["person_key"] for op in ctx.reader().ops_of(person.id) if op["op"] in person.shown.heads["person_key"]
    }
    assert said == {"said-by-manager", "said-anew"}, "one's own word is replaced, nobody else's"


def test_a_number_that_is_none_writes_nothing(ctx: Context) -> None:
    made = log(ctx, answers(affected="MANY"))
    before = ctx.reader().ops_of(made.id)
    with pytest.raises(ProblemsFound):
        after_save.add(ctx, made.id, "A", Added("x", "some", told=True))
    assert ctx.reader().ops_of(made.id) == before


def test_i5_who_may_not_change_the_report_adds_nothing(ctx: Context, as_role: Become) -> None:
    made = log(as_role("reporter"), answers(affected="ME", reporter_mode="confidential"))
    with pytest.raises(NotAllowed):
        after_save.add(ctx, made.id, "A", Added("somebody"))
    with pytest.raises(NotAllowed):
        after_save.add(ctx, made.id, "A", Added(told=True, told_by="x"))
    incidents.withdraw(ctx, incidents.view(ctx, made.id), "Wrong")
    with pytest.raises(NotAllowed):
        after_save.add(as_role("reporter"), made.id, "A", Added("somebody"))
