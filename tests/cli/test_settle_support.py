"""`vpr conflicts` names the fields of a plan and its steps, and `vpr settle` takes those names."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.cli.test_codes import opened
from tests.cli.test_commands import Vpr, log, vpr
from tests.factories import PASSPHRASE
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import people, plan_care, sessions, support

__all__ = ["vpr"]  # the fixture
NAMES = ("A.lead", "A.S2-01.owner", "A.S2-01.due_at", "team.S4-01.owner")


def divided(vpr: Vpr, tmp_path: Path) -> str:  # noqa: F811
    """A report of which four things about support were set twice, each time over the same screen."""
    reference = log(vpr, tmp_path)
    ctx = opened(tmp_path)
    try:
        for one in ("p-one", "p-two"):
            people.add(ctx, one, one.upper(), "support_lead", PASSPHRASE)
        (incident,) = ctx.reader().find(Incident, reference=reference)
        held = ctx.reader().find(Plan, incident_id=incident.id)[0].id
        seen = support.plan(ctx, held)
        steps = {step.code: step.shown for step in seen.steps}
        plan_care.name_lead(ctx, held, "p-one", seen.lead_shown)
        people.disable(ctx, "p-one")  # so that another can be named here; elsewhere nobody knew of the first
        plan_care.name_lead(ctx, held, "p-two", seen.lead_shown)
        for month, owner in ((1, "p-two"), (2, "amanager")):
            plan_care.assign(ctx, held, "S2-01", owner, steps["S2-01"])
            plan_care.assign(ctx, held, "S4-01", owner, steps["S4-01"])
            due = datetime(2099, month, 1, 9, tzinfo=UTC)
            plan_care.set_due(ctx, held, "S2-01", due, "On leave.", steps["S2-01"])
    finally:
        sessions.lock(ctx)
    return reference


def test_what_conflicts_names_settle_takes(vpr: Vpr, tmp_path: Path) -> None:  # noqa: F811
    reference = divided(vpr, tmp_path)
    found = {one["name"]: one for one in vpr("conflicts")[1]}
    assert set(found) == set(NAMES)
    for name, wanted in zip(NAMES, ("p-two", "amanager", "2099-01-01T09:00:00+00:00", "p-two"), strict=True):
        versions = {version["value"]: version["op"] for version in found[name]["versions"]}
        assert wanted in versions
        code, told, err = vpr("settle", reference, name.lower(), "--choose", versions[wanted])
        assert (code, told) == (0, {"reference": reference, "field": name.lower()}), err
    assert vpr("conflicts")[:2] == (0, [])
    (row,) = [one for one in vpr("support", "list", "--person", "A")[1] if one["step"] == "S2-01"]
    assert (row["owner"], row["due"][:10]) == ("amanager", "2099-01-01")
    assert vpr("verify")[1]["ok"]


def test_what_settle_refuses_of_a_plan(vpr: Vpr, tmp_path: Path) -> None:  # noqa: F811
    reference = divided(vpr, tmp_path)
    found = {one["name"]: one for one in vpr("conflicts")[1]}
    for name, values, words, expected in (
        ("A.S2-01.owner", ("--value", "rnurse"), "Choose one of the versions", 4),
        ("A.S2-01.owner", ("--choose", found["A.lead"]["versions"][0]["op"]), "no such version", 3),
        ("B.lead", ("--value", "p-two"), "one version only", 3),
        ("A.S2-02.owner", ("--value", "p-two"), "one version only", 3),
        ("lead", ("--value", "p-two"), "one version only", 3),
    ):
        code, told, err = vpr("settle", reference, name, *values)
        assert (code, told) == (expected, None)
        assert words in err
    assert len(vpr("conflicts")[1]) == len(NAMES), "nothing was settled"
