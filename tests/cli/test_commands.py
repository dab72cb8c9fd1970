"""The command line through its own door: real files, real encryption, exit codes and JSON as documented."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import fast_keys
from tests.factories import PASSPHRASE
from vpr_desktop.cli import main as cli

REPORT = {
    "occurred_at": "2026-11-20T14:05:00+00:00", "location": "COR", "act_types": ["PHY", "THR"], "affected": "MANY",
    "affected_count": 2, "perp_relation": "PAT", "effect": "MIN", "support_offered": "NYT",
    "description": "Hit on the arm.",
    "people": [{"staff_group": "NMR", "injuries": [{"injury": "BRU"}]}], "alleged": [{"perp_age_band": "26T35"}],
}  # fmt: skip

Vpr = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def vpr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Vpr:
    """Runs a command as a user; gives exit code, JSON result and messages."""
    fast_keys(monkeypatch)
    monkeypatch.setenv("VPR_HOME", str(tmp_path / "pc"))
    monkeypatch.setenv("VPR_USER", "amanager")
    monkeypatch.setenv("VPR_PASSPHRASE", PASSPHRASE)

    def run(*arguments: str) -> tuple[int, Any, str]:
        capsys.readouterr()
        code = cli.main([*arguments, "--json"])
        shown = capsys.readouterr()
        return code, json.loads(shown.out) if shown.out else None, shown.err

    init = ("--org-code", "RX1", "--org-name", "Practice Trust", "--ward-code", "CED", "--ward-name", "Cedar Ward")
    code, made, _ = run("init", *init, "--name", "A. Manager")
    assert code == 0
    (tmp_path / "code").write_text(made["recovery_code"])
    return run


def log(vpr: Vpr, tmp_path: Path, **changes: Any) -> str:
    path = tmp_path / "in.json"
    path.write_text(json.dumps({**REPORT, **changes}), encoding="utf-8")
    code, made, err = vpr("log", "--file", str(path))
    assert code == 0, err
    return str(made["logged"][0]["reference"])


def test_log_list_show(vpr: Vpr, tmp_path: Path) -> None:
    reference = log(vpr, tmp_path)
    _, rows, _ = vpr("list", "--kind", "PHY", "--status", "logged", "--since", "2026-11-01")
    assert [(row["reference"], row["effect"], row["send_state"]) for row in rows] == [(reference, "MIN", "waiting")]
    assert rows[0]["occurred_at"] == REPORT["occurred_at"]
    _, shown, _ = vpr("show", reference)
    assert shown["people"][0]["staff_group"] == "NMR"
    assert shown["people"][0]["injuries"][0]["injury"] == "BRU"
    assert len(shown["people"]) == 2
    assert shown["alleged"][0]["perp_age_band"] == "26T35"


def test_what_show_prints_log_accepts(vpr: Vpr, tmp_path: Path) -> None:
    _, shown, _ = vpr("show", log(vpr, tmp_path))
    path = tmp_path / "again.json"
    path.write_text(json.dumps(shown), encoding="utf-8")
    _, made, _ = vpr("log", "--file", str(path))
    _, again, _ = vpr("show", made["logged"][0]["reference"])
    own = ("id", "reference", "reported_at", "slip_code", "last_change")
    assert _without_ids(again, own) == _without_ids(shown, own)


def _without_ids(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {k: _without_ids(v, names) for k, v in value.items() if k not in (*names, "parent_id")}
    return [_without_ids(one, names) for one in value] if isinstance(value, list) else value


def test_each_line_is_logged_or_refused_by_itself(vpr: Vpr, tmp_path: Path) -> None:
    path = tmp_path / "lines.json"
    bad = {**REPORT, "effect": "MI", "ocurred_at": "x"}
    path.write_text("\n".join([json.dumps(REPORT), json.dumps(bad), "{", json.dumps(REPORT)]), encoding="utf-8")
    code, done, err = vpr("log", "--file", str(path), "--lines")
    assert code == 3
    assert len(done["logged"]) == 2
    assert [one["line"] for one in done["refused"]] == [2, 3]
    named = {problem["field"]: problem["message"] for problem in done["refused"][0]["problems"]}
    assert "Nearest: occurred_at" in named["ocurred_at"]
    assert "MIN" in named["effect"]
    assert "Traceback" not in err


def test_only_the_seven_answers_are_needed(vpr: Vpr, tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text("{}", encoding="utf-8")
    code, done, _ = vpr("log", "--file", str(path))
    assert code == 3
    assert [p["field"] for p in done["refused"][0]["problems"]] == [
        "occurred_at", "location", "act_types", "perp_relation", "affected", "effect", "support_offered",
    ]  # fmt: skip


def test_amend_withdraw_history(vpr: Vpr, tmp_path: Path) -> None:
    reference = log(vpr, tmp_path)
    code, done, _ = vpr(
        "amend", reference, "--set", "effect=TRE", "--set", "A.staff_group=MED", "--reason", "told later"
    )
    assert (code, done["changed"]) == (0, ["effect", "A.staff_group"])
    code, _, err = vpr("amend", reference, "--set", "efect=TRE", "--reason", "x")
    assert code == 3
    assert "effect" in err
    assert vpr("amend", reference, "--set", "reference=X", "--reason", "x")[0] == 3
    _, changes, _ = vpr("history", reference)
    first = changes[0]
    assert {c["field"]: (c["before"], c["after"]) for c in changes[:2]}["effect"] == (
        "Minor injury",
        "Needed treatment",
    )
    assert (first["by"], first["reason"]) == ("A. Manager", "told later")
    assert vpr("withdraw", reference, "--reason", "entered twice")[1]["status"] == "withdrawn"
    assert [row["reference"] for row in vpr("list", "--status", "withdrawn")[1]] == [reference]


def test_papers(vpr: Vpr, tmp_path: Path) -> None:
    reference = log(vpr, tmp_path)
    out = str(tmp_path / "s.pdf")
    assert vpr("print", reference, "--out", out)[1] == {"file": out, "pages": 1}
    assert (tmp_path / "s.pdf").read_bytes().startswith(b"%PDF")
    assert vpr("print", reference, "--out", out, "--copy", "full")[0] == 3, "a full copy needs a reason"
    assert vpr("print", reference, "--out", out, "--copy", "full", "--reason", "for the police")[0] == 0
    assert vpr("print", reference, "--out", str(tmp_path / "no" / "folder.pdf"))[0] == 8
    table = tmp_path / "out.csv"
    assert vpr("export", "--out", str(table), "--kind", "PHY")[1]["rows"] == 1
    assert reference in table.read_text(encoding="utf-8-sig")
    assert "Hit on the arm" not in table.read_text(encoding="utf-8-sig")
    assert vpr("export", "--out", str(table), "--kind", "PHYS")[0] == 3


def test_people_and_recovery(vpr: Vpr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "new").write_text("green bicycle nine rivers\n")
    add = ("users", "add", "bnurse", "--name", "B. Nurse", "--role", "reporter", "--new-passphrase-file")
    assert vpr(*add, str(tmp_path / "new"))[0] == 0
    assert vpr(*add, str(tmp_path / "new"))[0] == 3, "the name is taken"
    monkeypatch.setenv("VPR_USER", "bnurse")
    assert vpr("list")[0] == 5, "another one's passphrase"
    monkeypatch.setenv("VPR_PASSPHRASE", "green bicycle nine rivers")
    assert vpr("list")[:2] == (0, [])
    assert (
        vpr("users", "add", "x", "--name", "X", "--role", "reporter", "--new-passphrase-file", str(tmp_path / "new"))[0]
        == 4
    )
    assert vpr("backup", "--out", str(tmp_path / "b"))[0] == 4
    (tmp_path / "third").write_text("purple window four trees\n")
    recover = ("recover", "--recovery-code-file", str(tmp_path / "code"), "--new-passphrase-file")
    (tmp_path / "wrong").write_text("AAAAA-AAAAA")
    code, _, said = vpr(
        "recover", "--recovery-code-file", str(tmp_path / "wrong"), *recover[3:], str(tmp_path / "third")
    )
    assert (code, "That recovery code did not work." in said, "passphrase" in said) == (5, True, False)
    assert vpr(*recover, str(tmp_path / "third"))[1] == {"user": "bnurse"}
    assert vpr("list")[0] == 5
    monkeypatch.setenv("VPR_PASSPHRASE", "purple window four trees")
    assert vpr("list")[0] == 0
    monkeypatch.setenv("VPR_USER", "amanager")
    monkeypatch.setenv("VPR_PASSPHRASE", PASSPHRASE)
    assert vpr("users", "disable", "bnurse")[0] == 0
    assert [(u["id"], u["active"]) for u in vpr("users", "list")[1]] == [("amanager", True), ("bnurse", False)]


def test_upkeep(vpr: Vpr, tmp_path: Path) -> None:
    reference = log(vpr, tmp_path)
    assert vpr("verify")[1]["ok"] is True
    backup = str(tmp_path / "ward.vprbackup")
    assert vpr("backup", "--out", backup)[0] == 0
    log(vpr, tmp_path)
    assert vpr("restore", backup)[0] == 0
    assert [row["reference"] for row in vpr("list")[1]] == [reference]
    assert vpr("verify")[1]["ok"] is True
    assert vpr("self-check")[1]["ok"] is True
    file = tmp_path / "pc" / "vault.db"
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    code, report, err = vpr("verify")
    assert (code, report["ok"]) == (7, False)
    assert "Traceback" not in err


def test_a_second_ward(vpr: Vpr, tmp_path: Path) -> None:
    assert [w["code"] for w in vpr("add-ward", "--ward-code", "OAK", "--ward-name", "Oak Ward")[1]["wards"]] == [
        "CED",
        "OAK",
    ]
    assert vpr("add-ward", "--ward-code", "oak", "--ward-name", "Oak Ward")[0] == 3
    assert log(vpr, tmp_path).startswith("CED-")


def test_wrong_use_says_what_to_do(vpr: Vpr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert vpr("show", "CED-2611-A999")[0] == 3
    assert vpr("settle", log(vpr, tmp_path), "effect", "--value", "MIN")[0] == 3
    monkeypatch.delenv("VPR_USER")
    code, out, err = vpr("list")
    assert (code, out) == (2, None)
    assert "--user" in err
    monkeypatch.setenv("VPR_USER", "amanager")
    monkeypatch.setenv("VPR_HOME", str(tmp_path / "nothing"))
    assert vpr("list")[0] == 3
    with pytest.raises(SystemExit) as stopped:
        cli.main(["list", "--limit", "many"])
    assert stopped.value.code == 2


def test_the_dictionary_needs_no_passphrase(vpr: Vpr, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("VPR_PASSPHRASE")
    _, rows, _ = vpr("dictionary")
    effect = next(row for row in rows if (row["entity"], row["name"]) == ("incident", "effect"))
    assert effect["required_at"] == "log"
    assert {"code": "MIN", "label": "Minor injury", "until": None} in effect["codes"]
    assert vpr("dictionary", "--out", str(tmp_path / "d.csv"))[1]["rows"] == len(rows)


def test_close_lists_what_is_missing_then_closes_and_reopens(vpr: Vpr, tmp_path: Path) -> None:
    reference = log(vpr, tmp_path, affected="ONE", act_types=["VER"], effect="UPS", affected_count=None, people=[])
    code, _, err = vpr("close", reference)
    assert code == 3
    assert "Tell the reporter what was done, or say why not." in err
    told = "Visiting times are on the door now."
    code, _, err = vpr("close", reference, "--message-to-reporter", told, "--message-to", "Z=" + told)
    assert (code, "There is no Z in this incident." in err) == (3, True)
    assert vpr("close", reference, "--waive-plan", "B=Not here any more.")[0] == 3
    assert vpr("close", reference, "--waive-plan", "A")[0] == 3
    closing = ("close", reference, "--message-to-reporter", told, "--waive-plan", "a=Left the trust last week.")
    code, _, err = vpr(*closing)
    assert (code, "Person A" in err) == (3, True)
    code, done, err = vpr(*closing, "--waive-feedback", "A bank nurse who left the trust.")
    assert (code, done) == (0, {"reference": reference, "status": "closed"}), err
    _, shown, _ = vpr("show", reference)
    assert {(row["to"], row.get("message"), row.get("waived_by")) for row in shown["feedback"]} == {
        ("reporter", told, None), ("A", None, "A. Manager"),
    }  # fmt: skip
    assert vpr("close", reference)[0] == 4
    assert vpr("reopen", reference, "--reason", "It happened again.")[1]["status"] == "in_review"
