"""Reads a request's body within bounds: length told beforehand, time limited, unpacked with a cap."""

from __future__ import annotations

import asyncio
import zlib

from starlette.requests import ClientDisconnect, Request

from vpr_desktop.central import auth
from vpr_desktop.central.refusals import Refused
from vpr_desktop.sync import protocol

SECONDS = 15


async def read_body(request: Request, most: int) -> bytes:
    """The body as it was sent, not unpacked; of a request that nobody signed not a byte is read. Raises Refused."""
    told = request.headers.get("content-length")
    if told is None:
        raise Refused("no-length")
    if not told.isascii() or not told.isdigit() or len(told) > 12:
        raise Refused("unreadable-body")
    if int(told) > most:
        raise Refused("too-large")
    auth.is_signed(request.headers)
    parts = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for chunk in request.stream():
                parts += chunk
                if len(parts) > most:
                    raise Refused("too-large")
    except TimeoutError as error:
        raise Refused("too-slow") from error
    except ClientDisconnect as error:
        raise Refused("unreadable-body") from error
    return bytes(parts)


def unpack(body: bytes, encoding: str | None, most: int = protocol.UNPACKED_REQUEST) -> bytes:
    """The body unpacked; never more than `most` bytes are made. Raises Refused."""
    if encoding in (None, "", "identity"):
        if len(body) > most:
            raise Refused("too-large")
        return body
    if encoding != "gzip":
        raise Refused("wrong-encoding")
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        data = unpacker.decompress(body, most + 1)
    except zlib.error as error:
        raise Refused("unreadable-body") from error
    if len(data) > most or unpacker.unconsumed_tail:
        raise Refused("too-large")
    if not unpacker.eof or unpacker.unused_data:
        raise Refused("unreadable-body")
    return data
