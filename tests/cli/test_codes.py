"""The command line's exit codes, and that a reference of somebody else answers like one that does not exist."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import REPORT, Vpr, log, vpr
from tests.factories import PASSPHRASE
from tests.sealing import Device
from tests.services.test_imports import MAPPING, mapping_file, row, write
from vpr_desktop.bootstrap import SystemClock
from vpr_desktop.cli import main as cli
from vpr_desktop.cli import session
from vpr_desktop.services import sessions
from vpr_desktop.services.context import Context
from vpr_desktop.storage import inbox, streams
from vpr_desktop.storage.streams import Place

__all__ = ["vpr"]
OTHERS = "green bicycle nine rivers"


@pytest.fixture
def as_user(vpr: Vpr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Signs the next commands in as somebody of a role."""

    def become(role: str) -> None:
        (tmp_path / "new").write_text(OTHERS)
        add = ("users", "add", role, "--name", f"P. {role}", "--role", role)
        monkeypatch.setenv("VPR_USER", "amanager")
        monkeypatch.setenv("VPR_PASSPHRASE", PASSPHRASE)
        assert vpr(*add, "--new-passphrase-file", str(tmp_path / "new"))[0] == 0
        monkeypatch.setenv("VPR_USER", role)
        monkeypatch.setenv("VPR_PASSPHRASE", OTHERS)

    return become


def opened(tmp_path: Path) -> Context:
    return sessions.unlock(tmp_path / "pc", "amanager", PASSPHRASE, SystemClock())


def other_device_says(tmp_path: Path, incident_id: str, field: str, value: Any) -> str:
    """Another PC's change of a field as it was logged, arrived after a change made here. Returns its op."""
    ctx = opened(tmp_path)
    try:
        first = next(op for op in ctx.reader().ops_of(incident_id) if field in op["set"])
        pc = Device()
        op = pc.op(st=ctx.ward_id, ei=incident_id, set={field: value}, base={field: [first["op"]]}, by="other")
        lines = inbox.arrivals([pc.seal(op, st=ctx.ward_id)], 0)
        held = streams.place(ctx.store.db, ctx.ward_id)
        chain = streams.chained(bytes.fromhex(held.chain), [line.hash for line in lines if line.seq])
        with ctx.unit() as unit:
            unit.apply_remote(ctx.ward_id, lines, Place(max(line.seq or 0 for line in lines), "e1", chain.hex()))
            unit.commit("pull", ctx.ward_id)
        return str(op["op"])
    finally:
        sessions.lock(ctx)


def two_versions(vpr: Vpr, tmp_path: Path) -> tuple[str, str, dict[str, Any]]:
    reference = log(vpr, tmp_path)
    incident_id = vpr("show", reference)[1]["id"]
    assert vpr("amend", reference, "--set", "effect=TRE", "--reason", "told later")[0] == 0
    theirs = other_device_says(tmp_path, incident_id, "effect", "SER")
    code, found, _ = vpr("conflicts")
    assert code == 0
    return reference, theirs, found[0]


def test_conflicts_lists_both_versions_and_settle_chooses_one(vpr: Vpr, tmp_path: Path) -> None:
    reference, theirs, found = two_versions(vpr, tmp_path)
    assert (found["reference"], found["entity"], found["field"]) == (reference, "incident", "effect")
    assert {version["value"] for version in found["versions"]} == {"TRE", "SER"}
    assert {"op", "by", "at", "value"} == set(found["versions"][0])
    assert vpr("show", reference)[1]["conflicts"] == ["effect"]
    assert vpr("settle", reference, "effect", "--choose", "no-such-op")[0] == 3
    assert vpr("settle", reference, "efect", "--choose", theirs)[0] == 3
    assert vpr("settle", reference, "effect", "--choose", theirs)[:2] == (
        0,
        {"reference": reference, "field": "effect"},
    )
    assert vpr("conflicts")[:2] == (0, [])
    assert vpr("show", reference)[1]["effect"] == "SER"
    assert vpr("settle", reference, "effect", "--choose", theirs)[0] == 3, "it holds one version by now"
    assert {c["after"] for c in vpr("history", reference)[1] if c["field"] == "effect"} >= {
        "Needed treatment",
        "Serious injury",
    }, "both stay in the history"
    assert vpr("verify")[0] == 0


