"""A support template: stages and steps as a versioned data file gives them. Reads plain values, no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vpr_desktop.domain.choices_response import OUTCOME

SETS = ("witness", "light", "standard", "full")
NEEDS = (
    "exposure", "police", "sexual", "force_or_serious", "riddor", "serious", "witness", "declined_before", "time_off",
)  # fmt: skip
OWNERS = ("NIC", "WM", "SL", "VL", "HR", "HS", "PER")
DUE_KINDS = ("minutes", "hours", "days", "shift_end")


class BadTemplate(Exception):
    """A template file that cannot be used, with a sentence that says what to put right."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is done, by which role, until when, with which outcomes, for which plans.

    `needs` names the condition under which it stands in every set but light. A `team` step is about the ward
    and stands once per incident. `opens_hours` is the elapsed time before which it shall not be done. `title` is
    the text in a few words, for lists; where a template gives none it is the text.
    """

    code: str
    text: str
    who: tuple[str, ...]
    due_kind: str
    due_amount: int
    outcomes: tuple[str, ...]
    sets: frozenset[str]
    basis: str
    team: bool = False
    needs: str | None = None
    opens_hours: int | None = None
    title: str = ""

    @property
    def stage(self) -> str:
        """The stage it belongs to: S2 of S2-01."""
        return self.code.split("-")[0]

    @property
    def is_offer(self) -> bool:
        """Whether the person can decline it in the first day, so that it is offered once more later."""
        return self.stage in ("S0", "S1", "S2") and "DEC" in self.outcomes


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a plan; the steps of a stage that is ticked `together` are saved in one panel."""

    code: str
    heading: str
    about: str
    together: bool


@dataclass(frozen=True, slots=True)
class Template:
    """A whole template. `official` is true only for the published words of the body that owns it."""

    id: str
    version: str
    source: str
    official: bool
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]

    def step(self, code: str) -> Step | None:
        """The step of a code, or None where this version has none."""
        return next((step for step in self.steps if step.code == code), None)


def read(document: Mapping[str, Any]) -> Template:
    """A template from the values of its file. Raises BadTemplate with the first thing that does not hold."""
    stages = tuple(_stage(entry) for entry in _list(document, "stages"))
    steps = tuple(_step(entry) for entry in _list(document, "steps"))
    codes = [step.code for step in steps]
    doubled = next((code for code in codes if codes.count(code) > 1), None)
    if doubled:
        raise BadTemplate(f"Step {doubled} stands twice.")
    known = {stage.code for stage in stages}
    lost = next((step.code for step in steps if step.stage not in known), None)
    if lost:
        raise BadTemplate(f"Step {lost} belongs to a stage that is not listed.")
    official = document.get("official") is True
    name, version, source = (_text(document, key) for key in ("template_id", "version", "source"))
    return Template(name, version, source, official, stages, steps)


def _list(document: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    held = document.get(key)
    if not isinstance(held, list) or not held or not all(isinstance(one, dict) for one in held):
        raise BadTemplate(f"The template needs a list of {key}.")
    return held


def _text(document: Mapping[str, Any], key: str) -> str:
    held = document.get(key)
    if not isinstance(held, str) or not held.strip():
        raise BadTemplate(f"The template needs {key.replace('_', ' ')}.")
    return held.strip()


def _stage(entry: Mapping[str, Any]) -> Stage:
    about = entry.get("about")
    return Stage(
        _text(entry, "code"),
        _text(entry, "heading"),
        about if isinstance(about, str) else "",
        entry.get("together") is True,
    )


def _step(entry: Mapping[str, Any]) -> Step:
    code = _text(entry, "code")
    kind, amount = _due(code, entry.get("due"))
    opens = entry.get("opens_hours")
    needs = entry.get("needs")
    if needs is not None and needs not in NEEDS:
        raise BadTemplate(f"Step {code}: there is no condition {needs}.")
    outcomes = _codes(code, entry, "outcomes", [one.code for one in OUTCOME if one.code != "ADD"])
    return Step(
        code,
        _text(entry, "text"),
        _codes(code, entry, "who", OWNERS),
        kind,
        amount,
        outcomes,
        frozenset(_codes(code, entry, "sets", SETS)),
        _text(entry, "basis"),
        entry.get("team") is True,
        needs,
        opens if type(opens) is int and opens > 0 else None,
        _text(entry, "title") if "title" in entry else _text(entry, "text"),
    )


def _due(code: str, held: object) -> tuple[str, int]:
    if not isinstance(held, dict) or len(held) != 1:
        raise BadTemplate(f"Step {code}: give one due time.")
    ((kind, amount),) = held.items()
    if kind not in DUE_KINDS or (kind == "shift_end") != (amount is True) or amount is False:
        raise BadTemplate(f"Step {code}: give minutes, hours, days or the end of the shift.")
    if kind == "shift_end":
        return kind, 0
    if type(amount) is not int or amount <= 0:
        raise BadTemplate(f"Step {code}: give a due time of at least 1.")
    return str(kind), amount


def _codes(code: str, entry: Mapping[str, Any], key: str, known: Sequence[str]) -> tuple[str, ...]:
    held = entry.get(key)
    if not isinstance(held, list) or not held or not all(one in known for one in held):
        raise BadTemplate(f"Step {code}: {key} has something that is not on the list {', '.join(known)}.")
    return tuple(held)
