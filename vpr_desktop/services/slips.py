"""What a slip code opens at the lock screen, kept up to date: reference, state and last message of one report."""

from __future__ import annotations

from typing import Any

from vpr_desktop.domain.choices import STATUS
from vpr_desktop.domain.errors import NotFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.response import Feedback
from vpr_desktop.domain.when import show_day
from vpr_desktop.services.context import Context
from vpr_desktop.storage import slips
from vpr_desktop.storage.unit import Reader

AT_ONCE = 1  # entries a job: each costs one slow key, and a person who clicks meanwhile waits for it


def catch_up(ctx: Context, most: int = AT_ONCE) -> int:
    """Writes some of the entries that wait. Returns how many still do. Never more than what the reporter was told."""
    if not (ctx.home / slips.FOLDER).exists():
        _begin(ctx)
    reader = ctx.reader()
    ids = slips.waiting(ctx.store.db, most)
    if not ids:
        return 0
    for incident_id in ids:
        _write(ctx, reader, incident_id)
    with ctx.unit() as unit:
        left = slips.written(unit.db, ids)
        unit.commit("")
    return left


def _begin(ctx: Context) -> None:
    """A PC without the folder, as after a restore on a new disk, writes every entry that there was."""
    with ctx.unit() as unit:
        slips.mark_all(unit.db)
        unit.commit("")
    (ctx.home / slips.FOLDER).mkdir(parents=True, exist_ok=True)


def forget(ctx: Context) -> None:
    """Lets every entry that waits go unwritten, as for made-up history; the folder then counts as begun."""
    (ctx.home / slips.FOLDER).mkdir(parents=True, exist_ok=True)
    with ctx.unit() as unit:
        while ids := slips.waiting(unit.db, 1000):
            slips.written(unit.db, ids)
        unit.commit("")


def _write(ctx: Context, reader: Reader, incident_id: str) -> None:
    try:
        record = reader.get(Incident, incident_id)
    except NotFound:
        return
    if not record.slip_code:
        return
    said = _said(ctx, reader, record)
    if said is None:
        slips.drop(ctx.home, record.ward_id, record.slip_code, ctx.secrets.policy)
    else:
        slips.put(ctx.home, record.ward_id, record.slip_code, said, ctx.secrets.policy)


def _said(ctx: Context, reader: Reader, record: Incident) -> dict[str, Any] | None:
    """What is told, or None while nothing was answered. "Tell me what happened" never tells what happened."""
    rows = [one for one in reader.parts(Feedback, record.id) if one.to == "reporter" and one.message]
    if not rows and record.status != "closed":
        return None
    last = max(rows, key=lambda one: (one.given_at is not None, one.given_at or ctx.now()), default=None)
    zone = ctx.wards[record.ward_id].zone
    return {
        "reference": record.reference or "",
        "state": STATUS.label(record.status or "logged"),
        "message": last.message if last is not None else "",
        "told_on": show_day(last.given_at.astimezone(zone).date()) if last is not None and last.given_at else "",
    }