def test_settle_with_a_third_value(vpr: Vpr, tmp_path: Path) -> None:
    reference, _, _ = two_versions(vpr, tmp_path)
    assert vpr("settle", reference, "effect", "--value", "SERIOUS")[0] == 3
    assert vpr("settle", reference, "effect", "--value", "UPS")[0] == 0
    assert vpr("show", reference)[1]["effect"] == "UPS"


def test_who_may_not_settle_is_told_so(vpr: Vpr, tmp_path: Path, as_user: Callable[[str], None]) -> None:
    reference, theirs, _ = two_versions(vpr, tmp_path)
    as_user("vpr_lead")
    assert vpr("conflicts")[0] == 4
    assert vpr("settle", reference, "effect", "--choose", theirs)[0] == 4


@pytest.mark.parametrize(
    "command",
    [
        ("show",), ("history",), ("withdraw", "--reason", "x"), ("amend", "--set", "effect=MIN", "--reason", "x"),
        ("settle", "effect", "--value", "MIN"), ("print", "--out", "x.pdf"),
        ("print", "--out", "x.pdf", "--copy", "full", "--reason", "for the police"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_reference_of_somebody_else_answers_like_an_unknown_one(
    vpr: Vpr, tmp_path: Path, as_user: Callable[[str], None], command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    reference = log(vpr, tmp_path)
    as_user("reporter")
    theirs, unknown = (vpr(command[0], one, *command[1:]) for one in (reference, "CED-2611-A999"))
    assert theirs == unknown
    assert theirs[0] == 3
    assert not (tmp_path / "x.pdf").exists()
    assert vpr("list")[:2] == (0, [])


@pytest.mark.parametrize("role", ["auditor", "device_admin"])
def test_4_is_a_role_that_does_not_include_it(
    vpr: Vpr, tmp_path: Path, as_user: Callable[[str], None], role: str
) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(REPORT), encoding="utf-8")
    as_user(role)
    code, out, err = vpr("log", "--file", str(path))
    assert (code, out) == (4, None)
    assert "role" in err


def test_8_is_a_folder_that_does_not_let_itself_be_written(
    vpr: Vpr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").write_text("in the way")
    init = ("--org-code", "RX1", "--org-name", "T", "--ward-code", "CED", "--ward-name", "C", "--name", "A. Manager")
    monkeypatch.setenv("VPR_HOME", str(tmp_path / "a-file" / "pc"))
    code, out, err = vpr("init", *init)
    assert (code, out) == (8, None)
    assert "Traceback" not in err
    monkeypatch.setenv("VPR_HOME", str(tmp_path / "pc"))
    assert vpr("backup", "--out", str(tmp_path / "a-file" / "b"))[0] == 8
    assert vpr("export", "--out", str(tmp_path / "a-file" / "x.csv"))[0] == 8


def test_9_is_a_file_that_is_open_elsewhere(vpr: Vpr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert session.WAIT_SECONDS == 10
    monkeypatch.setattr(session, "WAIT_SECONDS", 0.3)
    ctx = opened(tmp_path)
    try:
        code, out, err = vpr("list")
    finally:
        sessions.lock(ctx)
    assert (code, out) == (9, None)
    assert "already open" in err
    assert vpr("list")[0] == 0


def test_import_through_the_command_line(vpr: Vpr, tmp_path: Path) -> None:
    mapping = str(mapping_file(tmp_path, MAPPING))
    file = write(tmp_path / "old.csv", [row(1), row(2, Date="soon"), row(1)])
    told = {"read": 3, "imported": 1, "rejected": 1, "duplicates": 1, "warnings": []}
    assert vpr("import", str(file), "--mapping", mapping, "--dry-run")[:2] == (0, told)
    assert vpr("list")[1] == []
    assert vpr("import", str(file), "--mapping", mapping)[:2] == (0, told), "0 also with rejected rows"
    assert len(vpr("list")[1]) == 1
    assert "soon" in (tmp_path / "old.rejected.csv").read_text(encoding="utf-8")
    assert vpr("import", str(file), "--mapping", mapping)[1]["duplicates"] == 2
    bad = write(tmp_path / "bad.csv", [row(8, Date="soon"), row(9, Date="")])
    code, done, _ = vpr("import", str(bad), "--mapping", mapping)
    assert (code, done["rejected"]) == (3, 2), "3 when no row could be read"
    (tmp_path / "empty.csv").write_bytes(b"")
    assert vpr("import", str(tmp_path / "empty.csv"), "--mapping", mapping)[0] == 3
    assert vpr("import", str(tmp_path / "absent.csv"), "--mapping", mapping)[0] == 3


def test_a_long_import_tells_how_far_it_is_whatever_the_groups(vpr: Vpr, tmp_path: Path) -> None:
    """Also where several rows make one incident, so that no thousand is hit by its very number."""
    mapping = str(mapping_file(tmp_path, {**MAPPING, "rows": "person"}))
    file = write(tmp_path / "old.csv", [row(n // 3) for n in range(2100)])
    code, done, err = vpr("import", str(file), "--mapping", mapping, "--dry-run")
    assert (code, done["imported"], done["read"]) == (0, 700, 2100)
    told = [line for line in err.splitlines() if line.endswith("of 2,100 rows")]
    assert [line[0] for line in told] == ["1", "2"]


def test_self_check_says_what_it_looked_at(vpr: Vpr, tmp_path: Path) -> None:
    code, found, _ = vpr("self-check", "--out", str(tmp_path / "check.txt"))
    assert (code, found["ok"]) == (0, True)
    assert {"name", "ok", "note"} == set(found["checks"][0])
    assert (tmp_path / "check.txt").read_text(encoding="utf-8").startswith("check")


def test_a_restore_of_what_is_no_backup_changes_nothing(vpr: Vpr, tmp_path: Path) -> None:
    reference = log(vpr, tmp_path)
    (tmp_path / "junk").write_bytes(os.urandom(4096))
    code, _, err = vpr("restore", str(tmp_path / "junk"))
    assert code in (3, 7)
    assert "Traceback" not in err
    assert [one["reference"] for one in vpr("list")[1]] == [reference]
    assert vpr("verify")[0] == 0


def test_a_process_of_its_own_keeps_its_streams_apart(tmp_path: Path) -> None:
    """A real process: results on standard output alone, messages on standard error, lines from standard input."""
    here = {"VPR_HOME": str(tmp_path / "pc"), "VPR_USER": "amanager", "VPR_PASSPHRASE": PASSPHRASE}

    def run(*words: str, given: str = "") -> tuple[int, Any, str]:
        command = [sys.executable, "-m", "vpr_desktop.cli.main", *words, "--json"]
        done = subprocess.run(
            command, input=given.encode(), capture_output=True, env={**os.environ, **here}, check=False, timeout=60
        )
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr.decode()

    init = ("--org-code", "RX1", "--org-name", "T", "--ward-code", "CED", "--ward-name", "C", "--name", "A. Manager")
    assert run("init", *init)[0] == 0
    lines = "\n".join([json.dumps(REPORT), "", "not json", json.dumps({**REPORT, "effect": "MI"}), json.dumps(REPORT)])
    code, done, err = run("log", "--file", "-", "--lines", given=lines)
    assert (code, len(done["logged"])) == (3, 2)
    assert [(one["line"], [p["field"] for p in one["problems"]]) for one in done["refused"]] == [
        (3, [""]), (4, ["effect"]),
    ]  # fmt: skip
    assert "Line 3 was not logged" in err
    assert run("list", "--limit", "many")[:2] == (2, None)
    here["VPR_PASSPHRASE"] = "not the passphrase at all"
    code, out, err = run("list")
    assert (code, out) == (5, None)
    assert "Traceback" not in err


def test_wrong_use_is_2() -> None:
    for words in (["frobnicate"], [], ["settle", "CED-2611-A001", "effect"], ["log"]):
        with pytest.raises(SystemExit) as stopped:
            cli.main(words)
        assert stopped.value.code == 2


@pytest.mark.parametrize("typed", ["\u00b2", "--5", "5" * 5000, "many"])
def test_what_is_no_number_is_told_in_a_sentence(vpr: Vpr, tmp_path: Path, typed: str) -> None:
    code, _, err = vpr("amend", log(vpr, tmp_path), "--set", f"affected_count={typed}", "--reason", "counted anew")
    assert code == 3
    assert "How many were affected" in err
    assert "int()" not in err


def test_the_trust_lead_reads_the_words_of_a_report_with_a_reason(
    vpr: Vpr, tmp_path: Path, as_user: Callable[[str], None]
) -> None:
    reference = log(vpr, tmp_path, description="Hit on the arm.")
    as_user("vpr_lead")
    assert "description" not in vpr("show", reference)[1]
    assert vpr("show", reference, "--need", "curious")[0] == 4
    assert "description" not in vpr("show", reference)[1]
    assert vpr("show", reference, "--need", "Review of this quarter for the board")[1]["description"]
    assert vpr("show", reference)[1]["description"] == "Hit on the arm."
