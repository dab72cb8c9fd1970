"""How a print begins on this PC. Kept in the encrypted file: nobody prints before signing in."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from vpr_desktop.services import views
from vpr_desktop.services.context import Context

KEY = "print_defaults"
COPIES = ("redacted", "anonymous")  # never the full one: that always needs a reason
FITS = ("page", "width")


@dataclass(frozen=True, slots=True)
class PrintDefaults:
    """Which copy of a summary, how the preview is fitted, and the printer; an empty one is the system's own choice."""

    copy: str = COPIES[0]
    fit: str = FITS[0]
    printer: str = ""


def read(ctx: Context) -> PrintDefaults:
    """What was chosen; what nobody chose, or a newer version wrote, is as at first."""
    held: dict[str, Any] = json.loads(ctx.reader().state(KEY) or b"{}")
    copy, fit = held.get("copy"), held.get("fit")
    return PrintDefaults(
        copy if copy in COPIES else COPIES[0], fit if fit in FITS else FITS[0], str(held.get("printer") or "")
    )


def save(ctx: Context, **chosen: str) -> None:
    """Keeps a choice: `copy`, `fit` or `printer`."""
    made = replace(read(ctx), **chosen)
    with ctx.unit() as unit:
        unit.put_state(KEY, json.dumps({"copy": made.copy, "fit": made.fit, "printer": made.printer}).encode())
        unit.commit("")


def of_summary(ctx: Context, incident_id: str) -> PrintDefaults:
    """How the summary of an incident begins: with the copy chosen where this person may make it."""
    found = read(ctx)
    may = f"print_{found.copy}" in views.incident(ctx, incident_id).actions
    return found if may else replace(found, copy=COPIES[0])
