"""Opens a database for one act of administration, and says in plain words where it cannot be reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from vpr_desktop.central.database import Database
from vpr_desktop.central.refusals import Refused
from vpr_desktop.domain.errors import KnownError


class Unreachable(KnownError):
    """The database does not answer."""

    exit_code = 6
    message = "The database does not answer. Check its address, its user's password and rights, and whether it runs."


class NotInitialised(KnownError):
    """The tables are not there, or are those of another version."""

    exit_code = 3
    message = "This database holds no endpoint, or one of another version. Where it is new: `vpr central init` first."


def run(url: str, work: Callable[[Database], Any]) -> Any:
    """What some work on the database gives. Raises KnownError."""
    database = Database(url)
    try:
        return work(database)
    except (DBAPIError, Refused) as error:
        if not _is_there(database):
            raise NotInitialised() from error
        denied = getattr(getattr(error, "orig", None), "sqlstate", "") == "42501"
        if denied or isinstance(error, OperationalError | InterfaceError | Refused):
            raise Unreachable() from error
        raise
    finally:
        database.close()


def _is_there(database: Database) -> bool:
    """Whether the tables are there, or cannot be asked for as the database does not answer at all."""
    try:
        return database.is_ready()
    except (DBAPIError, Refused):
        return True
