"""The heads rule written a second time, apart from the product: slow, obvious, and compared with it."""

from __future__ import annotations

import json
from typing import Any


def state(ops: list[dict[str, Any]]) -> dict[str, tuple[frozenset[str], bool]]:
    """For each field: the ids of its heads, and whether they differ."""
    unique = {op["op"]: op for op in ops}.values()
    gone_for_good = {op["er"]["op"] for op in unique if "er" in op}
    written: dict[str, dict[str, str]] = {}
    named: dict[str, set[str]] = {}
    for op in unique:
        for field, value in op["set"].items():
            if op["op"] not in gone_for_good:
                written.setdefault(field, {})[op["op"]] = json.dumps(value, sort_keys=True)
        for field in op.get("er", {}).get("f", ()):
            written.setdefault(field, {})[op["er"]["op"]] = "erased"
        for field, bases in op["base"].items():
            named.setdefault(field, set()).update(bases)
    result = {}
    for field, by_op in written.items():
        heads = {op for op in by_op if op not in named.get(field, set())} or set(by_op)
        result[field] = (frozenset(heads), len({by_op[op] for op in heads}) > 1)
    return result
