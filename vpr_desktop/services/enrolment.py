"""Joining this PC to the trust's endpoint, and what the file keeps of it. Nothing here talks to a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from vpr_desktop.domain.batches import unb64
from vpr_desktop.domain.device_keys import MOST_KEYS, fingerprint
from vpr_desktop.domain.errors import NotAllowed, Problem, ProblemsFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.place import Ward
from vpr_desktop.domain.references import CROCKFORD, letter_of, normal_slip_code
from vpr_desktop.services.context import Context
from vpr_desktop.services.new_incident import next_reference
from vpr_desktop.storage import keychange, lifetime
from vpr_desktop.storage.device import private_key, public_key
from vpr_desktop.storage.unit import UnitOfWork

T = TypeVar("T")
URL, LETTER, LENGTH = "endpoint_url", "letter", 10
TYPED = "endpoint_typed"  # an address that somebody tried, whether or not the server answered


@dataclass(frozen=True, slots=True)
class ThisPc:
    """This PC as it introduces itself: its identity, the key as an object that can sign, all its keys and its wards."""

    device: str
    signing: Any
    fingerprint: str
    links: list[keychange.Link] = field(default_factory=list)
    is_new: bool = False  # whether the newest of `links` is a key that the endpoint has yet to take
    wards: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Joined:
    """What the endpoint said: the letter of this PC, and the wards of the code by identity and code."""

    letter: str
    wards: tuple[tuple[str, str], ...]
    waits: bool = False
    links: list[keychange.Link] = field(default_factory=list)  # where a new key was taken


def this_pc(ctx: Context) -> ThisPc:
    """This PC's identity and key."""
    key = public_key(ctx.store.db)
    return ThisPc(ctx.store.device_id, private_key(ctx.store.db), fingerprint(key), keychange.chain(ctx.store.db))


def introduced(ctx: Context, anew: bool = False) -> ThisPc:
    """This PC for a code, with a new key where it was withdrawn, or `anew` where the server knows of a newer one."""
    with ctx.unit() as unit:
        made = keychange.introduce(unit.db, ctx.store.device_id, unit.incarnation, unit.new_id, anew)
        unit.commit("new key made" if made.is_new else "", ctx.store.device_id)
    words = fingerprint(unb64(made.links[-1][0], 32))
    return ThisPc(ctx.store.device_id, made.signing, words, made.links, made.is_new, _wards(ctx))


def _wards(ctx: Context) -> list[str]:
    """The wards in this file, also one that the trust took from it."""
    return [ward.id for ward in ctx.reader().find(Ward)]


def order_new_key(ctx: Context) -> None:
    """Has this PC change its key as soon as nothing waits to be sent. Raises NotAllowed."""
    ctx.require("manage_device")
    with ctx.unit() as unit:
        if len(keychange.chain(unit.db)) >= MOST_KEYS:
            raise NotAllowed("This PC has had as many keys as it can have. Ask IT to set it up anew.")
        unit.put_state(keychange.ORDERED, b"1")
        unit.commit("new key ordered", ctx.store.device_id)


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
    if not {ward for ward, _ in joined.wards}.intersection(_wards(ctx)):
        own = f"{ctx.ward.code} of {ctx.reader().get(Ward, ctx.ward_id).org_code}"
        raise ProblemsFound([Problem("code", f"The code gave this PC none of its wards. Ask IT for a code for {own}.")])
    with ctx.unit() as unit:
        unit.put_state(URL, url.encode())
        unit.put_state(LETTER, joined.letter.encode())
        relabel(ctx, unit, joined.letter)
        if joined.links:
            keychange.take_over(unit.db, joined.links, ctx.now())
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


def keep_typed(ctx: Context, url: str) -> None:
    """Keeps the address that is tried, so that nobody has to type it again where the server is out of reach."""
    with ctx.unit() as unit:
        unit.put_state(TYPED, url.encode())
        unit.commit("")


def typed(ctx: Context) -> str:
    """The address that was tried last; empty where nobody has tried one."""
    return (ctx.reader().state(TYPED) or b"").decode()


class InUnit:
    """Runs the jobs of sync in units of this session, in the caller's own thread: for a command."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    def __call__(self, job: Callable[[UnitOfWork], T]) -> T:
        """One job, one unit."""
        with self.ctx.unit() as unit:
            return job(unit)
