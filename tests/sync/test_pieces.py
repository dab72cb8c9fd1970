"""How much goes in one request, by table."""

from __future__ import annotations

import pytest

from vpr_desktop.sync import pieces
from vpr_desktop.sync.events import Job, Sized

BATCH = Sized(7, 4)
CUTS: dict[str, tuple[Job, int, bool, tuple[Job, ...]]] = {
    "all of it": (Job((BATCH, Sized(8, 1))), 5, False, (Job((BATCH, Sized(8, 1))),)),
    "batches apart": (Job((BATCH, Sized(8, 1))), 4, False, (Job((BATCH,)), Job((Sized(8, 1),)))),
    "small ones together": (
        Job((Sized(1, 1), Sized(2, 1), Sized(3, 1))), 2, True, (Job((Sized(1, 1), Sized(2, 1))), Job((Sized(3, 1),)))),
    "by lines": (Job((BATCH,)), 3, False, (Job((BATCH,), (0, 3)), Job((BATCH,), (3, 4)))),
    "by lines, and then it was offered": (
        Job((BATCH, Sized(8, 1))), 2, True,
        (Job((BATCH,), (0, 2)), Job((BATCH,), (2, 4)), Job((BATCH,), (0, 0)), Job((Sized(8, 1),)))),
}  # fmt: skip


@pytest.mark.parametrize("case", CUTS)
def test_how_much_goes_in_one_request(case: str) -> None:
    job, most, offering, made = CUTS[case]
    assert pieces.cut(job, most, offering) == made
