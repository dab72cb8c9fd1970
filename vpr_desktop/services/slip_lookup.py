"""What happened with a report, by the code of its slip, while this PC is locked. Opens no file of records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vpr_desktop.domain.errors import NotFound, Problem, ProblemsFound
from vpr_desktop.domain.references import CROCKFORD, normal_slip_code
from vpr_desktop.storage import slips
from vpr_desktop.storage.keyslots import KdfPolicy

LENGTH = 10
NO_ANSWER = "There is no answer under this code on this PC yet. Check the code, or ask the ward manager."


@dataclass(frozen=True, slots=True)
class Answer:
    """All that a code shows: reference, state, and the last message with its day."""

    reference: str
    state: str
    message: str
    told_on: str


def look_up(home: Path, typed: str, now: datetime, policy: KdfPolicy | None = None) -> Answer:
    """The answer behind a code as somebody typed it. Raises ProblemsFound, NotFound; NotAllowed after 20 an hour."""
    code = normal_slip_code(typed)
    if len(code) != LENGTH or any(letter not in CROCKFORD for letter in code):
        raise ProblemsFound([Problem("code", "A slip code has 10 letters and digits, such as 7F3K2 9QX4M.")])
    said = slips.find(home, code, now, policy or KdfPolicy())
    if said is None:
        raise NotFound(NO_ANSWER)
    return Answer(*(str(said.get(name) or "") for name in ("reference", "state", "message", "told_on")))
