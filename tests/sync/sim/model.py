"""The reference model, written apart from the product: a set of ops and the head rule, slow and obvious."""

from __future__ import annotations

import json
from typing import Any

Op = dict[str, Any]


class Model:
    """Every op that was ever acknowledged to a person, whatever became of the PC it was made on."""

    def __init__(self) -> None:
        self.ops: dict[str, bytes] = {}
        self.given_up: set[str] = set()  # held by nobody after a disaster that took all copies

    def saved(self, op_id: str, raw: bytes) -> None:
        assert self.ops.setdefault(op_id, raw) == raw, "I2: one identity, two contents"

    def lost(self, held: set[str]) -> None:
        """After a disaster: what no place holds any more cannot come back."""
        self.given_up |= self.ops.keys() - held

    def seen(self, field: str, on_screen: set[str]) -> set[str]:
        """What a person knows of who has these ops on screen: they, and what each of them replaced.

        An op that the endpoint keeps back counts nowhere, so the one that repairs it replaces what it had replaced.
        """
        known = [json.loads(self.ops[one]) for one in on_screen if one in self.ops]
        return on_screen.union(*(op["base"].get(field, ()) for op in known))

    def must_have(self) -> dict[str, bytes]:
        return {one: raw for one, raw in self.ops.items() if one not in self.given_up}


def heads(ops: list[Op]) -> dict[str, frozenset[str]]:
    """Of one record: for each field the ops that give it. A field whose ops all name each other keeps them all."""
    setters: dict[str, set[str]] = {}
    named: dict[str, set[str]] = {}
    for op in ops:
        for field in op["set"]:
            setters.setdefault(field, set()).add(op["op"])
        for field in op.get("er", {}).get("f", ()):
            setters.setdefault(field, set()).add(op["er"]["op"])
        for field, bases in op["base"].items():
            named.setdefault(field, set()).update(bases)
    return {field: frozenset(by - named.get(field, set()) or by) for field, by in setters.items()}


def clashes(ops: list[Op]) -> set[str]:
    """Fields whose heads say different things, compared as bytes; an erased value says "erased".

    A sealed value says something of its own, whatever its bytes: what is in it cannot be compared.
    """
    gone = {op["er"]["op"] for op in ops if "er" in op}
    says = {
        op["op"]: {f: op["op"] if _is_sealed(v) else json.dumps(v, sort_keys=True) for f, v in op["set"].items()}
        for op in ops
    }
    found = set()
    for field, by in heads(ops).items():
        if len({"erased" if one in gone else says.get(one, {}).get(field, "erased") for one in by}) > 1:
            found.add(field)
    return found


def _is_sealed(value: Any) -> bool:
    return isinstance(value, dict) and "ct" in value
