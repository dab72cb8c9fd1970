"""Opens a database for one act of administration, and says in plain words where it cannot be reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError

from vpr_desktop.central.database import Database
from vpr_desktop.central.refusals import Refused
from vpr_desktop.domain.errors import KnownError


class Unreachable(KnownError):
    """The database does not answer."""

    exit_code = 6
    message = "The database does not answer, or holds no endpoint yet. Check the address, then `vpr central init`."


def run(url: str, work: Callable[[Database], Any]) -> Any:
    """What some work on the database gives. Raises KnownError."""
    database = Database(url)
    try:
        return work(database)
    except (DBAPIError, Refused) as error:
        raise Unreachable() from error
    finally:
        database.close()
