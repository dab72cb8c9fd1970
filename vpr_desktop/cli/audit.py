"""The command that reads the audit trail."""

from __future__ import annotations

from argparse import Namespace

from vpr_desktop.cli import given
from vpr_desktop.cli.output import result, table, tell
from vpr_desktop.cli.session import signed_in
from vpr_desktop.domain.when import show
from vpr_desktop.services import audit_trail


def list_(options: Namespace) -> None:
    """Who did what and when, the latest first."""
    since, until = given.day("since", options.since), given.day("until", options.until)
    most = max(1, options.limit)
    with signed_in(options) as ctx:
        found = audit_trail.page(ctx, options.text, since, until, most + 1)
        zone = ctx.ward.zone
    if len(found) > most:
        found.pop()
        tell(f"There are more than {len(found)}. Use --limit or a filter.")
    document = [
        {"n": e.n, "at": e.at.isoformat(), "user": e.user_id, "name": e.by, "device": e.device, "act": e.act,
         "record": e.record, "hash": e.hash}
        for e in found
    ]  # fmt: skip
    lines = table(("when", "who", "what", "record"), [(show(e.at, zone), e.by, e.act, e.record) for e in found])
    result(options, document, lines if found else ["Nothing here."])
