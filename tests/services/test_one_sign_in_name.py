"""Two entries of people under one sign-in name, as only another PC can write them: the lesser of both counts."""

from __future__ import annotations

import pytest

from vpr_desktop.domain.errors import NotAllowed
from vpr_desktop.domain.user import User
from vpr_desktop.services import sessions
from vpr_desktop.services.context import Context

WORKS = "amanager"


def twin(ctx: Context, role: str, *, active: bool = True) -> None:
    """A second entry of whoever works, stored as what came from elsewhere is."""
    with ctx.store.unit("rnurse", ctx.now()) as unit:
        entry = User(id=unit.new_id(), ward_id=ctx.ward_id, user_id=WORKS, name="B. Nurse", role=role, active=active)
        unit.save(entry)
        unit.commit("add user", WORKS)


@pytest.mark.parametrize(
    ("own", "other", "counts"),
    [
        ("ward_manager", "ward_manager", "ward_manager"), ("reporter", "vpr_lead", "reporter"),
        ("ward_manager", "vpr_lead", "reporter"), ("ward_manager", "reporter", "reporter"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", ["own", "other"])
def test_a_second_entry_gives_nobody_a_right(ctx: Context, own: str, other: str, counts: str, first: str) -> None:
    (entry,) = ctx.reader().find(User, user_id=WORKS)
    entry.role = own if first == "own" else other
    with ctx.unit() as unit:
        unit.save(entry)
        unit.commit("amend user", WORKS)
    twin(ctx, other if first == "own" else own)
    assert sessions.renewed(ctx).user.role == counts


def test_access_that_one_entry_ends_has_ended(ctx: Context) -> None:
    twin(ctx, "ward_manager", active=False)
    with pytest.raises(NotAllowed):
        sessions.renewed(ctx)
