"""What a slip code opens at the lock screen, kept up to date: reference, state and last message of one report."""

from __future__ import annotations

from typing import Any

from vpr_desktop.domain.choices import STATUS
from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.errors import NotFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.response import Feedback
from vpr_desktop.services.context import Context
from vpr_desktop.storage import slips
from vpr_desktop.storage.unit import Reader

NAMED = "slip-entry:"  # the state that keeps under which name an incident's entry lies
AT_ONCE = 1  # entries a job: each costs one slow key, and a person who clicks meanwhile waits for it


def catch_up(ctx: Context, most: int = AT_ONCE) -> int:
    """Writes some of the entries that wait. Returns how many still do. Never more than what the reporter was told."""
    if not (ctx.home / slips.FOLDER / slips.BEGUN).exists():
        _begin(ctx)
    reader = ctx.reader()
    ids = slips.waiting(ctx.store.db, most)
    if not ids:
        return 0
    names = {incident_id: _write(ctx, reader, incident_id) for incident_id in ids}
    with ctx.unit() as unit:
        for incident_id, name in names.items():
            unit.put_state(NAMED + incident_id, name.encode())
        left = slips.written(unit.db, ids)
        unit.commit("")
    return left


def _begin(ctx: Context) -> None:
    """A PC without the folder, as after a restore on a new disk, writes every entry that there was."""
    with ctx.unit() as unit:
        slips.mark_all(unit.db)
        unit.commit("")
    _mark_begun(ctx)


def _mark_begun(ctx: Context) -> None:
    """A mark of its own: a try at the lock screen makes the folder too."""
    folder = ctx.home / slips.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / slips.BEGUN).touch()


def forget(ctx: Context) -> None:
    """Lets every entry that waits go unwritten, as for made-up history; it then counts as begun."""
    _mark_begun(ctx)
    with ctx.unit() as unit:
        while ids := slips.waiting(unit.db, 1000):
            slips.written(unit.db, ids)
        unit.commit("")


def _write(ctx: Context, reader: Reader, incident_id: str) -> str:
    """Writes one entry, or takes it away where nothing is told any more or its code was erased. Gives its name."""
    try:
        record = reader.get(Incident, incident_id)
    except NotFound:
        return ""
    said = _said(ctx, reader, record)
    if said is not None and isinstance(record.slip_code, str):
        return slips.put(ctx.home, record.ward_id, record.slip_code, said, ctx.secrets.policy)
    name = (reader.state(NAMED + incident_id) or b"").decode()
    if name:
        slips.drop(ctx.home, record.ward_id, name)
    return ""


def _is_said(one: Feedback) -> bool:
    """Whether there is a message: an erased one is none."""
    return isinstance(one.message, str) and bool(one.message)


def _said(ctx: Context, reader: Reader, record: Incident) -> dict[str, Any] | None:
    """What is told, or None while nothing was answered. "Tell me what happened" never tells what happened."""
    rows = [one for one in reader.parts(Feedback, record.id) if one.to == "reporter" and _is_said(one)]
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
