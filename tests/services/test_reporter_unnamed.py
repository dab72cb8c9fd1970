"""Who reported in confidence stays a colleague, by every answer, and nobody learns by naming themselves."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from tests.factories import name_person
from tests.services.test_rights import AT, REASON, Become, make, pdf_text, texts
from vpr_desktop.domain.errors import ProblemsFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Person
from vpr_desktop.services import (
    exports,
    history,
    printing,
    views,
)
from vpr_desktop.services.context import Context
from vpr_desktop.services.incident_json import to_json
from vpr_desktop.services.listing import ListQuery


def test_a_confidential_reporter_is_a_colleague(ctx: Context, as_role: Become) -> None:
    case = make(ctx, as_role, "wm")
    with ctx.unit() as unit:
        record = ctx.reader().get(Incident, case.id)
        record.reporter_mode = "confidential"
        unit.save(record)
        person = ctx.reader().find(Person, parent_id=case.id)[0]
        person.person_key = "p-own"
        unit.save(person)
        unit.commit("amend", case.id)
    manager = as_role("ward_manager", "p-wm")
    seen = views.incident(manager, case.id)
    text = json.dumps(to_json(seen)) + json.dumps([asdict(c) for c in history.history(manager, case.id)], default=str)
    assert "p-own" not in text
    assert "P. Reporter" not in text
    assert seen.record.redacted["reported_by"] == "a colleague"
    assert views.incident(as_role("reporter", "p-own"), case.id).record.values["reported_by"] == "p-own"


@pytest.mark.parametrize("modes", [("anonymous",), (None,), ("confidential", "named"), ("named", "anonymous")])
def test_a_reporter_is_named_only_where_that_is_the_one_clear_answer(
    ctx: Context, as_role: Become, modes: tuple[str | None, ...]
) -> None:
    """Two answers that stand side by side, another than "with my name", or none: nobody is named."""
    case = make(ctx, as_role, "wm")
    manager = as_role("ward_manager", "p-wm")
    assert views.incident(manager, case.id).record.values["reported_by"] == "p-own"
    read = [ctx.reader().get(Incident, case.id) for _ in modes]
    for record, mode in zip(read, modes, strict=True):  # each from what stood before the other
        record.reporter_mode = mode
        with ctx.unit() as unit:
            unit.save(record, restate=("reporter_mode",))
            unit.commit("amend", case.id)
    seen = views.incident(manager, case.id)
    assert "p-own" not in json.dumps(to_json(seen))
    assert seen.record.redacted["reported_by"] == "a colleague"


EYES = ("ward_manager", "support_lead", "vpr_lead")


def test_in_confidence_no_answer_says_that_the_reporter_is_hurt(as_role: Become) -> None:
    """What others see of a report of one's own harm is, byte for byte, what they see of one about somebody else."""
    from tests.factories import answers
    from vpr_desktop.services.new_incident import log

    own = as_role("reporter", "p-own")
    told: dict[str, list[Any]] = {}
    made = {one: log(own, answers(affected=one, reporter_mode="confidential", occurred_at=AT)) for one in ("ME", "ONE")}
    for affected, logged in made.items():
        for role in EYES:
            me = as_role(role)
            seen = views.incident(me, logged.id)
            assert seen.record.values["affected"] == "ONE"
            assert seen.record.shown.values["affected"] == "ONE", "else a form would take it for a change"
            (person,) = seen.parts["people"]
            told.setdefault(affected, []).append((
                {k: v for k, v in seen.record.values.items() if k != "reference"}, seen.record.redacted,
                person.values | {"parent_id": None}, person.redacted, person.hidden,
                [(c.field, c.by, c.before, c.after) for c in history.history(me, logged.id) if c.field != "reference"],
                texts(lambda me=me, one=logged.id: pdf_text(printing.summary(me, one, "full", REASON))).count("Me"),
                exports.to_csv(me, ListQuery(), "full")[0].count("ME"),
            ))  # fmt: skip
        assert views.incident(own, logged.id).record.values["affected"] == affected
    for me_told, one_told in zip(told["ME"], told["ONE"], strict=True):
        for one, other in zip(me_told, one_told, strict=True):
            assert one == other


def test_a_change_beside_the_masked_answer_leaves_it_as_it_was(ctx: Context, as_role: Become) -> None:
    from tests.factories import answers
    from vpr_desktop.services import incidents
    from vpr_desktop.services.new_incident import log

    own, manager = as_role("reporter", "p-own"), as_role("ward_manager", "p-wm")
    made = log(own, answers(affected="ME", reporter_mode="confidential"), hold_seconds=0)
    seen = views.incident(manager, made.id)
    edit = incidents.Edit("incident", made.id, {"affected": seen.record.values["affected"], "effect": "TRE"})
    incidents.save(manager, seen, [edit], "seen on the ward")
    record = ctx.reader().get(Incident, made.id)
    assert (record.affected, record.effect) == ("ME", "TRE")
    incidents.withdraw(manager, incidents.view(manager, made.id), "logged twice")
    assert not views.incident(manager, made.id).late, "what is kept back is no change that came meanwhile"


def test_who_names_themselves_later_reads_nothing_that_others_wrote_of_that_person(
    ctx: Context, as_role: Become
) -> None:
    """The same name given at logging, or by somebody else, opens it."""
    from tests.factories import answers
    from vpr_desktop.services import incidents
    from vpr_desktop.services.new_incident import log

    own, manager = as_role("reporter", "p-own"), as_role("ward_manager", "p-wm")

    def harm(incident_id: str) -> None:
        seen = views.incident(manager, incident_id)
        edit = incidents.Edit("person", seen.parts["people"][0].id, {"physical_harm": "2", "psych_harm": "2"})
        incidents.save(manager, seen, [edit], "seen on the ward")

    def seen_by_reporter(incident_id: str) -> tuple[Any, Any, bool]:
        (person,) = views.incident(own, incident_id).parts["people"]
        return person.values.get("physical_harm"), person.values.get("psych_harm"), person.mine

    claimed = log(own, answers(affected="ONE"))
    harm(claimed.id)
    name_person(own, claimed.id, "A", "p-own")
    assert seen_by_reporter(claimed.id) == (None, None, False)
    with ctx.unit() as unit:
        (person,) = unit.find(Person, parent_id=claimed.id)
        person.person_key = None
        unit.save(person)
        unit.commit("amend")
    name_person(manager, claimed.id, "A", "p-own")
    assert seen_by_reporter(claimed.id) == ("2", "2", True)
    mine = log(own, answers(affected="ME"))
    harm(mine.id)
    assert seen_by_reporter(mine.id) == ("2", "2", True)
    early = log(own, answers(affected="ONE"))
    name_person(own, early.id, "A", "p-own")
    harm(early.id)
    assert seen_by_reporter(early.id) == (None, None, False), "also where others wrote of it afterwards"


def test_nobody_says_for_another_what_they_say_of_themselves(ctx: Context) -> None:
    from tests.factories import answers
    from vpr_desktop.services.new_incident import log

    with pytest.raises(ProblemsFound) as refused:
        log(ctx, answers(), parts={"people": [{"self_ethnicity": "A", "staff_name": "Somebody"}]})
    assert [p.field for p in refused.value.problems] == ["people[0].self_ethnicity"]
    made = log(ctx, answers(affected="ME"), parts={"people": [{"self_ethnicity": "A"}]})
    (person,) = ctx.reader().find(Person, parent_id=made.id)
    assert (person.person_key, person.self_ethnicity) == ("amanager", "A")
