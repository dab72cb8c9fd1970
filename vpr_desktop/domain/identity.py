"""Identities: made on the device, unique without a server. Time and randomness come in as values."""

from __future__ import annotations

import hashlib
import uuid

VPR_NAMESPACE = uuid.UUID("6f1f3f0a-6d0c-5c0e-9a53-2f6b8b6d7c11")
LATEST_MS = 253_370_764_800_000  # the beginning of the year 9999, the last that any time zone can show whole


def uuid7(unix_ms: int, randomness: bytes) -> str:
    """A UUIDv7 of a time in milliseconds and 10 random bytes. Its time is never trusted."""
    a = int.from_bytes(randomness[:2], "big") & 0x0FFF
    b = int.from_bytes(randomness[2:10], "big") & ((1 << 62) - 1)
    value = (unix_ms & ((1 << 48) - 1)) << 80 | 7 << 76 | a << 64 | 2 << 62 | b
    return str(uuid.UUID(int=value))


def stream_id(org_code: str, ward_code: str) -> str:
    """The stream of a ward: the same on every PC, also before any of them was enrolled."""
    return str(uuid.uuid5(VPR_NAMESPACE, f"ward/{org_code.upper()}/{ward_code.upper()}"))


def user_record_id(org_code: str, user_id: str) -> str:
    """The record of a person who signs in: the same on every PC of an organisation."""
    return str(uuid.uuid5(VPR_NAMESPACE, f"user/{org_code.upper()}/{user_id.lower()}"))


def person_record_id(incident_id: str, letter: str) -> str:
    """A person added to an incident by number: the same on every PC, so that two that say "two people" mean one B."""
    return str(uuid.uuid5(VPR_NAMESPACE, f"person/{incident_id}/{letter}"))


def plan_record_id(person_id: str) -> str:
    """The support plan that starts for such a person."""
    return str(uuid.uuid5(VPR_NAMESPACE, f"plan/{person_id}"))


def step_record_id(plan_id: str, step: str) -> str:
    """The record of a plan's step: the same on every PC, so that two of them mean the same step."""
    return str(uuid.uuid5(VPR_NAMESPACE, f"step/{plan_id}/{step}"))


def tally_record_id(ward_id: str, week: str, user_id: str) -> str:
    """The record of one person's count of one week: the same on every PC of the ward."""
    return str(uuid.uuid5(VPR_NAMESPACE, f"tally/{ward_id}/{week}/{user_id.lower()}"))


def device_id(first_public_key: bytes) -> str:
    """A PC's identity, which its first public key proves."""
    return str(uuid.UUID(bytes=hashlib.sha256(first_public_key).digest()[:16]))


def next_hlc(last: str, unix_ms: int) -> str:
    """The next hybrid logical time: never before the last one, for display and sorting only."""
    held_ms, counter = (int(part) for part in last.split(".")) if last else (0, 0)
    if unix_ms > held_ms:
        return f"{unix_ms:015d}.00000"
    return f"{held_ms:015d}.{counter + 1:05d}"


def hlc_ms(hlc: str) -> int:
    """The milliseconds of a hybrid time; 0 where it is none, as no other PC may keep a record from being opened."""
    text = hlc.split(".")[0]
    return min(int(text), LATEST_MS) if len(text) < 17 and text.isascii() and text.isdigit() else 0
