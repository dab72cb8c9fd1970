"""The anchor beside the file: where both chains ended after the last commit, under a key of the file.

Two copies are written in turn, so that a cut write leaves the one before. Page checks do not prove that a
file is the newest one; this does.
"""

from __future__ import annotations

import hmac
import json
import os
from pathlib import Path
from typing import Any

from vpr_desktop.domain.ops import canonical
from vpr_desktop.storage.slot_file import known
from vpr_desktop.storage.tip import Tip

NAMES = ("vault.anchor", "vault.anchor.2")
SIZE = 1024  # fixed, so that a write never changes the file's length


class Anchor:
    """Reads and writes the chain ends of one file."""

    def __init__(self, home: Path, key: bytes) -> None:
        self._home = home
        self._key = key
        self._generation = max((found[0] for found in self._all()), default=0)

    def read(self) -> Tip | None:
        """The newest copy that verifies, or None where there is none."""
        found = self._all()
        return max(found, key=lambda one: one[0])[1] if found else None

    def write(self, tip: Tip) -> None:
        """Replaces the older copy, durable when it returns."""
        self._generation += 1
        said = _said(tip, self._generation)
        line = canonical({"body": said, "mac": self._mac(said)})
        path = self._home / NAMES[self._generation % 2]
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            try:
                _write_all(handle, line.ljust(SIZE) + b"\n")
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise known(error) from error

    def _all(self) -> list[tuple[int, Tip]]:
        return [found for name in NAMES if (found := self._read_one(self._home / name))]

    def _read_one(self, path: Path) -> tuple[int, Tip] | None:
        try:
            with open(path, "rb") as file:
                held = json.loads(file.read(SIZE * 4))
            body = held["body"]
            if not hmac.compare_digest(self._mac(body), held["mac"]):
                return None
            return int(body["generation"]), _tip(body)
        except (OSError, ValueError, KeyError, TypeError, UnicodeError, RecursionError):
            return None

    def _mac(self, body: dict[str, Any]) -> str:
        return hmac.new(self._key, b"vpr-anchor-v1\0" + canonical(body), "sha256").hexdigest()


def _write_all(handle: int, data: bytes) -> None:
    while data:  # the system may take less than it was given
        data = data[os.write(handle, data) :]


def _said(tip: Tip, generation: int) -> dict[str, Any]:
    return {
        "v": 1,
        "generation": generation,
        "op_n": tip.op_n,
        "op_chain": tip.op_chain.hex(),
        "audit_n": tip.audit_n,
        "audit_chain": tip.audit_chain.hex(),
        "incarnation": tip.incarnation,
        "counter": tip.counter,
        "commits": tip.commits,
        "loose": tip.loose.hex(),
    }


def _tip(body: dict[str, Any]) -> Tip:
    return Tip(
        int(body["op_n"]),
        bytes.fromhex(body["op_chain"]),
        int(body["audit_n"]),
        bytes.fromhex(body["audit_chain"]),
        int(body["incarnation"]),
        int(body["counter"]),
        int(body.get("commits", 0)),
        bytes.fromhex(body.get("loose", "")),
    )
