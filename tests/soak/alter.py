"""Alters every file of a PC that nobody has open: flipped bytes, cuts, old pages and old files put back, planted
journals. Each must be found when the file is opened or verified, or be without any effect.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import FAST
from tests.factories import PASSPHRASE, answers, first_run, logged
from tests.fakes import FakeClock
from vpr_desktop.domain.errors import KnownError
from vpr_desktop.domain.ops import canonical
from vpr_desktop.services import drafts, incidents, maintenance, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.storage import vault

PAGE = 4096
FILES = (
    "vault.db",
    "vault.keys",
    "vault.keys.2",
    "vault.anchor",
    "vault.anchor.2",
    "lockscreen.json",
    "vault.attempts",
)
Change = Callable[[Path], str]


@dataclass
class Altered:
    """What came of each change; `missed` must stay empty."""

    outcomes: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def summary(self) -> str:
        said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.outcomes.items()))
        return f"{sum(self.outcomes.values())} changes: {said}; missed: {len(self.missed)}"


class Bench:
    """One PC, and the same PC as it was some saves before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.new, self.old, self.home = folder / "new", folder / "old", folder / "pc"
        ctx, _ = sessions.first_run(self.new, first_run(), FakeClock(), FAST)
        vault.free_reserve(self.new)
        for i in range(5):
            logged(ctx, description=f"narrative {i} " * 200)
        drafts.save(ctx, "quick_log", {"description": "draft before"}, "d" * 32)
        sessions.lock(ctx)
        shutil.copytree(self.new, self.old)
        with_session(self.new, self._work)
        self.truth = with_session(self.new, read_everything)
        shutil.rmtree(self.home, ignore_errors=True)

    @staticmethod
    def _work(ctx: Context) -> None:
        for i in range(4):
            logged(ctx, **{**answers(), "effect": "NON", "description": f"later {i} " * 300})
        drafts.save(ctx, "quick_log", {"description": "draft after"}, "d" * 32)

    def judge(self, change: Change) -> tuple[str, str]:
        """What a change leads to, and its description."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.new, self.home)
        what = change(self.home)
        try:
            verified, seen = with_session(self.home, lambda ctx: (maintenance.verify(ctx), read_everything(ctx)))
        except KnownError as error:
            return f"found at open ({type(error).__name__})", what
        if not verified.ok:
            return "found by verify", what
        return ("without effect" if seen == self.truth else "MISSED"), what


def with_session(home: Path, job: Callable[[Context], object]) -> object:
    ctx = sessions.unlock(home, "amanager", PASSPHRASE, FakeClock(), FAST)
    try:
        return job(ctx)
    except Exception as raised:
        known = sessions.as_known(raised)
        if known is None:
            raise
        raise known from raised
    finally:
        sessions.lock(ctx)


def read_everything(ctx: Context) -> bytes:
    """All that people could see: every op, the audit trail up to the last lock, every draft."""
    db = ctx.store.db
    rows = [[str(cell) for cell in row] for row in db.execute("SELECT n, id, raw, chain, seq FROM op ORDER BY n")]
    acts = [list(row) for row in db.execute("SELECT n, act, obj FROM audit WHERE act <> 'unlock' ORDER BY n")]
    views = [str(incidents.view(ctx, row[0]).record) for row in db.execute("SELECT id FROM incident ORDER BY n")]
    return canonical([rows, acts, views, [[d.id, d.form, d.body] for d in drafts.mine(ctx)]])


def changes(bench: Bench, count: int, seed: int) -> Iterator[Change]:
    """So many changes of single bytes, with cuts, replays and planted files among them."""
    chance = random.Random(seed)
    kinds = [flip] * 7 + [cut, replay_page, replay_page, zero]
    for _ in range(count):
        yield chance.choice(kinds)(bench, chance)
    for name in FILES:
        yield put_back(bench, [name])
    yield put_back(bench, ["vault.keys", "vault.keys.2"])
    yield put_back(bench, ["vault.anchor", "vault.anchor.2"])
    for ending in ("-journal", "-wal", "-shm"):
        yield plant(bench.old / "vault.db", ending)
        yield plant(Path(__file__), ending)
    yield plant_old_journal(bench)


def _pick(bench: Bench, chance: random.Random) -> tuple[str, bytes]:
    name = chance.choice(FILES + ("vault.db",) * 6)
    path = bench.new / name
    return name, path.read_bytes() if path.exists() else b""


def flip(bench: Bench, chance: random.Random) -> Change:
    name, held = _pick(bench, chance)
    at, bit = chance.randrange(max(1, len(held))), 1 << chance.randrange(8)

    def change(home: Path) -> str:
        if held:
            (home / name).write_bytes(held[:at] + bytes([held[at] ^ bit]) + held[at + 1 :])
        return f"{name}: bit {bit} of byte {at} flipped"

    return change


def cut(bench: Bench, chance: random.Random) -> Change:
    name, held = _pick(bench, chance)
    at = chance.choice([chance.randrange(max(1, len(held))), len(held) // PAGE * PAGE // 2 // PAGE * PAGE])

    def change(home: Path) -> str:
        (home / name).write_bytes(held[:at])
        return f"{name}: cut at {at}"

    return change


def zero(bench: Bench, chance: random.Random) -> Change:
    name, held = _pick(bench, chance)
    at = chance.randrange(max(1, len(held)))

    def change(home: Path) -> str:
        (home / name).write_bytes(held[:at] + b"\0" * len(held[at : at + 64]) + held[at + 64 :])
        return f"{name}: zeroes from {at}"

    return change


def replay_page(bench: Bench, chance: random.Random) -> Change:
    """Old pages put back: authentic, under the same key, but not of this time."""
    new, old = (bench.new / "vault.db").read_bytes(), (bench.old / "vault.db").read_bytes()
    differing = [at for at in range(0, min(len(new), len(old)), PAGE) if new[at : at + PAGE] != old[at : at + PAGE]]
    chosen = sorted(chance.sample(differing, chance.choice([1, 1, 2, 4, max(1, len(differing) - 1)])))

    def change(home: Path) -> str:
        held = bytearray(new)
        for at in chosen:
            held[at : at + PAGE] = old[at : at + PAGE]
        (home / "vault.db").write_bytes(held)
        return f"vault.db: old pages put back at {[at // PAGE for at in chosen]}"

    return change


def put_back(bench: Bench, names: list[str]) -> Change:
    def change(home: Path) -> str:
        for name in names:
            if (bench.old / name).exists():
                shutil.copyfile(bench.old / name, home / name)
        return f"{' '.join(names)}: older file put back"

    return change


def plant(source: Path, ending: str) -> Change:
    def change(home: Path) -> str:
        shutil.copyfile(source, Path(str(home / "vault.db") + ending))
        return f"planted {ending} of {source.name}"

    return change


def plant_old_journal(bench: Bench) -> Change:
    """A true journal of a save of long ago, which would undo what came after."""
    journal = bench.folder / "true-journal"
    if not journal.exists():
        ctx = sessions.unlock(bench.old, "amanager", PASSPHRASE, FakeClock(), FAST)
        ctx.store.db.execute("PRAGMA cache_size = 1")
        ctx.store.db.execute("BEGIN IMMEDIATE")
        ctx.store.db.execute("UPDATE op SET seq = NULL")
        ctx.store.db.execute("UPDATE audit SET obj = obj || 'x'")
        shutil.copyfile(bench.old / "vault.db-journal", journal)
        ctx.store.db.execute("ROLLBACK")
        sessions.lock(ctx)
    return plant(journal, "-journal")


def soak(count: int, seed: int) -> Altered:
    folder = Path(tempfile.mkdtemp(prefix="vpr-alter-"))
    found = Altered()
    try:
        bench = Bench(folder)
        for change in changes(bench, count, seed):
            outcome, what = bench.judge(change)
            found.outcomes[outcome] += 1
            if outcome == "MISSED":
                found.missed.append(what)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found
