"""Which support template a plan goes by: the one the app brings along, or one that a trust has loaded as ops.

A plan names its template and version. Where those have not arrived yet the app's own stands in for them.
"""

from __future__ import annotations

import json
import logging
from functools import cache, lru_cache

from vpr_desktop.domain.support_template import BadTemplate, Template, read
from vpr_desktop.settings import resource
from vpr_desktop.storage.oplog import Connection

LOG = logging.getLogger(__name__)


@cache
def built_in() -> Template:
    """The template that the app brings along."""
    return read(json.loads(resource("content", "support_sup_1.json").read_text(encoding="utf-8")))


def is_built_in(code: str | None, version: str | None) -> bool:
    """Whether a template is the app's own."""
    return (code, version) == (built_in().id, built_in().version)


def template_of(db: Connection, code: str | None, version: str | None) -> Template:
    """The template of this name and version; see the module for one that is not here."""
    if is_built_in(code, version):
        return built_in()
    sql = "SELECT document FROM support_template WHERE code = ? AND version = ? ORDER BY n LIMIT 1"
    row = db.execute(sql, (code, version)).fetchone()
    return (_parsed(row[0]) if row and row[0] else None) or built_in()


def in_force(db: Connection, ward_id: str) -> Template:
    """The template that new plans of a ward go by."""
    row = db.execute("SELECT support_template FROM ward WHERE ward_id = ? LIMIT 1", (ward_id,)).fetchone()
    code, _, version = ((row[0] if row else None) or "").partition("/")
    return template_of(db, code, version) if code else built_in()


def all_templates(db: Connection) -> list[Template]:
    """Every template this file knows, the app's own first."""
    rows = db.execute("SELECT document FROM support_template ORDER BY n").fetchall()
    loaded = [_parsed(row[0]) for row in rows if row[0]]
    return [built_in(), *(one for one in loaded if one is not None)]


@lru_cache(maxsize=16)
def _parsed(document: str) -> Template | None:
    try:
        return read(json.loads(document))
    except (ValueError, BadTemplate):
        LOG.warning("a support template that arrived cannot be read")
        return None
