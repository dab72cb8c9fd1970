"""`vpr central`: runs the endpoint and administers it, on the machine where its database is reached.

The one file that imports the endpoint; everything else of the app is a client of it.
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable
from typing import Any

from vpr_desktop.cli.output import result, table, tell
from vpr_desktop.domain.errors import WrongUse

MISSING = "The endpoint's own packages are not installed. Install vpr-desktop with the extra `central`."


def _url(options: Namespace) -> str:
    url = getattr(options, "database", None) or os.environ.get("VPR_CENTRAL_DATABASE", "")
    if not url:
        raise WrongUse("Say which database: --database sqlite:///FILE or postgresql://..., or VPR_CENTRAL_DATABASE.")
    if url.startswith("postgresql://") or url.startswith("sqlite:///"):
        return str(url)
    raise WrongUse("The database is sqlite:///FILE or postgresql://USER@HOST/NAME.")


def _run(options: Namespace, work: Callable[[Any], Any]) -> Any:
    try:
        from vpr_desktop.central import running
    except ImportError as error:
        raise WrongUse(MISSING) from error
    return running.run(_url(options), work)


def serve(options: Namespace) -> None:
    """Runs the endpoint until it is stopped."""
    try:
        from vpr_desktop.central import logs
        from vpr_desktop.central import serve as server
    except ImportError as error:
        raise WrongUse(MISSING) from error
    logs.set_up()
    url = _url(options)
    listening = server.listen(options.host, options.port)
    host, port = listening.getsockname()[:2]
    result(options, {"host": host, "port": port}, [f"Listening on {host} port {port}. Stop with Ctrl+C."])
    server.serve(url, listening, options.public_url)


def init(options: Namespace) -> None:
    """Makes the tables and an organisation."""
    from vpr_desktop.central import admin

    made = _run(
        options,
        lambda db: admin.init(db, options.org_code, options.org_name, must_accept=options.accept_first),
    )
    result(options, made, [f"Ready for {made['org_code']}. Next: vpr central add-ward"])


def add_ward(options: Namespace) -> None:
    """Adds a ward."""
    from vpr_desktop.central import admin

    made = _run(options, lambda db: admin.add_ward(db, options.code, options.name, options.org_code))
    result(options, made, [f"Ward {made['ward']}. Next: vpr central code --ward {made['ward']}"])


def code(options: Namespace) -> None:
    """Makes a one-time code."""
    from vpr_desktop.central import admin

    made = _run(options, lambda db: admin.add_code(db, options.ward, options.org_code))
    shown = f"{made['code'][:5]} {made['code'][5:]}"
    result(options, made, [f"Code {shown} for {', '.join(made['wards'])}. It works once, until {made['expires']}."])


def devices(options: Namespace) -> None:
    """Lists PCs."""
    from vpr_desktop.central import admin

    found = _run(options, admin.list_devices)
    rows = [(d["device"], d["letter"], d["state"], ",".join(d["wards"]), d["fingerprint"]) for d in found]
    result(options, found, table(("PC", "letter", "state", "wards", "fingerprint"), rows))


def accept(options: Namespace) -> None:
    """Accepts a PC."""
    from vpr_desktop.central import admin

    made = _run(options, lambda db: admin.accept(db, options.device))
    result(options, made, [f"{made['device']} is accepted. Its letter is {made['letter']}."])


def revoke(options: Namespace) -> None:
    """Withdraws a PC, or takes one ward from it."""
    from vpr_desktop.central import admin

    if options.ward:
        made = _run(options, lambda db: admin.end_scope(db, options.device, options.ward))
        result(options, made, [f"{made['device']} no longer has ward {made['ward']}."])
        return
    made = _run(options, lambda db: admin.revoke(db, options.device))
    result(options, made, [f"{made['device']} is withdrawn from its next request on."])


def review(options: Namespace) -> None:
    """Lists what a person should look at."""
    from vpr_desktop.central import admin

    found = _run(options, lambda db: admin.review(db, options.settle or ()))
    rows = [(m["n"], m["kind"], m["code"], m["ward"], m["op"] or m["batch"], m["device"]) for m in _marks(found)]
    lines = table(("no", "kind", "why", "ward", "entry or batch", "PC"), rows)
    lines += [f"Quarantine: {q['code']} in batch {q['batch']} of {q['ward']}" for q in found["quarantine"]]
    lines += [f"Not accepted: {device}" for device in found["not_accepted"]]
    result(options, found, lines)


def _marks(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [*found["alarms"], *found["review"]]


def restore_epoch(options: Namespace) -> None:
    """Says that the database was restored."""
    from vpr_desktop.central import admin

    made = _run(options, admin.restore_epoch)
    tell("Withdraw again every PC that was withdrawn since the backup: see the daily list.")
    result(
        options, made, [f"New epoch {made['epoch']} for {made['streams']} wards. Every PC now offers what it holds."]
    )


def heads(options: Namespace) -> None:
    """Exports all heads and withdrawn PCs."""
    from vpr_desktop.central import admin

    found = _run(options, admin.heads)
    rows = [(h["org_code"], h["ward"], h["head"], h["chain"]) for h in found["heads"]]
    lines = [found["at"], *table(("organisation", "ward", "head", "chain"), rows)]
    result(options, found, [*lines, *(f"Withdrawn: {device}" for device in found["revoked"])])
