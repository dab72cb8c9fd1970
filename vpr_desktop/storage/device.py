"""This PC's own signing key: made at first run, kept inside the encrypted file; others get an object, never bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vpr_desktop.storage.oplog import Connection


def make_device_key() -> tuple[bytes, bytes]:
    """A new Ed25519 key: its private bytes, for the file's state, and its public bytes."""
    private = Ed25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def private_key(db: Connection) -> Ed25519PrivateKey:
    """This PC's key as an object that can sign."""
    (held,) = db.execute("SELECT v FROM state WHERE k = 'device_key'").fetchone()
    return Ed25519PrivateKey.from_private_bytes(bytes(held))


def public_key(db: Connection) -> bytes:
    """The public half, which anyone may know."""
    return private_key(db).public_key().public_bytes_raw()


def signer(db: Connection) -> Callable[[bytes], bytes]:
    """Signs with this PC's key."""
    return private_key(db).sign


def is_signed(key: bytes, sig: bytes, message: Any) -> bool:
    """Whether a public key made a signature."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(sig, message)
    except (InvalidSignature, ValueError):
        return False
    return True
