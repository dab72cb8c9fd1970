"""Ends the app at its system calls, or makes them fail, during every kind of work; then checks what is left.

After each: every save that was acknowledged is there, the file opens, and `verify` finds nothing.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import FAST
from tests.factories import PASSPHRASE, first_run, logged
from tests.fakes import FakeClock
from tests.soak import ptrace
from vpr_desktop.domain.errors import KnownError
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import drafts, maintenance, people, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.storage import rekey as key_change
from vpr_desktop.storage import vault
from vpr_desktop.storage.migrations import runner

Say = Callable[[str], None]
OTHER = "seven green boats sail"
ERRORS = (errno.EIO, errno.ENOSPC)


@contextmanager
def session(home: Path) -> Iterator[Context]:
    ctx = sessions.unlock(home, "amanager", PASSPHRASE, FakeClock(), FAST)
    try:
        yield ctx
    finally:
        sessions.lock(ctx)


def save(home: Path, say: Say) -> None:
    with session(home) as ctx:
        say("start")
        for _ in range(3):
            say("saved " + logged(ctx, description="word " * 500).id)


def lock(home: Path, say: Say) -> None:
    ctx = sessions.unlock(home, "amanager", PASSPHRASE, FakeClock(), FAST)
    say("saved " + logged(ctx).id)
    say("start")
    draft = drafts.save(ctx, "quick_log", {"description": "half a sentence"})
    say("draft " + draft.id)
    sessions.lock(ctx)


def migrate(home: Path, say: Say) -> None:
    say("start")
    with session(home) as ctx:
        say("saved " + logged(ctx).id)


def back_up(home: Path, say: Say) -> None:
    with session(home) as ctx:
        say("start")
        say("backup " + str(maintenance.backup(ctx).file))


def slots(home: Path, say: Say) -> None:
    with session(home) as ctx:
        say("start")
        people.add(ctx, "blead", "B. Lead", "support_lead", OTHER)
        say("slot blead")
        people.change_passphrase(ctx, "blead", OTHER + " away")
        people.set_recovery_code(ctx, people.draw_recovery_code(ctx))


def restore(home: Path, say: Say) -> None:
    say("start")
    ctx = maintenance.restore(home, home.parent / "kept.vprbackup", "amanager", PASSPHRASE, FakeClock(), FAST)
    say("restored")
    sessions.lock(ctx)


def set_up(home: Path, say: Say) -> None:
    say("start")
    ctx, _ = sessions.first_run(home, first_run(), FakeClock(), FAST)
    say("set up")
    sessions.lock(ctx)


def age(db: Any) -> None:
    """Makes a file what version 1 left."""
    db.execute("CREATE TABLE old_state (k VARCHAR NOT NULL, v BLOB, PRIMARY KEY (k))")
    db.execute("INSERT INTO old_state SELECT k, v FROM state")
    db.execute("DROP TABLE state")
    db.execute("ALTER TABLE old_state RENAME TO state")
    db.execute("PRAGMA user_version = 1")


def rekey(home: Path, say: Say) -> None:
    """The unlock after somebody's access was ended gives the file a new key."""
    say("start")
    with session(home) as ctx:
        say("saved " + logged(ctx).id)


PARTS: dict[str, Callable[[Path, Say], None]] = {
    "save": save, "lock": lock, "migrate": migrate, "backup": back_up, "slots": slots, "restore": restore,
    "rekey": rekey, "first-run": set_up,
}  # fmt: skip


