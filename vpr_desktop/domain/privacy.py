"""Does a note seem to name somebody? Advice while typing; it never blocks and nothing leaves the PC."""

from __future__ import annotations

import re

from vpr_desktop.domain.identifiers import is_nhs_number

ADVICE = "This may identify someone. Use roles such as 'patient' or 'nurse'."
TEN_DIGITS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
PHONE = re.compile(r"(?<!\d)(?:\+44[ -]?|0)\d(?:[ -]?\d){8,9}(?!\d)")


def identifying(text: str) -> tuple[str, ...]:
    """What was found: any of nhs_number, email, phone."""
    found = []
    if any(is_nhs_number(match.group()) for match in TEN_DIGITS.finditer(text)):
        found.append("nhs_number")
    if EMAIL.search(text):
        found.append("email")
    if PHONE.search(text):
        found.append("phone")
    return tuple(found)
