"""The seven questions of the quick log: their final words, codes and order. Light to import, as the window needs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of the quick log: its code and the short words that fit its card."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """One of the seven questions, with the sentence that asks for a missing answer."""

    number: int
    field: str
    text: str
    options: tuple[Option, ...]
    missing: str
    hint: str = ""
    many: bool = False


def _options(*pairs: str) -> tuple[Option, ...]:
    return tuple(Option(*pair.split(" ", 1)) for pair in pairs)


WHEN_OPTIONS = _options("now Just now", "30m About 30 minutes ago", "1h About 1 hour ago", "typed Another time")
QUICK_LOG: tuple[Question, ...] = (
    Question(1, "occurred_at", "When did it happen?", WHEN_OPTIONS, "Choose when it happened."),
    Question(
        2, "location", "Where did it happen?",
        _options(
            "BAY Bay or bed space", "SID Side room", "COR Corridor", "STN Nurses' station", "DAY Day room",
            "BTH Bathroom or toilet", "REC Reception, entrance", "REM Phone or online", "UNK Not sure",
        ),
        "Choose where it happened, or choose Not sure.",
    ),
    Question(
        3, "act_types", "What happened?",
        _options(
            "PHY Physical contact", "THR Threat", "VER Verbal abuse", "SEX Sexual", "HAT Racist or other hate",
            "WEA Weapon or object", "DAM Damage to property", "ONL By phone or online", "OTH Something else",
        ),
        "Choose what happened, or choose Something else.", hint="Choose all that apply", many=True,
    ),
    Question(
        4, "affected", "Who was affected?",
        _options(
            "ME Me", "ONE One colleague", "MANY More than one of us", "ELSE Someone else", "PNTS Prefer not to say",
        ),
        "Choose who was affected, or choose Prefer not to say.",
    ),
    Question(
        5, "perp_relation", "Who did it?",
        _options(
            "PAT Patient", "REL Visitor or relative", "PUB Member of the public", "STA Member of staff",
            "UNK Not known", "PNTS Prefer not to say",
        ),
        "Choose who did it, or choose Not known.",
    ),
    Question(
        6, "effect", "Most serious effect so far",
        _options(
            "NON No harm", "UPS Upset or shaken", "MIN Minor injury", "TRE Needed treatment", "SER Serious injury",
            "NYK Not known yet",
        ),
        "Choose the most serious effect so far, or choose Not known yet.",
    ),
    Question(
        7, "support_offered", "Has support been offered?",
        _options("ACC Yes, taken up", "DEL Yes, not wanted for now", "NYT Not yet"),
        "Choose whether support has been offered, or choose Not yet.",
    ),
)  # fmt: skip
OWN_PLACES = 7  # places a ward may name itself; Phone or online and Not sure always follow
LAST_PLACES = _options("REM Phone or online", "UNK Not sure")