@dataclass
class Lab:
    """A PC with a few incidents, copied anew for every run."""

    folder: Path
    kept: list[str] = field(default_factory=list)

    @property
    def template(self) -> Path:
        return self.folder / "template"

    def build(self) -> None:
        ctx, _ = sessions.first_run(self.template, first_run(), FakeClock(), FAST)
        self.kept = [logged(ctx).id for _ in range(4)]
        maintenance.backup(ctx, self.folder / "kept.vprbackup")
        vault.free_reserve(self.template)
        sessions.lock(ctx)

    def copy(self, part: str) -> Path:
        home = self.folder / "pc"
        shutil.rmtree(home, ignore_errors=True)
        if part != "first-run":
            shutil.copytree(self.template, home)
        if part == "rekey":
            with session(home) as ctx:
                people.add(ctx, "blead", "B. Lead", "support_lead", OTHER)
                people.disable(ctx, "blead")
        if part == "migrate":
            with session(home) as ctx:
                age(ctx.store.db)
        return home

    def run(self, part: str, fault: ptrace.Fault | None = None) -> ptrace.Outcome:
        home = self.copy(part)
        job = PARTS[part]
        return ptrace.run(lambda say: job(home, say), fault)

    def faults(self, part: str, outcome: ptrace.Outcome) -> list[str]:
        """What was lost or broken, in words; empty where all holds."""
        home = self.folder / "pc"
        wrong = [f"said {line}" for line in outcome.said if line.startswith("raised") and "KnownError" not in line]
        if part == "first-run" and "set up" not in outcome.said:
            return wrong + self._begins_again(home)
        try:
            with session(home) as ctx:
                report = maintenance.verify(ctx)
                wrong += [f"verify: {p}" for p in report.problems]
                if runner.version(ctx.store.db) != runner.newest():
                    wrong.append("not migrated")
                if part == "rekey" and key_change.is_due(ctx.store.db):
                    wrong.append("the file did not get its new key")
                wrong += self._missing(ctx, part, outcome.said)
                logged(ctx)
                wrong += [f"verify after another save: {p}" for p in maintenance.verify(ctx).problems]
        except KnownError as error:
            wrong.append(f"does not open: {type(error).__name__} {error}")
        return wrong

    def _begins_again(self, home: Path) -> list[str]:
        """A first run that was cut short either left a PC that opens, or one that can be set up again."""
        try:
            ctx, _ = sessions.first_run(home, first_run(), FakeClock(), FAST)
        except KnownError:
            try:
                ctx = sessions.unlock(home, "amanager", PASSPHRASE, FakeClock(), FAST)
            except KnownError as error:
                return [f"neither opens nor begins again: {error}"]
        problems = [f"verify: {p}" for p in maintenance.verify(ctx).problems]
        sessions.lock(ctx)
        return problems

    def _missing(self, ctx: Context, part: str, said: list[str]) -> list[str]:
        wrong = []
        expected = [] if part == "first-run" else list(self.kept)
        expected += [line.split()[1] for line in said if line.startswith("saved ")]
        for record_id in expected:
            try:
                ctx.reader().get(Incident, record_id)
            except KnownError:
                wrong.append(f"lost {record_id}")
        held = {draft.id for draft in drafts.mine(ctx)}
        wrong += [f"lost {line}" for line in said if line.startswith("draft ") and line.split()[1] not in held]
        if "slot blead" in said and "blead" not in {row.user_id for row in people.users(ctx) if row.has_slot}:
            wrong.append("lost the slot")
        for line in said:
            if line.startswith("backup ") and not Path(line[7:]).exists():
                wrong.append("lost the backup")
        return wrong


@dataclass
class Figures:
    """What a part of the soak did."""

    part: str
    calls: int
    runs: int = 0
    wrong: list[str] = field(default_factory=list)
    said_no: int = 0


def points(calls: int, wanted: int, seed: int) -> list[int]:
    """So many different calls out of those that happen, or all of them."""
    chosen = range(1, calls + 1)
    return sorted(random.Random(seed).sample(chosen, min(wanted, calls)))


def soak(parts: list[str], each: int, seed: int, with_errors: bool = True) -> list[Figures]:
    """Kills at `each` points of each part; and makes as many calls fail or stop half-way."""
    if not ptrace.is_possible():
        raise SystemExit("Ending a process at its system calls needs Linux on x86-64.")
    folder = Path(tempfile.mkdtemp(prefix="vpr-soak-"))
    try:
        lab = Lab(folder)
        lab.build()
        found = [_one_part(lab, part, each, seed, with_errors) for part in parts]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _one_part(lab: Lab, part: str, each: int, seed: int, with_errors: bool) -> Figures:
    whole = lab.run(part)
    figures = Figures(part, whole.calls)
    if whole.code != 0 or lab.faults(part, whole):
        figures.wrong.append(f"without any fault: {whole.said[-1:]} {lab.faults(part, whole)}")
        return figures
    for at in points(whole.calls, each, seed):
        _judge(lab, part, ptrace.Fault(at), figures)
    if with_errors:
        for i, at in enumerate(points(whole.calls, each // 2, seed + 1)):
            kinds: list[dict[str, Any]] = [{"error": ERRORS[0]}, {"error": ERRORS[1]}, {"half": True}]
            _judge(lab, part, ptrace.Fault(at, **kinds[i % 3]), figures)
    return figures


def _judge(lab: Lab, part: str, fault: ptrace.Fault, figures: Figures) -> None:
    outcome = lab.run(part, fault)
    figures.runs += 1
    refused = [line for line in outcome.said if line.startswith("raised")]
    told = [line for line in refused if any(kind in line for kind in ("DiskFull", "NotWritable", "FileDamaged"))]
    figures.said_no += bool(refused)
    wrong = [w for w in lab.faults(part, outcome) if not (told and w.startswith("said raised"))]
    if wrong:
        figures.wrong.append(f"{part} call {fault.at} {outcome.hit} {fault}: {'; '.join(wrong)[:600]}")


def only(names: list[str]) -> list[str]:
    return [name for name in PARTS if not names or name in names]


def cores() -> int:
    return os.cpu_count() or 1
