"""The endpoint's own description, built from the protocol's types, so that it cannot say anything else."""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any

import msgspec

from vpr_desktop.domain.batches import ID
from vpr_desktop.sync import protocol

REF = "#/components/schemas/{name}"
TYPES = (
    protocol.Problem, protocol.Enrol, protocol.Enrolled, protocol.Rotate, protocol.Have, protocol.Lacking,
    protocol.Heads, protocol.Keys, protocol.PushAnswer, protocol.PageHead,
)  # fmt: skip
SIGNED = (401, 429, 503)
LINES = {"schema": {"type": "string"}}


def document() -> dict[str, Any]:
    """The whole description."""
    refs, schemas = msgspec.json.schema_components(TYPES, ref_template=REF)
    by_name = {kind.__name__: ref for kind, ref in zip(TYPES, refs, strict=True)}

    def json_of(name: str) -> dict[str, Any]:
        return {protocol.JSON: {"schema": by_name[name]}}

    stream = {
        "name": "st", "in": "path", "required": True, "schema": {"type": "string", "pattern": f"^{ID.pattern}$"},
    }  # fmt: skip
    whole = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
    after = {"name": "after", "in": "query", "schema": whole}
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": protocol.PAGE_OPS}}
    body = (*SIGNED, 400, 408, 411, 413, 415)
    problem = by_name["Problem"]
    paths = {
        "/v1/enrol": {"post": _call("enrol", json_of("Enrolled"), (*body, 403, 409), problem, json_of("Enrol"))},
        "/v1/keys": {
            "get": _call("keys", json_of("Keys"), SIGNED, problem),
            "post": _call("rotate", {protocol.JSON: {"schema": {"type": "object"}}}, (*body, 409), problem,
                          json_of("Rotate")),
        },
        "/v1/heads": {"get": _call("heads", json_of("Heads"), SIGNED, problem)},
        "/v1/streams/{st}/ops": {
            "get": _call("pull", {protocol.JSON_LINES: LINES}, (*SIGNED, 400, 403, 404), problem, None,
                         [stream, after, limit]),
            "post": _call("push", json_of("PushAnswer"), (*body, 403, 404), problem, {protocol.JSON_LINES: LINES},
                          [stream]),
        },
        "/v1/streams/{st}/have": {
            "post": _call("have", json_of("Lacking"), (*body, 403, 404), problem, json_of("Have"), [stream])
        },
        "/v1/openapi.json": {"get": _call("openapi", {protocol.JSON: {"schema": {"type": "object"}}}, (), problem)},
        "/health": {"get": _call("health", {protocol.JSON: {"schema": {"type": "object"}}}, (503,), problem)},
        "/metrics": {"get": _call("metrics", {"text/plain": LINES}, (404,), problem)},
    }  # fmt: skip
    paths["/v1/heads"]["get"]["responses"]["304"] = {"description": "Nothing new"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "VPR Desktop endpoint", "version": str(protocol.VERSION)},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _call(
    name: str, gives: dict[str, Any], refusals: tuple[int, ...], problem: Any, takes: dict[str, Any] | None = None,
    parameters: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:  # fmt: skip
    responses: dict[str, Any] = {"200": {"description": "Done", "content": gives}}
    for status in sorted(set(refusals)):
        kinds = sorted(kind for kind, known in protocol.REFUSALS.items() if known.status == status)
        content = {protocol.PROBLEM: {"schema": problem}}
        responses[str(status)] = {"description": ", ".join(kinds), "content": content}
    made: dict[str, Any] = {"operationId": name, "responses": responses}
    if takes is not None:
        made["requestBody"] = {"required": True, "content": takes}
    if parameters:
        made["parameters"] = parameters
    return made


@cache
def as_bytes() -> bytes:
    """The description as it is served."""
    return json.dumps(document(), indent=1, sort_keys=True).encode() + b"\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(as_bytes())
