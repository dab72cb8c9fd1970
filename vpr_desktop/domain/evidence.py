"""When to ask that recordings are kept: an act the police may look at, and nothing noted about them yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from vpr_desktop.domain.choices_acts import act_class
from vpr_desktop.domain.support_sets import POLICE_CLASSES

KEPT_FOR = timedelta(days=28)  # longer than most systems keep a recording
PROMPT = "Ask now that CCTV and body-worn video are kept: they are often overwritten within days. Note what was asked."


def asks(incident: Mapping[str, Any], now: datetime) -> bool:
    """Whether keeping of recordings is still to be asked for."""
    at = incident.get("occurred_at")
    acts = {act_class(code) for code in incident.get("act_types") or ()}
    noted = incident.get("preserve_requested_at") or incident.get("cctv") or incident.get("bwv")
    return bool(acts & POLICE_CLASSES) and not noted and at is not None and now - at < KEPT_FOR
