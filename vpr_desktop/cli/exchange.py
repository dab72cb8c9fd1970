"""Commands between this PC and the endpoint: enrol, sync."""

from __future__ import annotations

from argparse import Namespace

from vpr_desktop import bootstrap
from vpr_desktop.cli.output import result, tell
from vpr_desktop.cli.session import signed_in
from vpr_desktop.services import enrolment, slips


def enrol(options: Namespace) -> None:
    """Joins this PC to an endpoint."""
    with signed_in(options) as ctx:
        made = bootstrap.enrol(ctx, options.url, "".join(options.code))
    lines = [f"Joined for {', '.join(made['wards'])}. The letter of this PC is {made['letter']}."]
    if made["state"] == "waiting":
        lines.append("An administrator has to accept this PC first.")
    result(options, made, [*lines, f"Both screens must show: {made['fingerprint']}"])


def sync(options: Namespace) -> int:
    """One cycle; exit code 6 where it did not come to its end."""
    with signed_in(options) as ctx:
        before = enrolment.this_pc(ctx).fingerprint
        if options.act:
            enrolment.order_new_key(ctx)
        got = bootstrap.sync(ctx)
        words = enrolment.this_pc(ctx).fingerprint
        while slips.catch_up(ctx):
            pass
    names = ("pushed", "pulled", "conflicts", "waiting", "needs_review", "last_success")
    document = {name: getattr(got, name) for name in names}
    lines = [f"{got.pushed} sent, {got.pulled} fetched. {got.waiting} wait, {got.needs_review} need a look."]
    if got.conflicts:
        lines.append(f"{got.conflicts} fields have two versions. See vpr conflicts.")
    if options.act:
        document |= {"fingerprint": words, "changed": words != before}
        lines += [f"This PC has a new key: {words}"] if words != before else ["The key changes once all is sent."]
    result(options, document, lines)
    if got.refused is not None:
        tell(str(got.refused))
        return got.refused.exit_code
    return 0
