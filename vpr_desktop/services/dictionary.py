"""The data dictionary: every field of every entity, written from the declarations and from nothing else."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from vpr_desktop.domain.fields import FieldSpec
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.visibility import PERSONAL
from vpr_desktop.storage.slot_file import replace_file

COLUMNS = ("entity", "name", "label", "kind", "many", "codes", "required_at", "shown_if", "personal", "section")


def rows() -> list[dict[str, Any]]:
    """One row for each field, in the order of the declarations."""
    return [_row(entity, name, spec) for entity, kind in ENTITIES.items() for name, spec in fields_of(kind).items()]


def _row(entity: str, name: str, spec: FieldSpec) -> dict[str, Any]:
    codes = [
        {"code": code.code, "label": code.label, "until": code.until.isoformat() if code.until else None}
        for code in spec.choices or ()
    ]
    shown_if = None
    if spec.shown_if:
        field, *values = spec.shown_if
        shown_if = f"{field} = {' or '.join(values)}"
    return {
        "entity": entity,
        "name": name,
        "label": spec.label,
        "kind": spec.kind,
        "many": spec.is_many,
        "codes": codes,
        "required_at": spec.required_at,
        "shown_if": shown_if,
        "personal": spec.block in PERSONAL,
        "section": spec.section,
    }


def write_csv(path: str | Path) -> int:
    """Writes the dictionary as CSV, codes as `CODE label` one after the other. Returns the number of fields."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    found = rows()
    for row in found:
        codes = "; ".join(f"{code['code']} {code['label']}" for code in row["codes"])
        writer.writerow([codes if name == "codes" else _plain(row[name]) for name in COLUMNS])
    replace_file(Path(path), out.getvalue().encode("utf-8-sig"))
    return len(found)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
