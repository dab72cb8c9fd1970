"""Initials of a name of any length, cut to what the record of a person holds."""

from __future__ import annotations

from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.user import User
from vpr_desktop.services.sessions import initials_of

LONGEST = fields_of(User)["initials"].longest


def initials(name: str, typed: str = "") -> str:
    """What somebody typed, else of the name: A.M.D. for Ana Maria de Souza."""
    return (typed.strip() or initials_of(name))[:LONGEST]
