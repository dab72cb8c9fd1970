"""The type of a code list, and the short lists; the long ones stand in files of their own by subject.

Codes are never renamed, reused or removed: they get a "valid until". Labels may change.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

DATASET_VERSION = "2026-11"


@dataclass(frozen=True, slots=True)
class Code:
    """One answer of a list; `until` is the last day on which it could be chosen."""

    code: str
    label: str
    until: date | None = None
    group: str = ""


@dataclass(frozen=True)
class CodeList:
    """A versioned list of answers. `official` is true only for words taken from a published list as they are."""

    name: str
    title: str
    codes: tuple[Code, ...]
    version: str = DATASET_VERSION
    source: str = "VPR Desktop"
    official: bool = False
    _by_code: dict[str, Code] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {code.code: code for code in self.codes})

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def label(self, code: str) -> str:
        """The words of a code; a code that this version does not know is shown as it is, and named so."""
        known = self._by_code.get(code)
        return known.label if known else f"{code} (from a newer version)"

    def order(self, code: str) -> int:
        """Where a code stands in its list; unknown ones last."""
        return next((i for i, one in enumerate(self.codes) if one.code == code), len(self.codes))

    def valid(self, on: date) -> tuple[Code, ...]:
        """The answers that can be chosen on a day."""
        return tuple(code for code in self.codes if code.until is None or on <= code.until)

    def nearest(self, wire: object) -> str:
        """A sentence that names the answer somebody may have meant, or the first few."""
        text = str(wire)
        labels = {code.label.lower(): code for code in self.codes}
        close = difflib.get_close_matches(text.upper(), self._by_code, 1, 0.5)
        named = difflib.get_close_matches(text.lower(), labels, 1, 0.5)
        if close or named:
            code = self._by_code[close[0]] if close else labels[named[0]]
            return f"Nearest: {code.code} {code.label}."
        first = ", ".join(f"{code.code} {code.label}" for code in self.codes[:4])
        return f"The list begins: {first}."


def listed(name: str, title: str, text: str, **more: object) -> CodeList:
    """A list from lines of `CODE Label`."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    codes = tuple(Code(code, label.strip()) for code, label in (line.split(" ", 1) for line in lines))
    return CodeList(name, title, codes, **more)  # type: ignore[arg-type]


STATUS = listed("STATUS", "Status", "logged Open\nin_review In review\nclosed Closed\nwithdrawn Withdrawn")
YNU = listed("YNU", "Yes, no or not known", "Y Yes\nN No\nNK Not known")
YNLU = listed("YNLU", "Yes, likely, no or not known", "Y Yes\nL Likely\nN No\nU Not known")
TIME_KNOWN = listed("TIME_KNOWN", "How exact the time is", "exact Exact\napprox About\nunknown Not known")
SHIFT = listed(
    "SHIFT",
    "Shift",
    "1 Day\n2 Night\n3 Morning handover\n4 Evening handover\n5 None of these\n6 Not known",
    source="LFPSE",
)
RMODE = CodeList(
    "RMODE",
    "How it is reported",
    (
        Code("named", "With my name"),
        Code("confidential", "In confidence"),
        # Who signed in is known to the file, so nothing here is without a name; older records keep the answer.
        Code("anonymous", "Without a name", until=date(2026, 10, 31)),
    ),
)
RREL = listed(
    "RREL",
    "How the reporter knows",
    """affected I was affected
    witness I saw it
    told I was told by someone else
    manager I am the manager
    security I am from security
    union I report for a member""",
)
OUT = listed(
    "OUT",
    "What came of it",
    "ACT Harmful act happened\nATT Attempt, no contact\nNEAR Near miss, stopped in time\nDMG Property only",
)
SERV = listed(
    "SERV",
    "Type of service",
    """ACU Acute
    MHS Mental health
    COM Community
    AMB Ambulance
    PRI Primary care
    LDA Learning disability and autism
    MAT Maternity
    CHI Children
    OTH Other
    NK Not known""",
)
