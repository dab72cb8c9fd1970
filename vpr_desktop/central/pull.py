"""Reads a page of a stream: ops by number, each run of one batch under its header. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from vpr_desktop.central.auth import Caller
from vpr_desktop.central.database import Session
from vpr_desktop.central.refusals import Refused
from vpr_desktop.central.scopes import Stream, stream_of
from vpr_desktop.domain.batches import MOST_OPS, Numbers, b64, hash_line, numbers_line
from vpr_desktop.sync.protocol import PAGE_BYTES, PAGE_OPS, PageHead, encode


@dataclass(slots=True)
class Run:
    """Ops of one batch with numbers one after another, in the order of their lines."""

    batch: int
    first: int
    positions: list[int]
    size: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page as bytes, and the numbers in it."""

    body: bytes
    first: int
    last: int
    stream: Stream


def page(session: Session, caller: Caller, st: str, after: int, limit: int) -> Page:
    """Ops `after`+1 and on, cut between batches, at least one. Raises Refused."""
    session.act_for(caller.trust)
    stream = stream_of(session, caller, st)
    if not 0 <= after <= 2**53 - 1 or not 1 <= limit <= PAGE_OPS:
        raise Refused("unreadable-body", "after or limit is out of bounds")
    runs = _runs(session, stream, after, limit)
    last = runs[-1].first + len(runs[-1].positions) - 1 if runs else min(after, stream.head)
    first_line = encode(PageHead(stream.epoch, stream.head, last, b64(stream.chain)))
    return Page(b"\n".join([first_line, *_lines(session, stream, runs, after, last), b""]), after + 1, last, stream)


def _runs(session: Session, stream: Stream, after: int, limit: int) -> list[Run]:
    """What the page holds, by the sizes alone: the bytes are read only once it is known that they fit."""
    # As numbers have no gap, the last one bounds them: by a LIMIT the database would first sort all that follows.
    rows = session.rows(
        "SELECT seq, batch, pos, coalesce(length(raw), 43) FROM op_seen"
        " WHERE st = :st AND seq > :after AND seq <= :last ORDER BY seq",
        st=stream.n, after=after, last=min(stream.head, after + limit + MOST_OPS),
    )  # fmt: skip
    runs: list[Run] = []
    for seq, batch, pos, size in rows:
        run = runs[-1] if runs else None
        if run is not None and run.batch == batch and pos > run.positions[-1]:
            run.positions.append(pos)
            run.size += size
        else:
            runs.append(Run(batch, seq, [pos], size))
    kept: list[Run] = []
    count = size = 0
    for run in runs:
        count, size = count + len(run.positions), size + run.size
        if kept and (count > limit or size > PAGE_BYTES):
            break
        kept.append(run)
    return kept


def _lines(session: Session, stream: Stream, runs: list[Run], after: int, last: int) -> list[bytes]:
    if not runs:
        return []
    batches = {
        row[0]: (bytes(row[1]), bytes(row[2]))
        for row in session.rows(
            "SELECT n, header, hashes FROM batch WHERE n IN :ns", ns=sorted({run.batch for run in runs})
        )
    }
    rows = session.rows(
        "SELECT seq, raw FROM op_seen WHERE st = :st AND seq > :after AND seq <= :last ORDER BY seq",
        st=stream.n, after=after, last=last,
    )  # fmt: skip
    raws = {row[0]: row[1] for row in rows}
    lines: list[bytes] = []
    for run in runs:
        header, packed = batches[run.batch]
        lines.append(header)
        lines += _run_lines(run, packed, raws)
    return lines


def _run_lines(run: Run, packed: bytes, raws: dict[int, bytes | None]) -> list[bytes]:
    hashes = [packed[i : i + 32] for i in range(0, len(packed), 32)]
    ops = [hash_line(hashed) for hashed in hashes]
    for seq, pos in enumerate(run.positions, run.first):
        raw = raws[seq]
        if raw is not None:
            ops[pos] = bytes(raw)
    if len(run.positions) == len(hashes):
        return ops
    return [numbers_line(Numbers(run.first, _spans(run.positions))), *ops]


def _spans(positions: list[int]) -> tuple[tuple[int, int], ...]:
    spans = []
    for _, group in groupby(enumerate(positions), key=lambda pair: pair[1] - pair[0]):
        members = [pos for _, pos in group]
        spans.append((members[0], members[-1]))
    return tuple(spans)
