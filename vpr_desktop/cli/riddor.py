"""Commands about RIDDOR: what waits for somebody, and what a named person decided. Nothing is ever sent."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from vpr_desktop.cli import given
from vpr_desktop.cli.output import result, table
from vpr_desktop.cli.session import signed_in
from vpr_desktop.services import incidents, riddor
from vpr_desktop.services.riddor import Decision, Due


def list_(options: Namespace) -> None:
    """The dates of RIDDOR that wait on this PC's wards, the earliest first."""
    with signed_in(options) as ctx:
        ctx.require("support")
        document = [_document(one) for one in riddor.due(ctx) if one.overdue or not options.overdue]
    head = ("reference", "person", "text", "due")
    lines = table(head, [tuple(one[name] for name in head) for one in document])
    result(options, document, lines if document else ["No RIDDOR date waits."])


def _document(one: Due) -> dict[str, Any]:
    return {
        "reference": one.reference, "person": one.label.removeprefix("Person "), "text": one.text,
        "due": one.due.isoformat(), "overdue": one.overdue, "rule": one.rule,
    }  # fmt: skip


def decide(options: Namespace) -> None:
    """Notes what a named person in health and safety decided about one person affected."""
    with signed_in(options) as ctx:
        seen, cases = riddor.find(ctx, incidents.find(ctx, options.reference))
        people = {case.label.removeprefix("Person "): case for case in cases}
        case = given.person(people, options.person, "nobody that your role decides about")
        sent = given.moment("sent_at", options.sent_at)
        decision = Decision(options.status.upper(), options.by, options.reason, sent, options.sent_reference)
        riddor.decide(ctx, seen, case.person.id, decision)
    letter = case.label.removeprefix("Person ")
    document = {"reference": seen.reference, "person": letter, "status": decision.status}
    result(options, document, [f"{seen.reference}, {case.label}: {decision.status}, decided by {options.by}."])
