"""The support checklist of a ward: the app's own, or one that the trust has loaded. What is loaded travels as ops.

A plan keeps the template and version it was opened with; a new one counts for plans opened from then on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import Problem, ProblemsFound
from vpr_desktop.domain.place import Ward
from vpr_desktop.domain.support import SupportTemplate
from vpr_desktop.domain.support_template import BadTemplate, Template, read
from vpr_desktop.services.context import Context
from vpr_desktop.storage import support_templates
from vpr_desktop.storage.support_templates import built_in, is_built_in

LARGEST = 50_000  # characters, so that it fits into one op
SAME_VERSION = "This version is here already with other steps. Give the changed template a new version."


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """A template as settings and the command line name it."""

    id: str
    version: str
    source: str
    official: bool
    steps: int


def shown(ctx: Context) -> TemplateFacts:
    """The template in force on the ward shown."""
    return _facts(support_templates.in_force(ctx.store.db, ctx.ward_id))


def known(ctx: Context) -> list[TemplateFacts]:
    """Every template this PC holds, the app's own first."""
    return [_facts(one) for one in support_templates.all_templates(ctx.store.db)]


def use(ctx: Context, code: str, version: str) -> tuple[TemplateFacts, Changes]:
    """Takes a template that is here already into use on the ward shown. Raises ProblemsFound."""
    ctx.require("manage_ward")
    facts = next((one for one in known(ctx) if (one.id, one.version) == (code, version)), None)
    if facts is None:
        raise ProblemsFound([Problem("template", "Choose a checklist from the list.")])
    with ctx.unit() as unit:
        ward = unit.get(Ward, ctx.ward_id)
        ward.support_template = f"{code}/{version}"
        unit.save(ward)
        return facts, unit.commit("choose support template", ctx.ward_id)


def load_file(ctx: Context, path: str) -> tuple[TemplateFacts, Changes]:
    """The same as `load` from a file. Raises ProblemsFound."""
    ctx.require("manage_ward")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemsFound([Problem("file", "That file cannot be read as text. Check its name.")]) from error
    return load(ctx, text)


def _facts(one: Template) -> TemplateFacts:
    return TemplateFacts(one.id, one.version, one.source, one.official, len(one.steps))


def load(ctx: Context, text: str) -> tuple[TemplateFacts, Changes]:
    """Takes a template file into use on the ward shown, at once. Raises ProblemsFound with what to put right."""
    ctx.require("manage_ward")
    template, document = _read(text)
    with ctx.unit() as unit:
        if not is_built_in(template.id, template.version):
            held = unit.find(SupportTemplate, code=template.id, version=template.version)
            if any(one.document != document for one in held):
                raise ProblemsFound([Problem("version", SAME_VERSION)])
            if not held:
                made = SupportTemplate(ward_id=ctx.ward_id, code=template.id, version=template.version)
                made.document = document
                unit.save(made)
        ward = unit.get(Ward, ctx.ward_id)
        ward.support_template = f"{template.id}/{template.version}"
        unit.save(ward)
        return _facts(template), unit.commit("load support template", ctx.ward_id)


def _read(text: str) -> tuple[Template, str]:
    try:
        held = json.loads(text)
        if not isinstance(held, dict):
            raise BadTemplate("The file holds no template.")
        template = read(held)
    except BadTemplate as error:
        raise ProblemsFound([Problem("template", str(error))]) from error
    except ValueError as error:
        raise ProblemsFound([Problem("template", "The file is not JSON. Compare it with the example.")]) from error
    document = json.dumps(held, ensure_ascii=False, separators=(",", ":"))
    own = built_in()
    if is_built_in(template.id, template.version) and template != own:
        raise ProblemsFound([Problem("version", SAME_VERSION)])
    if len(document) > LARGEST or len(template.id) > 20 or len(template.version) > 20:
        raise ProblemsFound([Problem("template", "The template, its name or its version is too long.")])
    return template, document
