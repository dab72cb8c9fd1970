"""What another PC wrote is shown whatever it is: erased, sealed, of a later version or of a wrong kind.

An op that is erased takes all it said with it, the status of its report too: a report that then does not open is
lost with every later answer in it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.domain.test_heads_rule import arrive
from tests.factories import logged
from tests.sealing import Device
from tests.storage.test_erasing import eraser
from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.forms import ENTITIES, PARTS
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.record import fields_of
from vpr_desktop.services import (
    closing,
    conflicts,
    exports,
    history,
    home,
    incident_json,
    listing,
    printing,
    riddor,
    sending,
    support,
    support_cases,
    two_versions,
    views,
    worklist,
)
from vpr_desktop.services.context import Context
from vpr_desktop.services.listing import ListQuery

ODD: dict[str, Any] = {
    "erased": {"erased": True}, "sealed": {"sealed": "AAAA"}, "a list": ["x", "y"], "a list of odd": [1, {}],
    "a number": 5, "a large number": 2**53 - 1, "a negative number": -1, "yes": True, "no": False,
    "other words": "ZZZ", "no words": "", "the first day": "0001-01-01", "the first moment": "0001-01-01T00:00:00Z",
    "the last moment": "9999-12-31T23:59:59Z", "no day": "2026-02-30",
}  # fmt: skip
KEPT = {"parent_id", "incident_id", "plan_id", "person_id"}  # what a record belongs to


def read_all(ctx: Context, incident_id: str) -> None:
    """All that shows a report or counts it."""
    seen = views.incident(ctx, incident_id)
    history.history(ctx, incident_id)
    closing.standing(ctx, incident_id)
    conflicts.review(ctx, incident_id)
    conflicts.standing(ctx, seen)
    two_versions.records(ctx, seen)
    riddor.cases(ctx, seen)
    riddor.due(ctx)
    incident_json.to_plain(incident_json.to_json(seen))
    for copy in ("redacted", "anonymous"):
        if f"print_{copy}" in seen.actions:
            printing.summary(ctx, incident_id, copy)
            exports.to_csv(ctx, ListQuery(), copy)
    if "print_full" in seen.actions:
        printing.summary(ctx, incident_id, "full", "Asked for in writing by IG")
    support.plans_of(ctx, incident_id)
    support_cases.plans_of(ctx, incident_id)
    listing.page(ctx, ListQuery())
    sending.status(ctx)
    home.home(ctx)
    if ctx.can("support"):
        worklist.page(ctx)


def one_of_each(ctx: Context, pc: Device, incident_id: str) -> tuple[dict[str, str], int]:
    """A record of every kind that belongs to a report, by entity, and the number reached."""
    (person,) = views.incident(ctx, incident_id).parts["people"][:1]
    (plan,) = support.plan_ids(ctx, incident_id)[:1]
    ids = {"incident": incident_id, "person": person.id, "plan": plan}
    ops = []
    parents = {entity.__table__.name: ids[of] for of, parts in PARTS.items() for _, entity in parts}  # type: ignore[attr-defined]
    for name, parent in {**parents, "step_entry": plan, "step_care": plan, "plan_note": plan}.items():
        if name not in ids:
            ops.append(pc.op(st=ctx.ward_id, et=name, ei=pc.new_id(), set={"parent_id": parent}))
            ids[name] = ops[-1]["ei"]
    return ids, arrive(ctx, pc, ops)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("beside", [False, True], ids=["instead", "beside"])
@pytest.mark.parametrize("parts", [False, True], ids=["the report", "its parts"])
def test_a_report_with_odd_values_is_read(
    ctx: Context, as_role: Callable[..., Context], odd: str, beside: bool, parts: bool
) -> None:
    made, pc = logged(ctx), Device()
    ids, last = one_of_each(ctx, pc, made.id)
    ops = []
    for entity in [name for name in ids if (name == "incident") is not parts]:
        fields = [name for name in fields_of(ENTITIES[entity]) if name not in KEPT]
        heads = ctx.reader().get(ENTITIES[entity], ids[entity]).shown.heads
        base = {} if beside else {name: list(heads[name]) for name in fields if name in heads}
        said = dict.fromkeys(fields, ODD[odd])
        ops.append(pc.op(st=ctx.ward_id, et=entity, ei=ids[entity], set=said, base=base))
    arrive(ctx, pc, ops, last)
    read_all(ctx, made.id)
    for role in ("support_lead", "vpr_lead", "reporter"):
        with suppress(NotAllowed, NotFound):
            read_all(as_role(role), made.id)


def test_an_erased_report_opens_says_so_and_can_be_closed_again(ctx: Context) -> None:
    made, pc = logged(ctx, description="Zebrafinch"), Device()
    (first,) = [op for op in ctx.reader().ops_of(made.id) if "description" in op["set"]]
    arrive(ctx, pc, [eraser(pc, first)])
    seen = views.incident(ctx, made.id)
    assert seen.record.odd["description"] == seen.record.odd["status"] == "Erased"
    assert seen.record.values["status"] is None
    assert seen.reference == "Erased"
    assert printing.what_words(seen, "redacted") == "Erased"
    assert (seen.status, "close" in seen.actions) == ("logged", True)
    with ctx.unit() as unit:
        record = unit.get(Incident, made.id)
        record.location_detail = "By the lift"
        unit.save(record)
        unit.commit("amend", made.id)
    again = views.incident(ctx, made.id)
    assert again.record.values["location_detail"] == "By the lift"
    assert again.record.odd["description"] == "Erased", "a save of something else wrote over what was erased"


@pytest.mark.parametrize("odd", [{"erased": True}, "yes", 1, ["x"]], ids=str)
def test_a_report_stays_restricted_where_that_is_not_to_be_read(
    ctx: Context, as_role: Callable[..., Context], odd: Any
) -> None:
    """Neither view nor list tells more of it than of one that is restricted."""
    made, pc = logged(ctx, act_types=["SEX01"]), Device()
    held = ctx.reader().get(Incident, made.id).shown
    said = {"restricted": odd, "manager_may_see": odd}
    base = {name: list(held.heads[name]) for name in said if name in held.heads}
    arrive(ctx, pc, [pc.op(st=ctx.ward_id, ei=made.id, set=said, base=base)])
    other = as_role("vpr_lead")
    with suppress(NotAllowed, NotFound):
        assert views.incident(other, made.id).sight != "full"
    (row,) = [one for one in listing.page(as_role("reporter", "somebody"), ListQuery()) if one.id == made.id] or [None]
    assert row is None or row.restricted


def test_a_code_of_a_later_list_leaves_the_export_whole(ctx: Context) -> None:
    made, pc = logged(ctx), Device()
    heads = ctx.reader().get(Incident, made.id).shown.heads["location"]
    arrive(ctx, pc, [pc.op(st=ctx.ward_id, ei=made.id, set={"location": "ZZZ"}, base={"location": heads})])
    assert "ZZZ" in exports.to_csv(ctx, ListQuery(), "redacted")[0]
