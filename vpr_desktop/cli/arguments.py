"""What can be typed after `vpr`: every command with its options, and the function that does it, by name.

Nothing heavy is imported here, so that `vpr --help` answers at once.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import Any, NoReturn

from vpr_desktop.cli.central_arguments import add_central

Add = Callable[[str, str, str], argparse.ArgumentParser]
COPIES = ("redacted", "anonymous", "full")
SHEETS = ("summary", "checklist", "referral", "police", "f2508", "slip")
PAPERS = ("form", "card", "handover", "you-said")
QUOTED = re.compile(r""":? (['"])(?:\\.|(?!\1).)*\1""")  # what was typed, as argparse quotes it
PASSPHRASE = "file that holds the passphrase; without it you are asked"


class Words(argparse.ArgumentParser):
    """Takes an option by its whole name alone: the words after `--passphrase` would else be taken for a file's name.

    Nor does it repeat what it could not read: after an option that nobody knows a passphrase is taken for a command.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(allow_abbrev=False, **more)

    def error(self, message: str) -> NoReturn:
        """Says what is wrong, without the word that was typed."""
        super().error(QUOTED.sub("", message, count=1))


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    common = _common()
    root: argparse.ArgumentParser = Words(
        prog="vpr", description="Log, find, print and check the incidents of a ward.", parents=[common]
    )
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(name: str, run: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text, parents=[common])
        made.set_defaults(run=run)
        return made

    _people(add, commands, common)
    _records(add)
    _papers(add)
    _upkeep(add)
    _exchange(add)
    _support(commands, common)
    _riddor(commands, common)
    add_central(commands, common)
    return root


def _common() -> argparse.ArgumentParser:
    common = Words(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--home", metavar="DIR", help="folder of the encrypted file, else VPR_HOME")
    common.add_argument("--user", metavar="ID", help="sign-in name, else VPR_USER")
    common.add_argument("--passphrase-file", metavar="FILE", help=PASSPHRASE)
    common.add_argument("--json", action="store_true", help="one JSON document on standard output, nothing else")
    return common


def _people(
    add: Add, commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    init = add("init", "people:init", "Make the encrypted file, this PC's key and the first user.")
    for option in ("--org-code", "--org-name", "--ward-code", "--ward-name", "--name"):
        init.add_argument(option, required=True)
    init.add_argument("--role", default="ward_manager", help="ward_manager or device_admin")
    init.add_argument("--timezone", default="Europe/London")
    ward = add("add-ward", "people:add_ward", "Add another ward of this organisation to this PC.")
    ward.add_argument("--ward-code", required=True)
    ward.add_argument("--ward-name", required=True)
    users = commands.add_parser("users", help="Who can unlock this PC.", parents=[common])
    acts = users.add_subparsers(dest="act", metavar="ACT", required=True)

    def act(name: str, text: str) -> argparse.ArgumentParser:
        made = acts.add_parser(name, help=text, description=text, parents=[common])
        made.set_defaults(run=f"people:users_{name}")
        return made

    act("list", "List everybody known on this ward.")
    new = act("add", "Give a person access to this PC.")
    new.add_argument("id")
    new.add_argument("--name", required=True)
    new.add_argument("--role", required=True)
    new.add_argument("--new-passphrase-file", metavar="FILE")
    act("disable", "End a person's access to this PC. Their reports stay.").add_argument("id")
    change = act("passphrase", "Change a passphrase.")
    change.add_argument("id")
    change.add_argument("--new-passphrase-file", metavar="FILE")
    recover = add("recover", "people:recover", "Set a new passphrase with the recovery code on paper.")
    recover.add_argument("--recovery-code-file", metavar="FILE", required=True)
    recover.add_argument("--new-passphrase-file", metavar="FILE")


def _filters(command: argparse.ArgumentParser) -> None:
    command.add_argument("--since", metavar="DAY", help="first day, such as 2026-11-01")
    command.add_argument("--until", metavar="DAY", help="last day")
    command.add_argument("--status", help="logged, in_review, closed or withdrawn")
    command.add_argument("--kind", metavar="CODE", help="what happened, such as PHY or VER")
    command.add_argument("--text", metavar="WORDS", default="", help="words of the narratives")


def _records(add: Add) -> None:
    log = add("log", "records:log", "Log incidents from JSON.")
    log.add_argument("--file", required=True, metavar="F", help="a file, or - for standard input")
    log.add_argument("--lines", action="store_true", help="one JSON object a line")
    found = add("list", "records:list_", "List incidents.")
    _filters(found)
    found.add_argument("--limit", type=int, default=200, metavar="N")
    show = add("show", "records:show", "Show one incident as you may see it.")
    show.add_argument("reference")
    show.add_argument("--need", metavar="REASON", help="why the trust VPR lead needs to read it; opens for 60 minutes")
    add("history", "records:history", "Show every change of one incident.").add_argument("reference")
    amend = add("amend", "records:amend", "Change fields of a logged incident.")
    amend.add_argument("reference")
    amend.add_argument("--set", action="append", required=True, metavar="FIELD=VALUE", dest="changes")
    amend.add_argument("--reason", required=True)
    withdraw = add("withdraw", "records:withdraw", "Withdraw an incident. It is never deleted.")
    withdraw.add_argument("reference")
    withdraw.add_argument("--reason", required=True)
    _closing(add)
    add("conflicts", "records:conflicts", "List fields with two versions.")
    settle = add("settle", "records:settle", "Settle a field with two versions.")
    settle.add_argument("reference")
    settle.add_argument(
        "field", help="as in vpr conflicts: effect; A.psych_harm or A.lead of a person; A.S2-01.owner or"
        " team.S4-01.due_at of a step",
    )  # fmt: skip
    which = settle.add_mutually_exclusive_group(required=True)
    which.add_argument("--choose", metavar="OP_ID", help="the version that holds, as in vpr conflicts")
    which.add_argument("--value", metavar="V", help="another value; not for who leads, owns, and when a step is due")


def _closing(add: Add) -> None:
    close = add("close", "closing:close", "Close an incident once everybody was told. Lists what is missing.")
    close.add_argument("reference")
    close.add_argument("--message-to-reporter", metavar="TEXT", default="")
    close.add_argument("--message-to", action="append", default=[], metavar="KEY=TEXT", help="a person, such as A=TEXT")
    close.add_argument("--waive-feedback", metavar="REASON", default="", help="why nobody else is told")
    close.add_argument(
        "--waive-plan", action="append", default=[], metavar="KEY=REASON", help="A or team, and why without recording"
    )
    reopen = add("reopen", "closing:reopen", "Open a closed incident again.")
    reopen.add_argument("reference")
    reopen.add_argument("--reason", required=True)


def _papers(add: Add) -> None:
    printed = add("print", "papers:print_", "Make the incident summary, or a sheet about it, as PDF.")
    printed.add_argument("reference")
    printed.add_argument("--out", required=True, metavar="F.pdf")
    printed.add_argument("--sheet", choices=SHEETS, default="summary")
    printed.add_argument("--person", metavar="KEY", help="the letter, where a sheet is about one of several")
    _copies(printed)
    paper = add("paper", "papers:paper", "Make a paper of the ward as PDF: with no incident, or without a name in it.")
    paper.add_argument("paper", choices=PAPERS)
    paper.add_argument("--out", required=True, metavar="F.pdf")
    exported = add("export", "papers:export", "Write a list of incidents as CSV.")
    exported.add_argument("--out", required=True, metavar="F.csv")
    _copies(exported)
    _filters(exported)
    taken = add("import", "papers:import_", "Take over incidents from another system's export.")
    taken.add_argument("file", metavar="F.csv")
    taken.add_argument("--mapping", required=True, metavar="M.json")
    taken.add_argument("--dry-run", action="store_true", help="check every row, save nothing")
    dictionary = add("dictionary", "papers:dictionary", "List every field and code. Needs no passphrase.")
    dictionary.add_argument("--out", metavar="F.csv")


def _copies(command: argparse.ArgumentParser) -> None:
    command.add_argument("--copy", choices=COPIES, default="redacted")
    command.add_argument("--reason", default="", help="why a full copy is needed")


def _upkeep(add: Add) -> None:
    trail = add("audit", "audit:list_", "List who did what and when, for auditors. Never what a record holds.")
    trail.add_argument("--since", metavar="DAY", help="first day, such as 2026-11-01")
    trail.add_argument("--until", metavar="DAY", help="last day")
    trail.add_argument("--text", metavar="WORDS", default="", help="a name, a reference, or what was done")
    trail.add_argument("--limit", type=int, default=200, metavar="N")
    add("verify", "upkeep:verify", "Check the file from its pages to the last change.")
    add("backup", "upkeep:backup", "Write a checked backup.").add_argument("--out", required=True, metavar="F")
    restore = add("restore", "upkeep:restore", "Put a backup in place of the file, which is kept aside.")
    restore.add_argument("file", metavar="F")
    add("rescue", "upkeep:rescue", "Take over what can be checked of a damaged file. The old file is kept unchanged.")
    add("self-check", "upkeep:self_check", "Check an installation. Needs no passphrase.").add_argument(
        "--out", metavar="F"
    )


def _exchange(add: Add) -> None:
    enrol = add("enrol", "exchange:enrol", "Join this PC to the server of the trust.")
    enrol.add_argument("url", metavar="URL")
    enrol.add_argument("code", metavar="CODE", nargs="+", help="as it was shown, with its space or without")
    sync = add("sync", "exchange:sync", "Send what waits and fetch what others sent.")
    sync.add_argument("act", nargs="?", choices=("new-key",), help="then give this PC another signing key")


def _acts(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
    module: str,
    text: str,
) -> Add:
    """A command that has acts, each a function of the module of its name."""
    acts = commands.add_parser(module, help=text, parents=[common]).add_subparsers(
        dest="act", metavar="ACT", required=True
    )

    def act(name: str, run: str, text: str) -> argparse.ArgumentParser:
        made = acts.add_parser(name, help=text, description=text, parents=[common])
        made.set_defaults(run=f"{module}:{run}")
        return made

    return act


def _support(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    act = _acts(commands, common, "support", "Follow up the people affected.")
    found = act("list", "list_", "List the open support steps that fall to you.")
    found.add_argument("--overdue", action="store_true", help="only what is overdue")
    found.add_argument("--person", metavar="KEY", help="only this letter, or team")
    record = act("record", "record", "Record what came of a support step.")
    record.add_argument("reference")
    record.add_argument("step", help="such as S2-01")
    record.add_argument("--outcome", required=True, metavar="CODE", help="such as DON, ACC, DEC, DEL, NRE")
    record.add_argument("--person", metavar="KEY", help="the letter, where more than one was affected; or team")
    record.add_argument("--at", metavar="T", help="when it was done, such as 2026-11-22T14:05+00:00; else now")
    record.add_argument("--channel", metavar="C", help="how, such as PHO or FTF")
    record.add_argument("--reason", metavar="T", help="a few words for the support lead")
    record.add_argument("--date", metavar="D", help="ask again on this day")
    close = act("close", "close", "Close the support plan of a person. The steps of the team and RIDDOR go on.")
    close.add_argument("--why", required=True, metavar="CODE", help="AGR agreed, WSH wish, LFT left, NRE not reached")
    again = act("reopen", "reopen", "Open a closed support plan again.")
    for one in (close, again):
        one.add_argument("reference")
        one.add_argument("--person", metavar="KEY", help="the letter, where more than one was affected")
    template = act("template", "template", "Show the support checklist of the ward, or take another into use.")
    template.add_argument("--file", metavar="F.json", help="the checklist to take into use")


def _riddor(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    act = _acts(commands, common, "riddor", "Dates and decisions of RIDDOR.")
    act("list", "list_", "List the dates that wait for somebody.").add_argument(
        "--overdue", action="store_true", help="only what is overdue"
    )
    decide = act("decide", "decide", "Note what a named person decided. Nothing is sent.")
    decide.add_argument("reference")
    decide.add_argument("--status", required=True, metavar="CODE", help="such as NR, REC3, O7, SPEC, DO, NWK, SENT")
    decide.add_argument("--by", required=True, metavar="NAME", help="who decided, with name and role")
    decide.add_argument("--person", metavar="KEY", help="the letter, where more than one was affected")
    decide.add_argument("--reason", default="", metavar="T", help="why it was decided so")
    decide.add_argument("--sent-at", metavar="T", help="when it was sent, such as 2026-11-22T14:05+00:00")
    decide.add_argument("--sent-reference", default="", metavar="R", help="the reference that HSE gave")
