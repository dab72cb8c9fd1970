"""Papers from the command line: opened and read back, and refused to whom the window does not offer them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.test_codes import as_user
from tests.cli.test_commands import Vpr, log, vpr
from tests.pdfs import text_of

__all__ = ["as_user", "vpr"]  # the fixtures


def test_papers_of_the_ward_and_the_slip_are_made_and_refused_as_in_the_window(
    vpr: Vpr,  # noqa: F811
    tmp_path: Path,
    as_user: Callable[[str], None],  # noqa: F811
) -> None:
    reference = log(vpr, tmp_path)
    out = tmp_path / "paper.pdf"

    def said(*arguments: str) -> str:
        assert vpr(*arguments, "--out", str(out))[1]["pages"] == 1
        return " ".join(text_of(out.read_bytes()).split())

    code = vpr("show", reference)[1]["slip_code"]
    assert code[:5] in said("print", reference, "--sheet", "slip")
    assert "When did it happen?" in said("paper", "form")
    assert "Support is yours" in said("paper", "card")
    assert reference in said("paper", "handover")
    assert "YOU SAID, WE DID" in said("paper", "you-said").upper()
    as_user("reporter")
    assert vpr("print", reference, "--sheet", "slip", "--out", str(out))[0] in (3, 4)
    assert [vpr("paper", kind, "--out", str(out))[0] for kind in ("form", "card", "handover", "you-said")] == [
        0,
        0,
        4,
        4,
    ]
