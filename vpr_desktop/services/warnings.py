"""What the people of a ward should be told about their file before it turns into a loss."""

from __future__ import annotations

from datetime import datetime, timedelta

from vpr_desktop.services.context import Context
from vpr_desktop.storage import keyslots, lifetime, rekey, vault

LAST = (
    "Only one person can open this PC, and there is no recovery code. If that passphrase is forgotten, everything "
    "is lost. Add a second person or make a recovery code in Settings."
)
ROOM = "The disk of this PC is nearly full. Saving still works. Call IT to make room."
KEY = "Somebody's access was ended, but the file could not be given a new key. Call IT."
ANCHOR = "The last save could not be noted beside the file. Nothing is lost. Call IT if this stays."

OLDER = (
    "The file of this PC was found to be older than what it had sent. What it had sent comes back by itself. "
    "Call IT: somebody may have put an old copy in its place."
)
CLOCK = "The clock of this PC differs from the server's by more than 5 minutes. Nothing is lost. Call IT."
TOLD_FOR = timedelta(days=7)


def of(ctx: Context) -> list[str]:
    """Whole sentences, the most pressing first; empty where all is well."""
    found = [str(ctx.store.read_only)] if ctx.store.read_only is not None else []
    able = [slot for slot in keyslots.users(ctx.home) if not slot.disabled]
    checks = (
        (len(able) < 2 and not keyslots.has_recovery(ctx.home), LAST),
        (vault.is_short_of_room(ctx.home), ROOM),
        (ctx.store.anchor_failed, ANCHOR),
        (ctx.store.read_only is None and rekey.is_due(ctx.store.db), KEY),
        (_put_back_lately(ctx), OLDER),
        (bool(ctx.reader().state(lifetime.CLOCK)), CLOCK),
    )
    return found + [sentence for holds, sentence in checks if holds]


def _put_back_lately(ctx: Context) -> bool:
    at = ctx.reader().state(lifetime.PUT_BACK)
    return at is not None and abs(ctx.now() - datetime.fromisoformat(at.decode())) < TOLD_FOR
