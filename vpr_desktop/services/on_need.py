"""What the visibility table gives "on need": a reason opens it for an hour, and stands in the audit."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

from vpr_desktop.domain.errors import NotAllowed
from vpr_desktop.domain.visibility import Tie
from vpr_desktop.services.context import Context

MINUTES = 60
LEAST_REASON = 20


def open_now(ctx: Context) -> dict[str, str]:
    """The records this person may read on need now, each with the time that ends."""
    held = json.loads(ctx.reader().state(f"need:{ctx.user.user_id}") or b"{}")
    left = {one: datetime.fromisoformat(until) - ctx.now() for one, until in held.items()}
    return {one: held[one] for one, rest in left.items() if timedelta(0) < rest <= timedelta(minutes=MINUTES)}


def opened(ctx: Context, record_id: str, tie: Tie, reason: str) -> Tie:
    """How this person stands to a record once they said why they need it. Raises NotAllowed."""
    if len(reason.strip()) < LEAST_REASON:
        raise NotAllowed(f"Say in at least {LEAST_REASON} characters why you need to read this.")
    until = ctx.now() + timedelta(minutes=MINUTES)
    with ctx.unit() as unit:
        unit.put_state(f"need:{ctx.user.user_id}", json.dumps({**open_now(ctx), record_id: until.isoformat()}).encode())
        unit.note("read on need", record_id, reason)
        unit.commit("")
    return replace(tie, needed=True)
