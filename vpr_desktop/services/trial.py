"""A practice incident at the end of the first run: in a file of its own, which is deleted when one leaves.

Nothing of it can come into the ward's own file: it has another folder, another key, and another ward.
"""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from vpr_desktop.domain.errors import AlreadyOpen
from vpr_desktop.domain.place import Ward
from vpr_desktop.services import sessions
from vpr_desktop.services.context import Context
from vpr_desktop.services.first_answers import FirstRun
from vpr_desktop.storage.instance_lock import InstanceLock
from vpr_desktop.storage.keyslots import KdfPolicy

FOLDER = "practice-run"
WARD_CODE = "TRY"
QUICK = KdfPolicy(memory_kib=64, passes=1, floor_kib=64)  # of a passphrase that nobody ever knows


def begin(ctx: Context) -> Context:
    """A session on a new practice file with the name of this ward and of this person."""
    clear(ctx.home)
    ward = ctx.reader().get(Ward, ctx.ward_id)
    setup = FirstRun(
        org_code=ward.org_code or "",
        org_name=ward.org_name or ward.name or "",
        ward_code=WARD_CODE,
        ward_name=ward.name or "",
        user_id=ctx.user.user_id,
        name=ctx.user.name,
        role="ward_manager",
        passphrase=secrets.token_urlsafe(24),
        initials=ctx.user.initials,
        timezone=ward.timezone or str(ctx.ward.zone),
        practice=True,
    )
    made, _code = sessions.first_run(ctx.home / FOLDER, setup, ctx.clock, QUICK)
    return made


def end(ctx: Context) -> None:
    """Closes the practice file and deletes it with all that was written."""
    sessions.lock(ctx)
    shutil.rmtree(ctx.home, ignore_errors=True)


def clear(home: Path) -> None:
    """Deletes what a practice that was cut short has left; one that is still open is left alone."""
    left = home / FOLDER
    if not left.is_dir():
        return
    try:
        InstanceLock(left).release()
    except AlreadyOpen:
        return
    shutil.rmtree(left, ignore_errors=True)
