"""Invariants of keys and audit on one PC: ended access, waits, recovery paths, one audit row for each act."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FAST
from tests.factories import PASSPHRASE, logged
from tests.fakes import FakeClock
from vpr_desktop.domain.errors import DiskFull, FileDamaged, KnownError, NotAllowed, WrongPassphrase
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import drafts, incidents, maintenance, people, sessions, warnings
from vpr_desktop.services.context import Context
from vpr_desktop.storage import attempts, keyslots, slot_file, vault

OTHER = "seven green boats sail"
ROOT = Path(__file__).resolve().parents[2]


def unlocked(ctx: Context, user: str = "amanager", words: str = PASSPHRASE) -> Context:
    return sessions.unlock(ctx.home, user, words, ctx.clock, FAST)


def with_a_second_person(ctx: Context) -> Context:
    people.add(ctx, "blead", "B. Lead", "ward_manager", OTHER)
    return ctx


def test_i22_a_slot_removed_never_opens_a_later_file(ctx: Context, tmp_path: Path) -> None:
    """Also not with an old copy of the key file put back: the file has another key by then."""
    with_a_second_person(ctx)
    made = logged(ctx)
    old_keys = {name: (ctx.home / name).read_bytes() for name in slot_file.NAMES}
    old_key = bytes(ctx.secrets.unlocked.dek)
    people.disable(ctx, "blead")
    sessions.lock(ctx)
    again = unlocked(ctx)
    assert bytes(again.secrets.unlocked.dek) != old_key
    assert again.reader().get(Incident, made.id).effect == "MIN"
    assert maintenance.verify(again).problems == ()
    assert warnings.of(again) == []
    sessions.lock(again)
    assert not [path for path in ctx.home.iterdir() if path.name.startswith("before-")]
    later = {name: (ctx.home / name).read_bytes() for name in slot_file.NAMES}
    for name, content in old_keys.items():
        (ctx.home / name).write_bytes(content)
    with pytest.raises(KnownError):
        unlocked(ctx, "blead", OTHER)
    with pytest.raises(FileDamaged):
        vault.connect(ctx.home / vault.FILE, old_key)
    for name, content in later.items():
        (ctx.home / name).write_bytes(content)
    with pytest.raises(WrongPassphrase):
        unlocked(ctx, "blead", OTHER)
    sessions.lock(unlocked(ctx))
    assert tmp_path.exists()


def test_i22_those_who_stay_and_the_recovery_code_open_the_file_under_its_new_key(ctx: Context) -> None:
    with_a_second_person(ctx)
    people.add(ctx, "cnurse", "C. Nurse", "reporter", "nine red kites fly")
    code = people.set_recovery_code(ctx, people.draw_recovery_code(ctx))
    people.disable(ctx, "cnurse")
    sessions.lock(ctx)
    for user, words in (("blead", OTHER), ("amanager", PASSPHRASE)):
        sessions.lock(unlocked(ctx, user, words))
    sessions.lock(sessions.recover(ctx.home, code, "blead", "ten blue bricks fall", ctx.clock, FAST))
    sessions.lock(unlocked(ctx, "blead", "ten blue bricks fall"))


@pytest.mark.parametrize("spoil", [{"pub": "AAAA"}, {"pub_mac": "0" * 64}, {"pub": None}])
def test_i22_a_planted_public_key_is_never_given_the_new_key(ctx: Context, spoil: dict[str, Any]) -> None:
    with_a_second_person(ctx)
    people.add(ctx, "cnurse", "C. Nurse", "reporter", "nine red kites fly")
    people.disable(ctx, "cnurse")
    sessions.lock(ctx)
    document = slot_file.read(ctx.home)
    document["slots"][1] |= spoil
    slot_file.write(ctx.home, document)
    key = bytes(keyslots.unlock(ctx.home, "amanager", PASSPHRASE, 0, FAST).dek)
    again = unlocked(ctx)
    assert bytes(again.secrets.unlocked.dek) == key, "the file keeps its key, and work goes on"
    assert warnings.of(again) == [warnings.KEY]
    logged(again)
    sessions.lock(again)


def test_i20_the_count_survives_a_restart_and_clocks_moved(ctx: Context, clock: FakeClock) -> None:
    sessions.lock(ctx)
    for _ in range(7):
        with pytest.raises(WrongPassphrase) as told:
            unlocked(ctx, words="not the one at all")
        clock.forward(seconds=told.value.wait_seconds)
    wait = attempts.waits(ctx.home, "amanager", clock.monotonic())
    clock.set(clock.now().replace(year=2036))
    assert attempts.waits(ctx.home, "amanager", clock.monotonic()) <= wait
    attempts._WAITS.clear()  # what a restart forgets
    with pytest.raises(WrongPassphrase) as running:
        unlocked(ctx)
    assert running.value.wait_seconds == attempts.wait_after(7)
    assert not running.value.judged
    clock.set(clock.now().replace(year=2020))
    with pytest.raises(WrongPassphrase):
        unlocked(ctx)
    clock.forward(seconds=running.value.wait_seconds)
    sessions.lock(unlocked(ctx))


def test_i20_restarting_before_every_try_gives_none(ctx: Context, clock: FakeClock) -> None:
    sessions.lock(ctx)
    judged = 0
    for _ in range(200):
        attempts._WAITS.clear()
        try:
            unlocked(ctx, words="not the one at all")
        except WrongPassphrase as told:
            judged += told.judged
    assert judged == attempts.FREE
    assert clock.monotonic() == 1000.0


def test_i20_a_command_waits_its_turn_and_is_not_locked_out_for_ever(ctx: Context, tmp_path: Path) -> None:
    """Every command is a new start: it waits the whole wait itself, then its passphrase is looked at."""
    sessions.lock(ctx)
    for i in range(attempts.FREE):
        with pytest.raises(WrongPassphrase):
            keyslots.unlock(ctx.home, "amanager", "not the one at all", float(i), FAST)
    (tmp_path / "pass").write_text(PASSPHRASE)
    fast = "import tests.conftest as c, pytest; m = pytest.MonkeyPatch(); c.fast_keys(m);"
    run = f"{fast} from vpr_desktop.cli.main import main; raise SystemExit(main())"
    options = ("--home", str(ctx.home), "--user", "amanager", "--passphrase-file", str(tmp_path / "pass"))
    done = subprocess.run(
        [sys.executable, "-c", run, "--json", *options, "verify"],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "VPR_HOME": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Waiting 1 s" in done.stderr
    assert json.loads(done.stdout)["ok"]


def test_i23_nobody_is_the_last_without_a_recovery_path_unless_told(ctx: Context) -> None:
    assert warnings.of(ctx) == []
    with pytest.raises(NotAllowed, match="end your access"):
        people.disable(ctx, "amanager")
    with pytest.raises(NotAllowed, match="last person"):
        keyslots.disable(ctx.home, "amanager")
    slot_file.write(ctx.home, {**slot_file.read(ctx.home), "recovery": None})
    assert warnings.of(ctx) == [warnings.LAST]
    with_a_second_person(ctx)
    assert warnings.of(ctx) == []
    people.disable(ctx, "blead")
    assert warnings.LAST in warnings.of(ctx)
    people.set_recovery_code(ctx, people.draw_recovery_code(ctx))
    assert warnings.LAST not in warnings.of(ctx)


def acts(ctx: Context) -> list[tuple[str, str]]:
    return list(ctx.store.db.execute("SELECT act, obj FROM audit ORDER BY n"))


def test_i24_each_act_has_one_audit_row_and_reading_lists_has_none(ctx: Context, tmp_path: Path) -> None:
    made = logged(ctx)

    def amend() -> None:
        shown = incidents.view(ctx, made.id)
        incidents.save(ctx, shown, [incidents.Edit("incident", made.id, {"effect": "TRE"})])

    done: list[tuple[Callable[[], object], int]] = [
        (lambda: logged(ctx), 1),
        (amend, 1),
        (lambda: people.add(ctx, "blead", "B. Lead", "reporter", OTHER), 1),
        (lambda: people.change_passphrase(ctx, "blead", OTHER + " away"), 1),
        (lambda: people.change_passphrase(ctx, "amanager", OTHER, PASSPHRASE), 1),
        (lambda: people.set_recovery_code(ctx, people.draw_recovery_code(ctx)), 1),
        (lambda: people.disable(ctx, "blead"), 1),
        (lambda: maintenance.backup(ctx, tmp_path / "b.vprbackup"), 1),
        (lambda: maintenance.nightly(ctx), 0),
        (lambda: maintenance.verify(ctx), 0),
        (lambda: people.users(ctx), 0),
        (lambda: drafts.save(ctx, "quick_log", {"description": "half"}), 0),
        (lambda: drafts.mine(ctx), 0),
        (lambda: warnings.of(ctx), 0),
    ]
    for act, rows in done:
        before = len(acts(ctx))
        act()
        assert len(acts(ctx)) - before == rows, acts(ctx)[before:]
    refused: list[Callable[[], object]] = [
        lambda: people.add(ctx, "x y", "", "none", "short"),
        lambda: people.disable(ctx, "amanager"),
        lambda: people.change_passphrase(ctx, "amanager", OTHER, "not the one at all"),
        lambda: logged(ctx, effect="NONSENSE"),
    ]
    for act in refused:
        before = acts(ctx)
        with pytest.raises((KnownError, ValueError)):
            act()
        assert acts(ctx) == before
    sessions.lock(ctx)
    again = unlocked(ctx, words=OTHER)
    assert acts(again)[-1][0] == "unlock"
    assert len(acts(again)) == len(before) + 1
    sessions.lock(again)


def test_i25_an_anchor_that_cannot_be_written_is_told_and_the_save_stands(ctx: Context) -> None:
    """What was committed is saved: it must never be told as not saved, or the ward types it twice."""

    class Full:
        def __init__(self, held: Any) -> None:
            self.held = held

        def write(self, _: object) -> None:
            raise DiskFull

        def read(self) -> object:
            return self.held.read()

    real, ctx.store._anchors = ctx.store._anchors, Full(ctx.store._anchors)  # type: ignore[assignment]
    made = logged(ctx)
    assert ctx.store.anchor_failed
    assert warnings.of(ctx) == [warnings.ANCHOR]
    assert any("anchor" in problem for problem in maintenance.verify(ctx).problems)
    ctx.store._anchors = real
    logged(ctx)
    assert not ctx.store.anchor_failed
    assert maintenance.verify(ctx).ok
    sessions.lock(ctx)
    again = unlocked(ctx)
    assert again.reader().get(Incident, made.id).effect == "MIN"
    sessions.lock(again)
    shutil.rmtree(ctx.home / "backups", ignore_errors=True)
