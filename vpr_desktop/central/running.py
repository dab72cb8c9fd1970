"""Opens a database for one act of administration, and says in plain words where it cannot be used for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from vpr_desktop.central.database import SCHEMA_VERSION, Database
from vpr_desktop.central.refusals import Refused
from vpr_desktop.domain.errors import KnownError


class Unreachable(KnownError):
    """The database does not answer."""

    exit_code = 6
    message = "The database does not answer. Check its address, its user's password and rights, and whether it runs."


class NotInitialised(KnownError):
    """The tables are not there."""

    exit_code = 3
    message = "This database holds no endpoint. Check its address. Where it is new: `vpr central init` first."


class OtherVersion(KnownError):
    """The tables are those of another version."""

    exit_code = 3

    def __init__(self, held: str) -> None:
        is_newer = held.isdecimal() and int(held) > int(SCHEMA_VERSION)
        do = "Install the newer program." if is_newer else "Install the program of before, and ask how to go on."
        super().__init__(
            f"The tables of this database are of version {held}, those of this program of version {SCHEMA_VERSION}."
            f" Nothing was changed. {do}"
        )


def run(url: str, work: Callable[[Database], Any], *, may_be_new: bool = False) -> Any:
    """What some work gives on a database with the tables of this version, or none yet. Raises KnownError."""
    database = Database(url)
    try:
        check(database, may_be_new=may_be_new)
        return work(database)
    except (DBAPIError, Refused) as error:
        if is_denied(error) or isinstance(error, OperationalError | InterfaceError | Refused):
            raise Unreachable() from error
        raise
    finally:
        database.close()


def check(database: Database, *, may_be_new: bool = False) -> None:
    """Whether the tables are there, in this version. Raises KnownError."""
    try:
        held = database.version()
    except (DBAPIError, Refused) as error:
        if _state(error) in ("42P01", "22023"):  # no table op, no role vpr_app
            raise NotInitialised() from error
        raise Unreachable() from error
    if held is None and not may_be_new:
        raise NotInitialised()
    if held not in (None, SCHEMA_VERSION):
        raise OtherVersion(str(held))


def is_denied(error: BaseException | None) -> bool:
    """Whether the database's user lacks a right."""
    return _state(error) == "42501"


def _state(error: BaseException | None) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", ""))
