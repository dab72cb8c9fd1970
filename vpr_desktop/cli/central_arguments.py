"""What can be typed after `vpr central`. Imports nothing of the endpoint."""

from __future__ import annotations

import argparse
from typing import Any

DATABASE = "sqlite:///FILE for one machine, or postgresql://USER@HOST/NAME; else VPR_CENTRAL_DATABASE"


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text} is no port. Give a number up to 65535, such as 8470.")
    return int(text)


def add_central(commands: Any, common: argparse.ArgumentParser) -> None:
    """The endpoint's commands."""
    central = commands.add_parser("central", help="Run and administer the endpoint.", parents=[common])
    acts = central.add_subparsers(dest="act", metavar="ACT", required=True)

    def act(name: str, text: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = acts.add_parser(name, help=text, description=text, parents=[common])
        made.add_argument("--database", metavar="URL", help=DATABASE)
        made.set_defaults(run=f"central:{name.replace('-', '_')}")
        return made

    serve = act("serve", "Run the endpoint until it is stopped.")
    serve.add_argument("--host", default="127.0.0.1", help="where to listen; this machine alone unless given")
    serve.add_argument("--port", type=_port, default=8470, help="8470 unless given; 0 takes any free one")
    serve.add_argument("--public-url", default="", help="the address as PCs know it, behind a load balancer")
    init = act("init", "Make the tables and an organisation.")
    init.add_argument("--org-code", required=True, help="as its PCs have it; another code adds an organisation")
    init.add_argument("--org-name", required=True)
    init.add_argument("--accept-first", action="store_true", help="a PC waits until its six words were compared")
    ward = act("add-ward", "Add a ward.")
    ward.add_argument("--code", required=True, help="as its PCs have it; a code that is there gets the new name")
    ward.add_argument("--name", required=True)
    code = act("code", "Make a one-time code by which a PC joins. It is shown once and works for 24 hours.")
    code.add_argument("--ward", action="append", required=True, metavar="CODE", help="may be given several times")
    act("devices", "List the PCs with their six words.")
    accept = act("accept", "Accept a PC whose six words you compared.")
    revoke = act("revoke", "Withdraw a PC.")
    revoke.add_argument("--ward", metavar="CODE", help="take only this ward from it")
    new_key = act("new-key", "Ask a PC to change its signing key.")
    for command in (accept, revoke, new_key):
        command.add_argument("device", metavar="PC", help="as `devices` lists it")
    for command in (ward, code):
        command.add_argument("--org-code", help="where there are several organisations")
    for command in (accept, revoke, new_key):
        command.add_argument("--org-code", help="where several organisations know that PC")
    review = act("review", "List what a person should look at.")
    review.add_argument("--settle", type=int, action="append", metavar="NO", help="mark as looked at")
    act("restore-epoch", "Say that the database was restored from a backup.")
    act("heads", "Export where every ward stands, and the withdrawn PCs.")
    past = act("compare", "Tell what does not follow from an earlier list; exit code 7 where something does not.")
    past.add_argument("file", help="what `heads --json` wrote on an earlier day")
