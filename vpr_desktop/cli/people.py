"""Commands about the PC and who works on it: init, add-ward, users, recover."""

from __future__ import annotations

import os
from argparse import Namespace

from vpr_desktop.bootstrap import SystemClock
from vpr_desktop.cli.output import result, table, tell
from vpr_desktop.cli.session import (
    ask,
    home_of,
    new_passphrase_of,
    passphrase_of,
    read_secret,
    signed_in,
    user_of,
)
from vpr_desktop.services import people, sessions
from vpr_desktop.services.first_answers import FirstRun


def init(options: Namespace) -> None:
    """Makes the file of this PC."""
    home = home_of(options)
    setup = FirstRun(
        org_code=options.org_code,
        org_name=options.org_name,
        ward_code=options.ward_code,
        ward_name=options.ward_name,
        user_id=user_of(options),
        name=options.name,
        role=options.role,
        passphrase=_first_passphrase(options),
        timezone=options.timezone,
    )
    ctx, code = sessions.first_run(home, setup, SystemClock())
    sessions.lock(ctx)
    tell("Write down the recovery code and keep it in a safe place. It is shown this once.")
    document = {"home": str(home), "ward": setup.ward_code.upper(), "recovery_code": code}
    result(options, document, [f"Ready in {home}", f"Recovery code: {code}"])


def _first_passphrase(options: Namespace) -> str:
    given = options.passphrase_file or os.environ.get("VPR_PASSPHRASE")
    return passphrase_of(options) if given else new_passphrase_of(None)


def add_ward(options: Namespace) -> None:
    """Adds another ward to this PC."""
    with signed_in(options) as ctx:
        grown = sessions.add_ward(ctx, options.ward_code, options.ward_name)
        wards = [{"code": ward.code, "name": ward.name} for ward in grown.wards.values()]
    result(options, {"wards": wards}, [f"{ward['code']}  {ward['name']}" for ward in wards])


def users_list(options: Namespace) -> None:
    """Lists everybody known on this ward."""
    with signed_in(options) as ctx:
        found = [
            {"id": row.user_id, "name": row.name, "role": row.role, "active": row.active and row.has_slot}
            for row in people.users(ctx)
        ]
    lines = table(("id", "name", "role", "active"), [[row[key] for key in row] for row in found])
    result(options, found, lines)


def users_add(options: Namespace) -> None:
    """Gives a person access."""
    with signed_in(options) as ctx:
        secret = new_passphrase_of(options.new_passphrase_file)
        people.add(ctx, options.id, options.name, options.role, secret)
    result(options, {"id": options.id, "role": options.role}, [f"{options.id} can unlock this PC now."])


def users_disable(options: Namespace) -> None:
    """Ends a person's access."""
    with signed_in(options) as ctx:
        people.disable(ctx, options.id)
    result(options, {"id": options.id, "active": False}, [f"{options.id} can no longer unlock this PC."])


def users_passphrase(options: Namespace) -> None:
    """Changes a passphrase: one's own, or somebody's with the right to manage users."""
    old = passphrase_of(options)
    with signed_in(options) as ctx:
        secret = new_passphrase_of(options.new_passphrase_file)
        people.change_passphrase(ctx, options.id, secret, old)
    result(options, {"id": options.id}, ["The passphrase was changed."])


def recover(options: Namespace) -> None:
    """Sets a new passphrase with the recovery code."""
    user, code = user_of(options), read_secret(options.recovery_code_file)
    path = options.new_passphrase_file or options.passphrase_file
    secret = new_passphrase_of(path) if path else os.environ.get("VPR_PASSPHRASE") or ask("New passphrase: ")
    sessions.lock(sessions.recover(home_of(options), code, user, secret, SystemClock()))
    result(options, {"user": user}, [f"{user} can unlock this PC with the new passphrase."])
