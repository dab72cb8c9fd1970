"""Commands that end the work on an incident: close and reopen."""

from __future__ import annotations

from argparse import Namespace

from vpr_desktop.cli.output import result
from vpr_desktop.cli.session import signed_in
from vpr_desktop.domain.errors import Problem, ProblemsFound
from vpr_desktop.services import closing, incidents, slips
from vpr_desktop.services.closing import Answers
from vpr_desktop.services.context import Context


def close(options: Namespace) -> None:
    """Closes an incident under the feedback rule; exit 3 lists what is missing."""
    messages, waived = _by_key("--message-to", options.message_to), _by_key("--waive-plan", options.waive_plan)
    if options.message_to_reporter:
        messages[closing.REPORTER] = options.message_to_reporter
    with signed_in(options) as ctx:
        incident_id = incidents.find(ctx, options.reference)
        found = closing.standing(ctx, incident_id)
        nobody = {one.key: options.waive_feedback for one in found.targets if one.key not in messages}
        _refuse_unknown(found, messages, waived)
        closing.close(ctx, incident_id, Answers(messages, nobody, waived))
        _tell_lock_screen(ctx)
    result(options, {"reference": found.seen.reference, "status": "closed"}, [f"{found.seen.reference} is closed."])


def _by_key(option: str, texts: list[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        key, is_set, said = text.partition("=")
        if not is_set:
            raise ProblemsFound([Problem(option, f"Write it as KEY=TEXT, not {key[:40]}.")])
        key = key.strip()
        found[key.upper() if len(key) == 1 else key.lower()] = said
    return found


def _refuse_unknown(found: closing.Standing, messages: dict[str, str], waived: dict[str, str]) -> None:
    """A message to a person who is not in it would be lost without a word."""
    known = {one.key for one in found.targets} | {letter for one in found.targets for letter in one.also}
    people = found.seen.parts.get("people", [])
    plans = {closing.key_of(one, people) for one in people} | {closing.TEAM}
    wrong = [("--message-to", key) for key in messages if key not in known]
    wrong += [("--waive-plan", key) for key in waived if key not in plans]
    if wrong:
        raise ProblemsFound([Problem(option, f"There is no {key} in this incident.") for option, key in wrong])
    for one in found.targets:  # a person who is the reporter too is told as the reporter
        for letter in one.also:
            if letter in messages:
                messages.setdefault(one.key, messages.pop(letter))


def _tell_lock_screen(ctx: Context) -> None:
    while slips.catch_up(ctx):
        pass


def reopen(options: Namespace) -> None:
    """Opens a closed incident again, with a reason."""
    with signed_in(options) as ctx:
        incident_id = incidents.find(ctx, options.reference)
        closing.reopen(ctx, incident_id, options.reason)
        reference = incidents.view(ctx, incident_id).reference
        _tell_lock_screen(ctx)
    result(options, {"reference": reference, "status": "in_review"}, [f"{reference} is open again."])
