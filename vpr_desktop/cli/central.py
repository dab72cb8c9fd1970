"""`vpr central`: runs the endpoint and administers it, on the machine where its database is reached.

The one file that imports the endpoint; everything else of the app is a client of it.
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vpr_desktop.cli.output import result, table, tell
from vpr_desktop.domain.errors import WrongUse
from vpr_desktop.domain.identifiers import is_ods_code
from vpr_desktop.services.first_answers import is_ward_code
from vpr_desktop.sync.protocol import LOOPBACK

DAMAGED = 7
PAST = {
    "gone": "is there no more.",
    "lower": "holds less than it did then.",
    "put-back": "was put back from a backup since: what it held then cannot be compared.",
    "changed": "what it held then was changed since.",
    "let-in": "was withdrawn then, and is not now.",
}
MISSING = "The packages of the endpoint are not installed. In the folder of the program: pip install '.[central]'"


def _url(options: Namespace) -> str:
    url = getattr(options, "database", None) or os.environ.get("VPR_CENTRAL_DATABASE", "")
    if not url:
        raise WrongUse("Say which database: --database sqlite:///FILE or postgresql://..., or VPR_CENTRAL_DATABASE.")
    if url.startswith("postgresql://") or url.startswith("sqlite:///"):
        return str(url)
    raise WrongUse("The database is sqlite:///FILE or postgresql://USER@HOST/NAME.")


def _fit(holds: bool, sentence: str) -> None:
    """Raises WrongUse where what was typed would be kept and be of use to no PC."""
    if not holds:
        raise WrongUse(sentence)


def _is_for_pcs(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def _run(options: Namespace, work: Callable[[Any, Any], Any], *, may_be_new: bool = False) -> Any:
    """What `work` gives, called with the endpoint's acts of administration and its database, checked first."""
    try:
        from vpr_desktop.central import admin, running
    except ImportError as error:
        raise WrongUse(MISSING) from error
    return running.run(_url(options), lambda db: work(admin, db), may_be_new=may_be_new)


def serve(options: Namespace) -> None:
    """Runs the endpoint until it is stopped."""
    try:
        from vpr_desktop.central import logs
        from vpr_desktop.central import serve as server
    except ImportError as error:
        raise WrongUse(MISSING) from error
    given = options.public_url
    _fit(not given or _is_for_pcs(given), "Write --public-url as PCs know it, such as https://vpr.trust.example.")
    logs.set_up()
    url = _url(options)
    listening = server.listen(options.host, options.port)
    host, port = listening.getsockname()[:2]
    lines = [f"Listening on {host} port {port}. Stop with Ctrl+C."]
    server.serve(url, listening, options.public_url, lambda _: result(options, {"host": host, "port": port}, lines))


def init(options: Namespace) -> None:
    """Makes the tables and an organisation."""
    _fit(is_ods_code(options.org_code.strip().upper()), "Give the organisation's code as its PCs have it, such as RX1.")
    made = _run(
        options,
        lambda admin, db: admin.init(db, options.org_code, options.org_name, must_accept=options.accept_first),
        may_be_new=True,
    )
    policy = (
        "A PC that joined waits until it is accepted." if made["must_accept"] else "A PC with a code joins at once."
    )
    result(options, made, [f"Ready for {made['org_code']}. {policy} Next: vpr central add-ward"])


def add_ward(options: Namespace) -> None:
    """Adds a ward."""
    _fit(is_ward_code(options.code.strip()), "Give the ward's code as its PCs have it: 1 to 10 letters and digits.")
    made = _run(options, lambda admin, db: admin.add_ward(db, options.code, options.name, options.org_code))
    result(options, made, [f"Ward {made['ward']}. Next: vpr central code --ward {made['ward']}"])


def code(options: Namespace) -> None:
    """Makes a one-time code."""
    made = _run(options, lambda admin, db: admin.add_code(db, options.ward, options.org_code))
    shown = f"{made['code'][:5]} {made['code'][5:]}"
    result(options, made, [f"Code {shown} for {', '.join(made['wards'])}. It works once, until {made['expires']}."])


