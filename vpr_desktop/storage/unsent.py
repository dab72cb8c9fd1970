"""The outbox as people see it: reports and their changes, not ops. Reads only.

Ops of a report, of its parts, plans and recordings are one line; so are those of the ward's settings or people.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from vpr_desktop.domain.forms import PARTS
from vpr_desktop.domain.ops import ERASES
from vpr_desktop.domain.record import entity_name
from vpr_desktop.storage import oplog, outbox, streams
from vpr_desktop.storage.oplog import Connection

MOST = 5000  # ops looked at; after an import there may be more, and then the count is "so many or more"
OF_WARD = ("ward", "place", "contact")
ASIDE = "PUT_ASIDE"  # of ops that are in the outbox no more
PUT_BACK = "SELECT 1 FROM audit WHERE obj = ? AND act = 'endpoint restored' LIMIT 1"


@dataclass(frozen=True, slots=True)
class Unsent:
    """Ops of one report in one state. `root` is the incident, or the kind of what belongs to none.

    `first` is the earliest of them, `is_new` says that the incident itself is among them for the first time,
    `not_before` the monotonic second until which all of it is held back, `code` why it stays, where it does.
    """

    root: str
    entities: frozenset[str]
    state: str
    code: str
    first: int
    ops: tuple[int, ...]
    is_new: bool
    not_before: int | None


@cache
def _root() -> str:
    """The incident that an op is about, as SQL over `op`; NULL for what is about none."""
    ways = ["WHEN 'incident' THEN op.ei"]
    for name in [entity_name(part) for _, part in PARTS["incident"]]:
        ways.append(f"WHEN '{name}' THEN (SELECT parent_id FROM {name} WHERE id = op.ei)")
    for name in [entity_name(part) for _, part in PARTS["person"]]:
        inner = f"SELECT person.parent_id FROM {name} x JOIN person ON person.id = x.parent_id WHERE x.id = op.ei"
        ways.append(f"WHEN '{name}' THEN ({inner})")
    ways.append("WHEN 'plan' THEN (SELECT incident_id FROM plan WHERE id = op.ei)")
    for name in ("step_entry", "step_care"):
        inner = f"SELECT plan.incident_id FROM {name} x JOIN plan ON plan.id = x.plan_id WHERE x.id = op.ei"
        ways.append(f"WHEN '{name}' THEN ({inner})")
    return f"CASE op.et {' '.join(ways)} END"


def listed(db: Connection) -> list[Unsent]:
    """What has not left, or needs somebody, the earliest first. What later changes stand for needs nobody."""
    sql = (
        f"SELECT op.n, op.et, {_root()}, state, coalesce(code, ''), not_before,"
        " op.et = 'incident' AND NOT EXISTS (SELECT 1 FROM op o WHERE o.ei = op.ei AND o.n < op.n)"
        f" FROM outbox CROSS JOIN op ON op.n = outbox.op ORDER BY outbox.op LIMIT {MOST}"
    )
    return _gathered(db, db.execute(sql))


def put_aside(db: Connection, device: str, wards: Sequence[str]) -> list[Unsent]:
    """What this PC wrote, and the endpoint once took, and laid aside after it was put back from a backup.

    It gave it no number when it was offered all again, and will give it none by itself. Only index entries are read for
    all that has one, and nothing where no endpoint was ever put back.
    """
    asked = [st for st in wards if db.execute(PUT_BACK, (st,)).fetchone() and not _is_numbering(db, st)]
    if not asked:
        return []
    sql = (
        f"SELECT n, et, {_root()}, '{ASIDE}', iif(instr(raw, :erases), 'erase-put-aside', 'put-aside'), NULL, 0"
        " FROM op WHERE n IN (SELECT n FROM op INDEXED BY op_dev WHERE dev = :dev"
        " EXCEPT SELECT n FROM op INDEXED BY op_st_seq WHERE seq IS NOT NULL EXCEPT SELECT op FROM outbox)"
        " AND batch IS NOT NULL AND raw IS NOT NULL AND st IN (SELECT value FROM json_each(:asked)) ORDER BY n"
    )
    return _gathered(db, db.execute(sql, {"erases": ERASES, "dev": device, "asked": json.dumps(asked)}))


def _is_numbering(db: Connection, st: str) -> bool:
    """Whether all is being offered again, and the numbers come back: until then nothing is known to lie aside."""
    now = streams.place(db, st)
    return now.offering or now.numbering


def _gathered(db: Connection, rows: Iterable[Sequence[Any]]) -> list[Unsent]:
    """Ops of one report in one state, and for one reason, as one."""
    held: dict[tuple[str, str, str], list[tuple[int, str, int | None, bool]]] = {}
    for n, et, root, state, code, not_before, first in rows:
        going = outbox.PENDING if state == outbox.SEALED else state
        kind = root or ("ward" if et in OF_WARD else "user" if et == "user" else "other")
        held.setdefault((kind, going, code), []).append((n, et, not_before, bool(first)))
    made = [_one(*key, ops) for key, ops in held.items()]
    return [one for one in made if one.state == outbox.PENDING or not replaced(db, one.ops)]


def _one(root: str, state: str, code: str, ops: Sequence[tuple[int, str, int | None, bool]]) -> Unsent:
    free = [not_before for _, _, not_before, _ in ops]
    return Unsent(
        root, frozenset(et for _, et, _, _ in ops), state, code, ops[0][0], tuple(n for n, _, _, _ in ops),
        any(first for _, _, _, first in ops), None if None in free else max(one for one in free if one is not None),
    )  # fmt: skip


def saved_at(db: Connection, ops: Sequence[int]) -> dict[int, str]:
    """The hybrid time of some ops, as their authors' PCs had it."""
    sql = "SELECT n, raw FROM op WHERE n IN (SELECT value FROM json_each(?)) AND raw IS NOT NULL"
    found = {n: json.loads(bytes(raw)) for n, raw in db.execute(sql, (json.dumps(list(ops)),))}
    return {n: body["at"] for n, body in found.items() if "at" in body}


def numbers_of(db: Connection, incidents: Sequence[str]) -> dict[str, int]:
    """The local number of incidents by id."""
    sql = "SELECT id, n FROM incident WHERE id IN (SELECT value FROM json_each(?))"
    return {one: int(n) for one, n in db.execute(sql, (json.dumps(list(incidents)),))}


def bodies(db: Connection, ops: Sequence[int]) -> list[tuple[dict[str, Any], int | None]]:
    """Some ops as their authors wrote them, each with its number at the endpoint; what cannot be read is left out."""
    sql = "SELECT raw, seq FROM op WHERE n IN (SELECT value FROM json_each(?)) AND raw IS NOT NULL ORDER BY n"
    found = [(json.loads(bytes(raw)), seq) for raw, seq in db.execute(sql, (json.dumps(list(ops)),))]
    return [(body, seq) for body, seq in found if "set" in body]


def replaced(db: Connection, ops: Sequence[int]) -> bool:
    """Whether later changes stand in the place of all of these: then nobody has to do anything about them.

    Nothing stands in the place of what erases: it sets nothing.
    """
    for n in ops:
        op_id, ei, raw = db.execute("SELECT id, ei, raw FROM op WHERE n = ?", (n,)).fetchone()
        folded, _ = oplog.entity_fold(db, ei)
        if ERASES in (raw or b"") or any(op_id in heads for heads in folded.heads.values()):
            return False
    return True
