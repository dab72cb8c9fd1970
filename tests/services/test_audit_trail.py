"""The audit trail is read by auditors alone: who, when, what and which record; no value, no reason, and all of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest

from tests.conftest import ROLES, fast_keys
from tests.factories import PASSPHRASE, answers, logged
from vpr_desktop.cli import main as cli
from vpr_desktop.domain.errors import NotAllowed
from vpr_desktop.services import audit_trail, incidents, listing, printing, sessions, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.new_incident import log

Become = Callable[..., Context]
REASON = "Zanzibarreason: for the union rep"


def test_an_auditor_reads_who_did_what_and_with_which_record(ctx: Context, as_role: Become) -> None:
    auditor, nurse = as_role("auditor"), as_role("reporter")
    made = log(nurse, answers(description="Zanzibarnote", act_types=["SEX"]))
    printing.printed(ctx, printing.summary(ctx, logged(ctx).id, "full", REASON), "paper")
    incidents.withdraw(nurse, views.incident(nurse, made.id), "Zanzibarreason")
    listing.search(ctx, "zanzibarnote")
    found = audit_trail.page(auditor)
    told = {(one.by, one.act, one.record) for one in found}
    assert {
        ("P. Reporter", "log", made.reference), ("P. Reporter", "withdraw", made.reference),
        ("P. Reporter", "read restricted", made.reference), ("A. Manager", "print", "CED-2611-A002"),
        ("A. Manager", "full copy", "CED-2611-A002"), ("A. Manager", "search", ""),
        ("A. Manager", "add user", "P. Auditor"),
    } <= told  # fmt: skip
    assert [one.n for one in found] == sorted((one.n for one in found), reverse=True)
    assert len(found) == audit_trail.count(auditor) == ctx.store.tip.audit_n
    assert found[0].hash == ctx.store.tip.audit_chain.hex()
    assert "anzibar" not in repr(found)


def test_words_days_and_slices_choose_among_them(ctx: Context, as_role: Become) -> None:
    from dataclasses import replace

    auditor = as_role("auditor")
    first = logged(ctx)
    ctx.clock.forward(days=2)  # type: ignore[attr-defined]
    second = logged(ctx)
    assert {one.record for one in audit_trail.page(auditor, f"manager {first.reference.lower()}")} == {first.reference}
    assert audit_trail.page(auditor, "manager nothinglikeit") == []
    day = date(2026, 11, 24)
    since = audit_trail.page(auditor, "log", since=day)
    before = audit_trail.page(auditor, "log", until=date(2026, 11, 23))
    assert [one.record for one in since] == [second.reference]
    assert [one.record for one in before] == [first.reference]
    assert audit_trail.page(auditor, "log", until=date.max) == [*since, *before]
    everything = audit_trail.page(auditor)
    assert audit_trail.page(auditor, limit=2, offset=1) == everything[1:3]
    elsewhere = replace(auditor, user=replace(auditor.user, user_id="gone"))
    assert audit_trail.count(elsewhere) == len(everything), "the trail is of the PC, whoever reads it"


def test_nobody_else_reads_it(as_role: Become) -> None:
    for role in set(ROLES) - {"auditor"}:
        for read in (audit_trail.page, audit_trail.count):
            with pytest.raises(NotAllowed):
                read(as_role(role))


def test_the_command_gives_the_same(
    ctx: Context, as_role: Become, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fast_keys(monkeypatch)
    as_role("auditor")
    made = logged(ctx)
    sessions.lock(ctx)
    monkeypatch.setenv("VPR_HOME", str(ctx.home))
    monkeypatch.setenv("VPR_PASSPHRASE", PASSPHRASE)
    assert cli.main(["--user", "p-auditor", "audit", "--text", made.reference, "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["user"], entry["act"], entry["record"]) == ("amanager", "log", made.reference)
    assert cli.main(["--user", "p-auditor", "audit", "--limit", "1"]) == 0
    shown = capsys.readouterr()
    assert "Unlock" in shown.out or "unlock" in shown.out
    assert "There are more than 1." in shown.err
    assert cli.main(["--user", "amanager", "audit"]) == 4
    assert cli.main(["--user", "p-auditor", "audit", "--since", "soon"]) == 3