def devices(options: Namespace) -> None:
    """Lists PCs."""
    found = _run(options, lambda admin, db: admin.list_devices(db))
    rows = [
        (d["device"], d["letter"], d["state"], d["org_code"], ",".join(d["wards"]), d["fingerprint"]) for d in found
    ]
    lines = table(("PC", "letter", "state", "organisation", "wards", "six words"), rows)
    result(options, found, lines if rows else ["No PC has joined yet. Next: vpr central code"])


def accept(options: Namespace) -> None:
    """Accepts a PC."""
    made = _run(options, lambda admin, db: admin.accept(db, options.device, options.org_code))
    result(options, made, [f"{made['device']} is accepted. Its letter is {made['letter']}."])


def revoke(options: Namespace) -> None:
    """Withdraws a PC, or takes one ward from it."""
    if options.ward:
        made = _run(options, lambda admin, db: admin.end_scope(db, options.device, options.ward, options.org_code))
        result(options, made, [f"{made['device']} no longer has ward {made['ward']}."])
        return
    made = _run(options, lambda admin, db: admin.revoke(db, options.device, options.org_code))
    result(options, made, [f"{made['device']} is withdrawn from its next request on."])


def new_key(options: Namespace) -> None:
    """Asks a PC for a new key."""
    made = _run(options, lambda admin, db: admin.new_key(db, options.device, options.org_code))
    lines = [f"{made['device']} changes its key once all it has is sent and that key is a day old."]
    result(options, made, [*lines, f"The six words of its key now: {made['fingerprint']}"])


def review(options: Namespace) -> None:
    """Lists what a person should look at."""
    found = _run(options, lambda admin, db: admin.review(db, options.settle or ()))
    rows = [
        (m["n"], m["kind"], m["code"], m["org_code"], m["ward"], m["op"] or m["batch"], m["device"])
        for m in _marks(found)
    ]
    lines = table(("no", "kind", "why", "organisation", "ward", "entry or batch", "PC"), rows) if rows else []
    lines += [
        f"Quarantine: {q['code']} in batch {q['batch']} of {q['org_code']} {q['ward']}" for q in found["quarantine"]
    ]
    lines += [f"Not accepted: {pc['device']} of {pc['org_code']}" for pc in found["not_accepted"]]
    result(options, found, lines or ["Nothing to look at."])


def _marks(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [*found["alarms"], *found["review"]]


def restore_epoch(options: Namespace) -> None:
    """Says that the database was restored."""
    made = _run(options, lambda admin, db: admin.restore_epoch(db))
    tell("Withdraw again every PC that was withdrawn since the backup: see the daily list.")
    wards = "1 ward" if made["streams"] == 1 else f"{made['streams']} wards"
    result(options, made, [f"New epoch {made['epoch']} for {wards}. Every PC now offers what it holds."])


def heads(options: Namespace) -> None:
    """Exports all heads and withdrawn PCs."""
    found = _run(options, lambda admin, db: admin.heads(db))
    rows = [(h["org_code"], h["ward"], h["head"], h["chain"]) for h in found["heads"]]
    lines = [found["at"], *table(("organisation", "ward", "head", "chain"), rows)]
    result(options, found, [*lines, *(f"Withdrawn: {device}" for device in found["revoked"])])


def compare(options: Namespace) -> int:
    """Compares with an earlier list; exit code 7 where what it tells is not the past of what is held now."""

    def work(_admin: Any, db: Any) -> Any:
        from vpr_desktop.central import past

        return past.compare(db, past.read_list(Path(options.file)))

    made = _run(options, work)
    lines = [
        f"{one.get('device') or one['org_code'] + ' ' + one['ward']}: {PAST[one['what']]}" for one in made["found"]
    ]
    wards = "1 ward" if made["wards"] == 1 else f"{made['wards']} wards"
    result(options, made, lines or [f"All that {wards} held at {made['since']} is there, unchanged and in its order."])
    return DAMAGED if made["found"] else 0
