"""The ward's own settings: places of the quick log, shifts, emergency number, contacts. They travel as ops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from vpr_desktop.domain.choices_acts import SHORT_FACTORS
from vpr_desktop.domain.errors import Problem, ProblemsFound
from vpr_desktop.domain.part import Part
from vpr_desktop.domain.place import Contact, Place, Ward
from vpr_desktop.domain.quick_log import LAST_PLACES, OWN_PLACES, QUICK_LOG, Option
from vpr_desktop.domain.shifts import is_shift_times
from vpr_desktop.services import sessions
from vpr_desktop.services.context import Context
from vpr_desktop.services.lockscreen import SupportContact
from vpr_desktop.storage.unit import UnitOfWork

MOST_CONTACTS = 12
_FIELDS: dict[type[Part], str] = {Place: "places", Contact: "contacts"}


@dataclass(frozen=True, slots=True)
class WardSettings:
    """What a ward can set for itself."""

    name: str
    places: tuple[Option, ...]
    shift_times: str
    emergency_number: str
    contacts: tuple[SupportContact, ...]
    short_factors: tuple[str, ...]


def places(ctx: Context) -> list[Option]:
    """The answers of "Where did it happen?" on this ward, in the order of their digits."""
    own = sorted(ctx.reader().parts(Place, ctx.ward_id), key=lambda place: place.position or 99)
    if not own:
        return list(QUICK_LOG[1].options)
    return [Option(place.code or "OTH", place.label or "") for place in own[:OWN_PLACES]] + list(LAST_PLACES)


def settings(ctx: Context) -> WardSettings:
    """The settings of the ward shown."""
    reader = ctx.reader()
    ward = reader.get(Ward, ctx.ward_id)
    contacts = sorted(reader.parts(Contact, ctx.ward_id), key=lambda contact: contact.position or 99)
    return WardSettings(
        name=ward.name or "",
        places=tuple(places(ctx)[:-2]),
        shift_times=ward.shift_times or "",
        emergency_number=ward.emergency_number or "",
        contacts=tuple(SupportContact(c.kind or "OTH", c.label or "", c.phone or "") for c in contacts),
        short_factors=tuple(ward.short_factors or SHORT_FACTORS),
    )


def save(ctx: Context, wanted: WardSettings, was: WardSettings | None = None) -> Context:
    """Writes the settings and brings the lock screen up to date. Raises ProblemsFound.

    `was` is what the form showed: only what differs from it is written, so that what another PC changed meanwhile
    stays; what both changed is refused until its reader has seen it.
    """
    ctx.require("manage_ward")
    found = _problems(wanted)
    if was is not None:
        now = settings(ctx)
        mine = {one.name: getattr(wanted, one.name) for one in fields(wanted)}
        mine = {name: value for name, value in mine.items() if value != getattr(was, name)}
        for name, value in mine.items():
            if getattr(now, name) not in (getattr(was, name), value):
                found.append(Problem(name, "Another PC changed this meanwhile. Open Settings again to see it."))
        wanted = replace(now, **mine)
    if found:
        raise ProblemsFound(found)
    with ctx.unit() as unit:
        ward = unit.get(Ward, ctx.ward_id)
        ward.name, ward.shift_times = wanted.name, wanted.shift_times
        ward.emergency_number, ward.short_factors = wanted.emergency_number, sorted(wanted.short_factors)
        _keep(unit, ward, "ward")
        kept: list[Part] = [
            Place(ward_id=ctx.ward_id, parent_id=ctx.ward_id, code=one.code, label=one.label, position=place)
            for place, one in enumerate(wanted.places, start=1)
        ]
        _replace(unit, Place, ctx.ward_id, kept)
        called: list[Part] = [
            Contact(ward_id=ctx.ward_id, parent_id=ctx.ward_id, kind=c.kind, label=c.label, phone=c.number, position=i)
            for i, c in enumerate(wanted.contacts, start=1)
        ]
        _replace(unit, Contact, ctx.ward_id, called)
        unit.commit("ward settings", ctx.ward_id)
    ctx.store.forget_zones()
    facts = replace(
        ctx.ward,
        name=wanted.name,
        emergency_number=wanted.emergency_number,
        boundaries=tuple(part.strip() for part in wanted.shift_times.split(",")),
        short_factors=wanted.short_factors,
    )
    fresh = replace(ctx, wards={**ctx.wards, ctx.ward_id: facts})
    sessions.write_clear_facts(fresh)
    return fresh


def _replace(unit: UnitOfWork, entity: type[Part], ward_id: str, wanted: Sequence[Part]) -> None:
    """Changes the rows that are there, adds the new ones, takes off the rest: no op where nothing differs."""
    field = _FIELDS[entity]
    held = sorted(unit.parts(entity, ward_id), key=lambda part: getattr(part, "position", 0) or 99)
    for old, new in zip(held, wanted, strict=False):
        for name in ("code", "kind", "label", "phone", "position"):
            if hasattr(new, name):
                setattr(old, name, getattr(new, name))
        _keep(unit, old, field)
    for new in wanted[len(held) :]:
        _keep(unit, new, field)
    for old in held[len(wanted) :]:
        unit.take_off(old)


def _keep(unit: UnitOfWork, record: Ward | Part, field: str) -> None:
    """Saves one record; what cannot be stored is a problem to put right, and the unit is undone."""
    try:
        unit.save(record)
    except ValueError as error:
        raise ProblemsFound([Problem(field, str(error))]) from error


def _problems(wanted: WardSettings) -> list[Problem]:
    found = []
    if not wanted.name.strip():
        found.append(Problem("name", "Give the ward's name."))
    if not wanted.emergency_number.strip():
        found.append(Problem("emergency_number", "Give the number to call in an emergency, such as 2222."))
    if not is_shift_times(wanted.shift_times):
        found.append(Problem("shift_times", "Give the times at which shifts change, such as 07:30, 19:30."))
    if len(wanted.places) > OWN_PLACES or any(not place.label.strip() for place in wanted.places):
        found.append(Problem("places", "Give up to 7 places, each with a name."))
    if len(wanted.contacts) > MOST_CONTACTS or any(
        not c.label.strip() or not c.number.strip() for c in wanted.contacts
    ):
        found.append(Problem("contacts", "Give each contact a name and a number, 12 at most."))
    return found
