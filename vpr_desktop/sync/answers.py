"""Reads what a push was answered with. An answer that does not fit what was sent is not taken at all. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vpr_desktop.domain.batches import unb64
from vpr_desktop.storage.outbox import Answer
from vpr_desktop.sync.events import HeadNow, Sized
from vpr_desktop.sync.protocol import STATUSES, BatchAnswer, PushAnswer
from vpr_desktop.sync.refusals import Refused, known_kind


@dataclass(frozen=True, slots=True)
class Taken:
    """How one batch stands at the endpoint: its lines, or the kind of problem for which it was not taken."""

    batch: Sized
    lines: tuple[Answer, ...]
    problem: str | None
    numbered: tuple[tuple[int, bytes], ...]


def head_now(st: str, epoch: str, head: int, chain: str) -> HeadNow:
    """Where a stream stands, as the engine compares it."""
    try:
        return HeadNow(st, epoch, head, unb64(chain, 32).hex())
    except ValueError as error:
        raise Refused("answer-not-accepted") from error


def answers_of(answer: PushAnswer, sent: Sequence[tuple[Sized, str, list[bytes]]]) -> list[Taken]:
    """The answers in the order of what was sent, by number, identity and hashes. Raises Refused where they are not."""
    if [one.b for one in answer.r] != [known for _, known, _ in sent]:
        raise Refused("answer-not-accepted")
    return [_taken(one, batch, hashes) for one, (batch, _, hashes) in zip(answer.r, sent, strict=True)]


def _taken(answer: BatchAnswer, batch: Sized, hashes: list[bytes]) -> Taken:
    if answer.problem is not None:
        return Taken(batch, (), known_kind(answer.problem.type), ())
    lines = tuple(_line(place, told) for place, told in enumerate(_told(answer)))
    if len(lines) != batch.lines:
        raise Refused("answer-not-accepted")
    numbered = tuple((line.seq, hashes[line.position]) for line in lines if line.seq is not None)
    return Taken(batch, lines, None, numbered)


def _told(answer: BatchAnswer) -> list[Any]:
    if answer.ops is not None:
        return answer.ops
    if answer.first is None or answer.stored is None or not 0 < answer.stored <= 500:
        raise Refused("answer-not-accepted")
    return [[answer.first + place, "stored"] for place in range(answer.stored)]


def _line(place: int, told: Any) -> Answer:
    if not isinstance(told, list) or not 2 <= len(told) <= 3 or told[1] not in STATUSES:
        raise Refused("answer-not-accepted")
    seq, problem = told[0], told[2] if len(told) == 3 else None
    if not (seq is None or (type(seq) is int and seq > 0)):
        raise Refused("answer-not-accepted")
    if problem is None:
        return Answer(place, seq, told[1])
    kind = problem.get("type") if isinstance(problem, dict) else None
    return Answer(place, seq, told[1], known_kind(kind) if isinstance(kind, str) else "refused")
