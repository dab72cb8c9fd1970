"""Saving, chains, anchor and verify on a real encrypted file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import FAST
from tests.factories import PASSPHRASE, answers, logged
from tests.fakes import FakeClock
from vpr_desktop.domain.errors import FileAltered, FileRolledBack, KnownError, NotFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.ops import canonical, op_hash
from vpr_desktop.services import incidents, printing, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.storage import checks


def reopened(ctx: Context) -> Context:
    sessions.lock(ctx)
    return sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)


def faults(ctx: Context) -> list[str]:
    return list(checks.problems(ctx.store.db, ctx.store.zone))


def test_a_saved_incident_is_there_after_the_file_was_closed(ctx: Context) -> None:
    made = logged(ctx)
    again = reopened(ctx)
    record = again.reader().get(Incident, made.id)
    assert record.effect == "MIN"
    assert record.reference == made.reference == "CED-2611-A001"
    assert record.occurred_at == answers()["occurred_at"]
    assert faults(again) == []
    sessions.lock(again)


def test_nothing_of_it_is_readable_in_the_file(ctx: Context) -> None:
    logged(ctx, description="canaryword happened here")
    sessions.lock(ctx)
    for path in ctx.home.iterdir():
        content = path.read_bytes()
        assert b"canaryword" not in content, path.name
        assert b"CED-2611" not in content, path.name
    ctx.secrets.lock = sessions.InstanceLock(ctx.home)


def test_a_unit_left_without_commit_leaves_nothing(ctx: Context) -> None:
    with ctx.unit() as unit:
        saved = unit.save(Incident(ward_id=ctx.ward_id, effect="MIN"))
    with pytest.raises(NotFound):
        ctx.reader().get(Incident, saved.id)
    assert faults(ctx) == []


def test_saving_without_a_change_makes_no_op(ctx: Context) -> None:
    made = logged(ctx)
    before = len(ctx.reader().ops_of(made.id))
    with ctx.unit() as unit:
        unit.save(unit.get(Incident, made.id))
        unit.commit("amend", made.id)
    assert len(ctx.reader().ops_of(made.id)) == before


def test_base_comes_from_the_screen_not_from_the_moment_of_saving(ctx: Context) -> None:
    """A form opened before another change neither writes old values back nor hides the change."""
    made = logged(ctx)
    first = incidents.view(ctx, made.id)
    second = incidents.view(ctx, made.id)
    incidents.save(ctx, first, [incidents.Edit("incident", made.id, {"effect": "TRE"})])
    incidents.save(ctx, second, [incidents.Edit("incident", made.id, {"location": "BAY"})])
    record = ctx.reader().get(Incident, made.id)
    assert (record.effect, record.location) == ("TRE", "BAY")
    assert not record.shown.clashes
    incidents.save(ctx, second, [incidents.Edit("incident", made.id, {"effect": "SER"})])
    assert ctx.reader().get(Incident, made.id).shown.clashes == {"effect"}
    assert faults(ctx) == []


def test_the_file_put_back_to_an_older_state_is_found(ctx: Context) -> None:
    logged(ctx)
    sessions.lock(ctx)
    old = (ctx.home / "vault.db").read_bytes()
    again = sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)
    logged(again)
    sessions.lock(again)
    (ctx.home / "vault.db").write_bytes(old)
    with pytest.raises(FileRolledBack):
        sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)
    ctx.secrets.lock = sessions.InstanceLock(ctx.home)


def test_a_missing_anchor_is_found(ctx: Context) -> None:
    logged(ctx)
    sessions.lock(ctx)
    for name in ("vault.anchor", "vault.anchor.2"):
        (ctx.home / name).unlink()
    with pytest.raises(FileAltered):
        sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)
    ctx.secrets.lock = sessions.InstanceLock(ctx.home)


def test_one_anchor_copy_is_enough(ctx: Context) -> None:
    logged(ctx)
    sessions.lock(ctx)
    newest = max((ctx.home / n for n in ("vault.anchor", "vault.anchor.2")), key=lambda p: p.stat().st_mtime_ns)
    newest.write_bytes(b"torn")
    again = sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)
    assert faults(again) == []
    sessions.lock(again)
    ctx.secrets.lock = sessions.InstanceLock(ctx.home)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE incident SET effect = 'NON'", "incident"),
        ("DELETE FROM person", "person"),
        ("UPDATE op SET raw = replace(raw, 'MIN', 'NON') WHERE et = 'incident'", "op "),
        ("DELETE FROM op WHERE n = 2", "op 2"),
        ("UPDATE audit SET act = 'nothing' WHERE n = 2", "audit entry 2"),
        ("DELETE FROM audit WHERE n = 1", "audit entry 1"),
        ("UPDATE reason SET words = CAST('for the court' AS BLOB)", "audit entry"),
        ("DELETE FROM reason", "audit entry"),
        ("INSERT INTO reason VALUES (1, x'61')", "audit entry 1"),
        ("INSERT INTO plan (id, ward_id, clash, revision) VALUES ('x', 'y', 0, 1)", "plan x"),
    ],
)
def test_verify_names_what_was_altered_inside_the_file(ctx: Context, sql: str, named: str) -> None:
    made = logged(ctx)
    printing.summary(ctx, made.id, "full", "asked for by the police")
    assert faults(ctx) == []
    ctx.store.db.execute("PRAGMA foreign_keys = OFF")
    ctx.store.db.execute(sql)
    found = faults(ctx)
    assert found
    assert found[0].startswith(named)


def test_an_op_rewritten_with_its_own_hash_breaks_the_chain(ctx: Context) -> None:
    logged(ctx)
    row = ctx.store.db.execute("SELECT n, raw FROM op WHERE et = 'incident'").fetchone()
    body = json.loads(row[1])
    body["set"]["effect"] = "NON"
    raw = canonical(body)
    ctx.store.db.execute("UPDATE op SET raw = ?, hash = ? WHERE n = ?", (raw, op_hash(raw), row[0]))
    assert "chain breaks" in faults(ctx)[0]


def test_damage_to_any_page_is_an_answer_not_a_crash(ctx: Context) -> None:
    for _ in range(3):
        logged(ctx)
    sessions.lock(ctx)
    path: Path = ctx.home / "vault.db"
    good = path.read_bytes()
    outcomes = set()
    for offset in range(100, len(good), len(good) // 40):
        path.write_bytes(good[:offset] + bytes([good[offset] ^ 1]) + good[offset + 1 :])
        try:
            again = sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)
            from vpr_desktop.storage.vault import page_problems

            outcomes.add("found by verify" if page_problems(again.store.db) or faults(again) else "MISSED")
            sessions.lock(again)
        except KnownError:
            outcomes.add("found at unlock")
    assert "MISSED" not in outcomes
    path.write_bytes(good)
    ctx.secrets.lock = sessions.InstanceLock(ctx.home)


def test_the_anchor_moves_with_every_commit(ctx: Context, clock: FakeClock) -> None:
    before = ctx.store._anchors.read()
    logged(ctx)
    after = ctx.store._anchors.read()
    assert before is not None
    assert after is not None
    assert after.op_n == before.op_n + 3
    assert after.audit_n == before.audit_n + 1
    assert after == checks.file_tip(ctx.store.db)
    assert clock.now() is not None
