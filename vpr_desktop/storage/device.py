"""This PC's own signing key: made at first run, kept inside the encrypted file."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def make_device_key() -> tuple[bytes, bytes]:
    """A new Ed25519 key: its private bytes, for the file's state, and its public bytes."""
    private = Ed25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()
