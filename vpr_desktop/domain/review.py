"""When an incident asks for a review, and what a review has to say: lesson, action, and the check of its effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vpr_desktop.domain.derived import is_hate, is_serious

MODERATE = frozenset({"TRE", "SER"})
# What a review says before the incident can be closed, with the sentence for what is missing.
NEEDED = (
    ("review_what_happened", "Review: say what happened, looking back."),
    ("review_actions", "Review: say what you will change."),
    ("review_effect_on", "Review: set a day to check if the change works."),
)


def reasons_for_review(incident: Mapping[str, Any], people: Sequence[Mapping[str, Any]], earlier: int = 0) -> list[str]:
    """Why a review is asked for, in words; empty where it is not (domain F61).

    `earlier`: events with the same patient in the 90 days before, as far as they are known (F44).
    """
    acts = incident.get("act_types") or []
    repeat = incident.get("happened_before") == "Y" or earlier > 0
    tests = (
        ("somebody was hurt badly", _is_moderate(incident, people)),
        ("a weapon or another serious act", is_serious(incident, people)),
        ("a sexual act", any(act.startswith("SEX") for act in acts)),
        ("a hate incident", is_hate(acts, incident.get("motivation"))),
        ("it has happened before", repeat),
    )
    return [words for words, holds in tests if holds]


def _is_moderate(incident: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> bool:
    rated = [one["physical_harm"] for one in people if one.get("physical_harm")]
    by_rating = any(code in ("1", "2", "3") for code in rated)
    return by_rating if rated else incident.get("effect") in MODERATE


def missing_of_review(
    incident: Mapping[str, Any], people: Sequence[Mapping[str, Any]], earlier: int = 0
) -> list[tuple[str, str]]:
    """The fields a review still lacks, each with its sentence; nothing where no review is asked for."""
    if not reasons_for_review(incident, people, earlier):
        return []
    return [(name, words) for name, words in NEEDED if not incident.get(name)]
