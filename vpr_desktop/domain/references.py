"""The short label people say, `CED-2611-A042`, and the slip code of a receipt. Labels, never identities."""

from __future__ import annotations

import re
from datetime import datetime

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LABEL = re.compile(r"([A-Z0-9]{1,10})-?(\d{4})-?([A-Z]{1,4})(\d{3,})")


def reference(ward_code: str, saved_local: datetime, letter: str, counter: int) -> str:
    """The label of an incident saved at this local time on the PC with this letter."""
    return f"{ward_code}-{saved_local:%y%m}-{letter}{counter:03d}"


def normal_reference(typed: str) -> str | None:
    """The label somebody meant: any case, spaces or no dashes. None where it is no label."""
    found = LABEL.fullmatch(re.sub(r"[\s_/–-]+", "", typed.upper()))
    if found is None:
        return None
    ward, month, letter, counter = found.groups()
    return f"{ward}-{month}-{letter}{int(counter):03d}"


def letter_of(label: str) -> str:
    """The letter of the PC in a label; empty where it is no label."""
    found = LABEL.fullmatch(label)
    return found.group(3) if found else ""


def next_letter(letter: str) -> str:
    """The letter of a PC after a restore, until the endpoint gives one: doubled."""
    return letter + letter[:1] if len(letter) < 4 else letter


def new_slip_code(randomness: bytes) -> str:
    """Ten characters that find one report's answer, from 10 random bytes (50 bits are used)."""
    number = int.from_bytes(randomness, "big")
    return "".join(CROCKFORD[number >> 5 * i & 31] for i in range(10))


def grouped_slip_code(code: str) -> str:
    """A slip code as it is printed: two groups of five."""
    return f"{code[:5]} {code[5:]}"


def normal_slip_code(typed: str) -> str:
    """A slip code as somebody typed it: I and L are 1, O is 0, spaces and dashes are nothing."""
    kept = re.sub(r"[\s-]+", "", typed.upper())
    return kept.translate(str.maketrans("ILO", "110"))
