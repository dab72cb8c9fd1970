"""Joining this PC to the trust's endpoint, and what the file keeps of it. Nothing here talks to a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from vpr_desktop.domain.batches import b64
from vpr_desktop.domain.device_keys import fingerprint
from vpr_desktop.domain.errors import Problem, ProblemsFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.references import CROCKFORD, letter_of, normal_slip_code
from vpr_desktop.services.context import Context
from vpr_desktop.services.new_incident import next_reference
from vpr_desktop.storage import lifetime
from vpr_desktop.storage.device import private_key, public_key
from vpr_desktop.storage.unit import UnitOfWork

T = TypeVar("T")
URL, LETTER, LENGTH = "endpoint_url", "letter", 10


@dataclass(frozen=True, slots=True)
class ThisPc:
    """This PC as it introduces itself: its identity, its public key, and the key as an object that can sign."""

    device: str
    key: str
    signing: Any
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Joined:
    """What the endpoint said: the letter of this PC, and the wards of the code by identity and code."""

    letter: str
    wards: tuple[tuple[str, str], ...]
    waits: bool = False


def this_pc(ctx: Context) -> ThisPc:
    """This PC's identity and key."""
    key = public_key(ctx.store.db)
    return ThisPc(ctx.store.device_id, b64(key), private_key(ctx.store.db), fingerprint(key))


def code_of(ctx: Context, typed: str) -> str:
    """The one-time code as it was meant. Raises NotAllowed, ProblemsFound."""
    ctx.require("manage_device")
    code = normal_slip_code(typed)
    if len(code) != LENGTH or any(character not in CROCKFORD for character in code):
        raise ProblemsFound([Problem("code", f"The code has {LENGTH} letters and digits. Check it.")])
    return code


def join(ctx: Context, url: str, joined: Joined) -> None:
    """Keeps that this PC is enrolled, and takes the letter it was given. Raises ProblemsFound."""
    ctx.require("manage_device")
    if not any(ward in ctx.wards for ward, _ in joined.wards):
        named = ", ".join(code for _, code in joined.wards)
        text = f"The code is for {named}, which is no ward of this PC. Ask for a code for {ctx.ward.code}."
        raise ProblemsFound([Problem("code", text)])
    with ctx.unit() as unit:
        unit.put_state(URL, url.encode())
        unit.put_state(LETTER, joined.letter.encode())
        relabel(ctx, unit, joined.letter)
        unit.commit("enrol", ctx.store.device_id)


def relabel_after_restore(ctx: Context, unit: UnitOfWork) -> None:
    """Labels anew what waited to be sent, as the file that was replaced may have given its labels out.

    Not where this PC never joined an endpoint: then nothing was ever sent, and every label of the ward would change.
    """
    if unit.state(URL):
        relabel(ctx, unit, (unit.state(LETTER) or b"A").decode())


def relabel(ctx: Context, unit: UnitOfWork, letter: str) -> None:
    """Gives what nobody else has heard of yet a label with this PC's letter; the label it had is still found."""
    for record_id in lifetime.never_sent(unit.db):
        record = unit.get(Incident, record_id)
        if record.ward_id not in ctx.wards or not record.reference or letter_of(record.reference) == letter:
            continue
        record.old_reference = record.old_reference or record.reference
        record.reference = next_reference(ctx.with_ward(record.ward_id), unit)
        unit.save(record)


def address(ctx: Context) -> str | None:
    """The endpoint's address, where this PC is enrolled."""
    held = ctx.reader().state(URL)
    return held.decode() if held else None


class InUnit:
    """Runs the jobs of sync in units of this session, in the caller's own thread: for a command."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    def __call__(self, job: Callable[[UnitOfWork], T]) -> T:
        """One job, one unit."""
        with self.ctx.unit() as unit:
            return job(unit)
