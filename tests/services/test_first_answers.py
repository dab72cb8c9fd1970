"""Names and initials that do not fit their records are told, before anything is made; made ones always fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import FAST
from tests.factories import PASSPHRASE, first_run
from tests.fakes import FakeClock
from vpr_desktop.domain.errors import ProblemsFound
from vpr_desktop.services import people, sessions
from vpr_desktop.services.context import Context


@pytest.mark.parametrize(
    ("asked", "longest"), [("org_name", 120), ("ward_name", 80), ("site", 120), ("name", 120), ("initials", 6)]
)
def test_what_is_too_long_is_told_and_no_file_is_made(asked: str, longest: int, home: Path, clock: FakeClock) -> None:
    with pytest.raises(ProblemsFound, match=f"write at most {longest} characters. There are {longest + 1}") as told:
        sessions.first_run(home, replace(first_run(), **{asked: "a" * (longest + 1)}), clock, FAST)
    assert [problem.field for problem in told.value.problems] == [asked]
    assert not home.exists()


def test_somebody_with_many_names_sets_up_a_pc_and_adds_another(home: Path, clock: FakeClock) -> None:
    ctx, _ = sessions.first_run(home, replace(first_run(), name="Ana Maria de Souza", initials=""), clock, FAST)
    people.add(ctx, "jdoe", "Jo van der Doe", "reporter", PASSPHRASE)
    assert [row.initials for row in people.users(ctx)] == ["A.M.D.", "J.V.D."]
    sessions.lock(ctx)


@pytest.mark.parametrize(
    "add",
    [
        lambda ctx: people.add(ctx, "jdoe", "a" * 121, "reporter", PASSPHRASE),
        lambda ctx: people.add(ctx, "jdoe", "J. Doe", "reporter", PASSPHRASE, "J.V.D.D."),
        lambda ctx: sessions.add_ward(ctx, "OAK", "a" * 81),
    ],
    ids=["name", "initials", "ward"],
)
def test_a_person_or_a_ward_that_does_not_fit_is_told_and_not_added(
    add: Callable[[Context], None], ctx: Context
) -> None:
    with pytest.raises(ProblemsFound, match="write at most"):
        add(ctx)
    assert [row.user_id for row in people.users(ctx)] == [ctx.user.user_id]
    assert len(ctx.wards) == 1
