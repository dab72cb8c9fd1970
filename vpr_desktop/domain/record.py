"""What every record has, whatever its entity, and how its fields are read from the declaration.

A record is plain data with no link to a session or a file. It remembers the values and heads it was read
with, so that a later save compares with what its author saw and not with what the store holds by then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlmodel import Field, SQLModel

from vpr_desktop.domain.fields import FieldSpec, Wire, decode, encode, is_odd, of_kind

Heads = dict[str, list[str]]
IDENTITY = frozenset({"id", "ward_id"})


@dataclass(frozen=True, slots=True)
class Shown:
    """What a record's author had on screen: wire values, and per field the ops that gave them."""

    values: dict[str, Wire] = field(default_factory=dict)
    heads: Heads = field(default_factory=dict)
    clashes: frozenset[str] = frozenset()


class Record(SQLModel):
    """The base of every entity: identity, ward, whether taken off, and fields of newer versions."""

    id: str = Field(default="", primary_key=True)
    ward_id: str = Field(default="")

    def __init__(self, **values: Any) -> None:
        """A new record with these values, unchecked; every other field is empty. Raises TypeError for no field of it.

        No session watches a record, so values go straight to where they are read: made through the library's own
        bookkeeping a record with its hundred fields took half a millisecond, most of the time of an import.
        """
        specs = fields_of(type(self))
        unknown = values.keys() - specs.keys() - IDENTITY
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(unknown))}")
        self.__dict__.update(dict.fromkeys(specs), id="", ward_id="")
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in IDENTITY or name in fields_of(type(self)):
            self.__dict__[name] = value
        else:
            super().__setattr__(name, value)

    @property
    def shown(self) -> Shown:
        """The values and heads this record was read with; empty for a new one."""
        return self.__dict__.get("_shown") or Shown()


@cache
def fields_of(entity: type[Record]) -> dict[str, FieldSpec]:
    """Every declared field of an entity, in the order of its declaration."""
    columns = entity.__table__.columns  # type: ignore[attr-defined]
    return {c.name: c.info["spec"] for c in columns if "spec" in c.info}


def entity_name(entity: type[Record]) -> str:
    """The name an entity has in ops, tables, CSV and JSON."""
    return str(entity.__tablename__)


def wire_values(record: Record) -> dict[str, Wire]:
    """The record's declared values in wire form. Raises ValueError with a sentence for a bad value."""
    held, was = record.__dict__, record.shown.values
    return {name: _wire(spec, held[name], was.get(name)) for name, spec in fields_of(type(record)).items()}


def _wire(spec: FieldSpec, value: Any, was: Wire) -> Wire:
    """One value; what was erased, sealed or written by a newer version stays as it was read, unless written over."""
    try:
        wire = encode(spec, value)
    except ValueError:
        if was is not None and value == decode(spec, was):
            return was
        raise
    return was if wire is None and is_odd(spec, was) else wire


def from_wire(entity: type[Record], id: str, ward_id: str, shown: Shown) -> Record:
    """A record from wire values, remembering what it was read with. Unknown fields, and values that are not of their
    field's kind, stay in `shown` alone.
    """
    specs = fields_of(entity)
    record: Record = _manager(entity).new_instance()
    held = record.__dict__
    held.update(dict.fromkeys(specs))
    held.update({name: of_kind(specs[name], wire) for name, wire in shown.values.items() if name in specs})
    held.update(id=id, ward_id=ward_id, _shown=shown)
    return record


def odd_values(entity: type[Record], values: dict[str, Wire]) -> dict[str, Wire]:
    """Those of some wire values that are not of their field's kind, and so stand in no attribute of a record."""
    specs = fields_of(entity)
    return {name: wire for name, wire in values.items() if name in specs and is_odd(specs[name], wire)}


@cache
def _manager(entity: type[Record]) -> Any:
    """Makes instances as reading from a database does: without checking values that were checked when written."""
    from sqlalchemy.orm import configure_mappers
    from sqlalchemy.orm.base import manager_of_class

    configure_mappers()  # in a fresh process nothing else has done it yet, and attributes would not work
    return manager_of_class(entity)


def remember(record: Record, shown: Shown) -> None:
    """Notes that the record now stands as saved with these values and heads."""
    record.__dict__["_shown"] = shown


def extra_of(record: Record) -> dict[str, Any]:
    """Fields that a newer version wrote: kept unharmed, shown as "from a newer version"."""
    declared = fields_of(type(record))
    return {name: value for name, value in record.shown.values.items() if name not in declared}
