"""The small readings: heads of all streams in scope, and the keys a reader needs. Change nothing."""

from __future__ import annotations

import hashlib

import msgspec

from vpr_desktop.central import devices
from vpr_desktop.central.auth import Caller
from vpr_desktop.central.database import Session
from vpr_desktop.domain.batches import b64
from vpr_desktop.sync.protocol import VERSION, Anchor, Ended, Head, Heads, Keys, KnownDevice, KnownKey, encode


def heads(session: Session, caller: Caller) -> tuple[bytes, str]:
    """Where all streams in scope stand, and the ETag of that answer."""
    session.act_for(caller.trust)
    rows, ordered = session.together(
        (
            "SELECT s.id, s.epoch, s.head, s.chain, c.ended_at FROM scope c JOIN stream s ON s.n = c.st"
            " WHERE c.device = :device ORDER BY s.id",
            {"device": caller.device},
        ),
        devices.asking_ordered(caller.device, caller.key),
    )
    an = msgspec.json.decode(caller.last_an, type=Anchor) if caller.last_an else None
    stand = [Head(row[0], row[1], row[2], b64(bytes(row[3]))) for row in rows if row[4] is None]
    ended = [Ended(row[0], row[4]) for row in rows if row[4] is not None]
    told = Heads(VERSION, stand, caller.letter, an, bool(ordered), ended)
    body = encode(told)
    return body, f'"{b64(hashlib.sha256(body).digest())}"'


def keys(session: Session, caller: Caller) -> Keys:
    """The devices that may have written in the streams in scope, with what each key may sign in these."""
    session.act_for(caller.trust)
    streams = {
        row[0]: row[1]
        for row in session.rows(
            "SELECT s.id, s.n FROM scope c JOIN stream s ON s.n = c.st WHERE c.device = :device AND c.ended_at IS NULL",
            device=caller.device,
        )
    }
    if not streams:
        return Keys(VERSION, [])
    numbers = sorted(streams.values())
    ids = session.rows(
        "SELECT device FROM scope WHERE st IN :streams UNION SELECT dev FROM batch WHERE st IN :streams",
        streams=numbers,
    )
    found = devices.load(session, caller.trust, [row[0] for row in ids])
    told = [_device(device, set(streams)) for _, device in sorted(found.items()) if device.state != "waiting"]
    return Keys(VERSION, told)


def _device(device: devices.HeldDevice, streams: set[str]) -> KnownDevice:
    place = {key.n: i for i, key in enumerate(device.keys)}
    told = [
        KnownKey(
            b64(key.key), None if key.signer is None else place[key.signer], b64(key.sig), key.state == "open",
            devices.texts(key.above, streams), devices.texts(key.last, streams),
        )
        for key in device.keys
    ]  # fmt: skip
    return KnownDevice(device.id, device.state, told)
