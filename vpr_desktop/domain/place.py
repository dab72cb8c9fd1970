"""The ward: what its PCs need to agree on, its places in the quick log and its support contacts."""

from __future__ import annotations

from vpr_desktop.domain import choices_acts as acts
from vpr_desktop.domain import choices_response as lists
from vpr_desktop.domain.fields import many_of, number, one_of, text
from vpr_desktop.domain.part import Part
from vpr_desktop.domain.record import Record

SETTINGS = "Ward settings"
SYSTEM = {"section": SETTINGS, "block": "system"}


class Ward(Record, table=True):
    """One ward, which is one stream of ops."""

    __tablename__ = "ward"

    code: str | None = text("Ward code", longest=10, **SYSTEM)
    name: str | None = text("Ward name", longest=80, **SYSTEM)
    org_code: str | None = text("Organisation code", longest=10, **SYSTEM)
    org_name: str | None = text("Organisation", longest=120, **SYSTEM)
    site: str | None = text("Site", longest=120, **SYSTEM)
    timezone: str | None = text("Time zone", longest=60, **SYSTEM)
    shift_times: str | None = text("Shift times", longest=60, hint="Such as 07:30, 19:30", **SYSTEM)
    emergency_number: str | None = text("Emergency number", longest=20, **SYSTEM)
    support_template: str | None = text("Support checklist", longest=41, **SYSTEM)
    short_factors: list[str] | None = many_of("Short list of things in the situation", acts.FACT, **SYSTEM)


class Place(Part, table=True):
    """One of the ward's own places, with the digit it has in the quick log."""

    __tablename__ = "place"

    code: str | None = one_of("Kind of place", acts.LOC, **SYSTEM)
    label: str | None = text("Name of the place", longest=40, **SYSTEM)
    position: int | None = number("Digit", least=1, most=7, **SYSTEM)


class Contact(Part, table=True):
    """Somebody to turn to, shown by Get support even while locked."""

    __tablename__ = "contact"

    kind: str | None = one_of("Contact", lists.CONTACT_KIND, **SYSTEM)
    label: str | None = text("Who", longest=80, **SYSTEM)
    phone: str | None = text("Number", longest=40, **SYSTEM)
    position: int | None = number("Order", least=1, most=20, **SYSTEM)
