"""Commands that keep the file trustworthy: verify, backup, restore, rescue, self-check."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from vpr_desktop.bootstrap import SystemClock
from vpr_desktop.cli.output import result, table, tell
from vpr_desktop.cli.session import WAIT_SECONDS, home_of, signed_in, user_of, waited_out
from vpr_desktop.domain.errors import FileDamaged
from vpr_desktop.services import maintenance, sessions
from vpr_desktop.services import rescue as rescues
from vpr_desktop.services.context import Context
from vpr_desktop.services.rescue import Rescued

DAMAGED = 7


def verify(options: Namespace) -> int:
    """Checks the file from its pages to the last change; exit code 7 where something does not hold."""
    try:
        with signed_in(options) as ctx:
            report = maintenance.verify(ctx)
    except Exception as raised:
        error = sessions.as_known(raised)
        if not isinstance(error, FileDamaged):
            raise
        document: dict[str, object] = {"ok": False, "ops": None, "audit": None, "problems": [str(error)]}
        tell(str(error))
        result(options, document, [])
        return DAMAGED
    document = {"ok": report.ok, "ops": report.ops, "audit": report.audit, "problems": list(report.problems)}
    lines = [f"{report.ops} changes and {report.audit} audit entries hold."] if report.ok else list(report.problems)
    result(options, document, lines)
    return 0 if report.ok else DAMAGED


def backup(options: Namespace) -> None:
    """Writes a backup that was opened and checked."""
    with signed_in(options) as ctx:
        made = maintenance.backup(ctx, Path(options.out))
    result(options, {"file": str(made.file), "ops": made.ops}, [f"{made.file}: {made.ops} changes"])


def restore(options: Namespace) -> None:
    """Puts a backup in place of the file."""
    home, user = home_of(options), user_of(options)
    ctx = waited_out(lambda secret: maintenance.restore(home, Path(options.file), user, secret, SystemClock()), options)
    report = maintenance.verify(ctx) if ctx.can("verify") else None
    sessions.lock(ctx)
    document = {"file": options.file, "ops": report.ops if report else None}
    result(options, document, [f"Restored from {options.file}. The file that was here is kept aside in {home}."])


def rescue(options: Namespace) -> None:
    """Takes over what can be checked of a damaged file into a fresh one."""
    home, user = home_of(options), user_of(options)

    def job(secret: str) -> tuple[Context, Rescued]:
        return rescues.open_what_can_be_read(home, user, secret, SystemClock(), wait=WAIT_SECONDS)

    ctx, found = waited_out(job, options)
    sessions.lock(ctx)
    sealed = str(found.sealed) if found.sealed else None
    document = {"first_bad": found.first_bad, "taken": found.taken, "left": found.left, "sealed": sealed}
    lines = [
        f"First that does not hold: {found.first_bad}.",
        f"{found.taken} changes were taken over, {found.left} could not be.",
        f"The old file is kept unchanged in {found.kept}.",
    ]
    result(options, {**document, "kept": str(found.kept)}, lines)


def self_check(options: Namespace) -> int:
    """What IT runs after installing."""
    found = maintenance.self_check(home_of(options))
    ok = all(check.ok for check in found)
    checks = [{"name": check.name, "ok": check.ok, "note": check.note} for check in found]
    lines = table(("check", "result", "note"), [(c.name, "ok" if c.ok else "NOT OK", c.note) for c in found])
    if options.out:
        Path(options.out).write_text("\n".join(lines) + "\n", encoding="utf-8")
    result(options, {"ok": ok, "checks": checks}, lines)
    return 0 if ok else 1
