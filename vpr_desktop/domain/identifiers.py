"""Checks of identifiers: NHS number and ODS codes. Pure; rejects, never repairs."""

from __future__ import annotations

import re

ODS = re.compile(r"[A-Z0-9]{3,10}")


def is_nhs_number(text: str) -> bool:
    """Whether ten digits are an NHS number: modulus 11, and neither all equal nor beginning with 0."""
    digits = text.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == 10):
        return False
    if digits[0] == "0" or len(set(digits)) == 1:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True))
    check = 11 - total % 11
    return check != 10 and int(digits[9]) == check % 11


def nhs_number_problem(text: str) -> str | None:
    """A sentence where an NHS number does not check."""
    return None if is_nhs_number(text) else "NHS number: check the ten digits. This is not an NHS number."


def is_ods_code(text: str) -> bool:
    """Whether a text has the form of an ODS code; that it is in use only a loaded list can tell."""
    return ODS.fullmatch(text) is not None
