"""Journeys of a PC's life: first run, crash, recovery, backup and restore, import, settings, two versions."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from tests.conftest import fast_keys
from tests.factories import PASSPHRASE
from tests.fakes import FakeClock
from tests.journeys.ward import WardPC, set_up
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import incidents, people, wards

Pc = Callable[..., WardPC]
HEAD = ["ID", "Incident date", "Incident time", "Location (exact)", "Reported date", "Reported time",
        "Approval status", "Category", "Sub category", "Degree of harm", "Location type", "Person type",
        "Description", "Action taken"]  # fmt: skip


def test_first_run_in_five_steps(new_pc: WardPC, files: dict[str, Path]) -> None:
    ward = new_pc
    page: Any = ward.window.first_run
    assert "Step 1 of 5, start" in ward.screen()
    ward.press("Return") if ward.app.focusWidget() is None else ward.click("Next")
    assert "Step 2 of 5, your ward" in ward.screen()
    ward.click("Next")
    assert "Step 2 of 5" in ward.screen()
    assert "Give the organisation's code, such as RX1." in ward.screen()
    for name, text in (("org_code", "RX1"), ("org_name", "Practice Trust"), ("ward_code", "CED")):
        page.fields[name].control.setText(text)
    page.fields["ward_name"].control.setText("Cedar Ward")
    ward.click("Next")
    assert "Step 3 of 5, you" in ward.screen()
    ward.click("Back")
    assert page.fields["ward_name"].control.text() == "Cedar Ward"
    ward.click("Next")
    for name, text in (("name", "A. Manager"), ("user_id", "amanager"), ("passphrase", "short")):
        page.fields[name].control.setText(text)
    ward.click("Next")
    assert "Step 3 of 5" in ward.screen()
    assert not (ward.home / "vault.db").exists()
    page.fields["passphrase"].control.setText(PASSPHRASE)
    ward.click("Next")
    assert "Step 4 of 5, recovery code" in ward.screen()
    code = page.code.code
    ward.click("Next")
    assert "Print the code or write it down first. Then type its first 4 characters." in ward.screen()
    ward.put("Type its first 4 characters", "ZZZZ" if code[:4] != "ZZZZ" else "YYYY")
    ward.click("Next")
    assert "These are not its first 4 characters. Read them again." in ward.screen()
    ward.click("Save as PDF to print")
    assert (files["save"] / "recovery-code.pdf").read_bytes().startswith(b"%PDF")
    ward.put("Type its first 4 characters", code[:4].lower())
    ward.click("Next")
    assert "Step 5 of 5, lock and send" in ward.screen()
    ward.click("Start")
    assert ward.page.objectName() == "S2"
    assert code not in ward.screen()
    assert ward.log() == "CED-2611-A001"


def test_recovery_by_the_paper_code(qapp: QApplication, home: Path, clock: FakeClock, monkeypatch: Any) -> None:
    fast_keys(monkeypatch)
    code = set_up(home, clock)
    ward = WardPC(qapp, home, clock)
    ward.click("Use the recovery code")
    ward.put("Recovery code", "AAAAA-AAAAA")
    ward.put("Your new passphrase", "short")
    ward.click("Open and set passphrase")
    asked = ward.front()
    assert (asked.code_field.error.text(), asked.new.error.text()[:30]) == ("", "Choose at least 12 characters,")
    ward.put("Your new passphrase", "green gate nine birds")
    ward.click("Open and set passphrase")
    assert ward.page is None
    said = "That recovery code did not work. Compare it with the newest paper of this PC, and type it again."
    assert asked.code_field.error.text() == said
    ward.put("Recovery code", code.lower().replace("-", " "))
    ward.click("Open and set passphrase")
    assert ward.page.objectName() == "S2"
    assert "recover" in ward.audit()
    ward.lock()
    ward.unlock()
    assert ward.page is None
    ward.unlock(passphrase="green gate nine birds")
    assert ward.page.objectName() == "S2"
    ward.window.lock()
    ward.settle()
    ward.window.lane.stop()
    ward.window.hide()


def test_a_draft_survives_the_death_of_the_process(pc: Pc) -> None:
    ward = pc()
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.child", str(ward.home)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "draft kept\n"
    child.kill()
    assert child.wait(10) == -9
    child.stdout.close()
    ward.unlock()
    assert "2 of 7 answered. Only you can see it." in ward.screen()
    ward.click(next(words for words in ward.offered() if words.startswith("Continue,")))
    assert ward.page.form.groups["location"].value() == ["DAY"]
    assert ward.page.form.note.toPlainText() == "Chair pushed over"


def test_backup_and_restore(pc: Pc, files: dict[str, Path]) -> None:
    ward = pc()
    ward.unlock()
    ward.log()
    ward.press("Ctrl+5")
    ward.click("Save a copy elsewhere")
    files["open"] = files["save"] / "ward.vprbackup"
    assert files["open"].exists()
    ward.log(effect=("SER",))
    ward.press("Ctrl+2")
    assert ward.page.table.model().rowCount() == 2
    ward.press("Ctrl+5")
    ward.click("Restore a backup")
    ward.put("Your passphrase", "not the right one")
    ward.click("Restore backup")
    assert ward.page is None
    assert "That passphrase did not work." in ward.screen()
    ward.unlock()
    ward.press("Ctrl+2")
    assert ward.page.table.model().rowCount() == 2
    ward.press("Ctrl+5")
    ward.click("Restore a backup")
    ward.put("Your passphrase", PASSPHRASE)
    ward.click("Restore backup")
    assert ward.page is not None
    ward.press("Ctrl+2")
    assert ward.page.table.model().rowCount() == 1
    assert ward.log() == "CED-2611-AA001"
    assert len(list(ward.home.glob("replaced-*/vault.db"))) == 1


def export(path: Path, rows: int, bad: int) -> None:
    """A made-up export of which every so-many-th row lacks its date."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        for n in range(rows):
            day = "" if n % (rows // bad) == 0 else f"{n % 28 + 1:02d}/{n % 12 + 1:02d}/2024"
            out.writerow([f"W{n}", day, "14:10", "Cedar", "", "", "Closed", "Abuse etc of staff by patients",
                          "Physical assault", "Low", "Corridor", "Employee", f"Row {n}", ""])  # fmt: skip


def test_import_through_the_window(pc: Pc, files: dict[str, Path], tmp_path: Path) -> None:
    ward = pc()
    ward.unlock()
    files["open"] = tmp_path / "old.csv"
    export(files["open"], 150, 10)
    ward.press("Ctrl+5")
    assert not ward.page.imports.import_button.isEnabled()
    ward.click("Choose the CSV file")
    assert "File: old.csv" in ward.screen()
    ward.click("Try without saving")
    assert "Would import 140, rejected 10, already here 0, of 150 rows." in ward.screen()
    ward.click("Import")
    said = ward.screen()
    assert "Imported 140, rejected 10, already here 0, of 150 rows." in said
    assert str(tmp_path / "old.rejected.csv") in said
    rejected = list(csv.reader((tmp_path / "old.rejected.csv").read_text(encoding="utf-8").splitlines()))
    assert rejected[0] == ["Reason (VPR Desktop)", *HEAD]
    assert {row[0] for row in rejected[1:]} == {"Incident date: the date is missing."}
    assert len(rejected) == 11
    ward.click("Import")
    assert "Imported 0, rejected 10, already here 140, of 150 rows." in ward.screen()
    ward.press("Ctrl+2")
    assert "140 incidents" in ward.screen()


def test_five_thousand_rows_of_which_two_hundred_are_bad_through_the_window(
    pc: Pc, files: dict[str, Path], tmp_path: Path
) -> None:
    ward = pc()
    ward.unlock()
    files["open"] = tmp_path / "old.csv"
    export(files["open"], 5000, 200)
    given = list(csv.reader(files["open"].read_text(encoding="utf-8").splitlines()))
    ward.press("Ctrl+5")
    ward.click("Choose the CSV file")
    ward.click("Import")
    assert "Imported 4,800, rejected 200, already here 0, of 5,000 rows." in ward.screen()
    rejected = list(csv.reader((tmp_path / "old.rejected.csv").read_text(encoding="utf-8").splitlines()))
    assert [row[1:] for row in rejected[1:]] == [row for row in given if not row[1]], "every bad row, cell for cell"
    taken = ward.ctx.store.db.execute("SELECT local_system_ref FROM incident").fetchall()
    assert {row[0] for row in taken} == {row[0] for row in given[1:] if row[1]}


def test_a_stopped_import_says_what_stays(pc: Pc, files: dict[str, Path], tmp_path: Path) -> None:
    ward = pc()
    ward.unlock()
    files["open"] = tmp_path / "old.csv"
    export(files["open"], 100, 5)
    ward.press("Ctrl+5")
    ward.click("Choose the CSV file")
    card = ward.page.imports
    card.start(dry_run=False)
    card.cancel_button.click()
    ward.settle()
    assert "Stopped. What was imported before stays; the next run takes the rest." in ward.screen()
    ward.click("Import")
    assert "of 100 rows." in ward.screen()


def test_settings_of_the_ward_reach_log_and_support(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+,")
    page = ward.page.sections["ward"]
    assert len(page.places) == 7
    page.places[0][1].setText("")
    page.places[0][1].setFocus()
    ward.type("The very long corridor by the kitchen")
    assert "Too long for its card" in ward.screen()
    page.places[0][1].selectAll()
    ward.type("Bay nine")
    page.shifts.setText("25:00")
    ward.click("Save ward settings")
    assert "Give the times at which shifts change" in ward.screen()
    page.shifts.setText("07:00, 15:00, 23:00")
    page.emergency.setText("3333")
    ward.click("Save ward settings")
    assert "Ward settings saved" in ward.screen()
    ward.click("Support contacts")
    ward.put("Name of contact 1", "Manager on call")
    ward.click("Save contacts")
    assert "Give each contact a name and a number" in ward.screen()
    assert ward.field("Number of contact 1").hasFocus()
    ward.put("Number of contact 1", "bleep 100")
    ward.click("Save contacts")
    assert "Support contacts saved" in ward.screen()
    ward.press("Ctrl+N")
    assert "If anyone is in danger now, call 3333 first." in ward.screen()
    assert "Bay nine" in ward.screen()
    ward.lock()
    ward.press("F1")
    assert "leave and call 3333." in ward.screen()
    assert "bleep 100" in ward.screen()
    ward.press("Esc")
    ward.unlock()
    assert wards.settings(ward.ctx).shift_times == "07:00, 15:00, 23:00"


def test_security_settings_ask_for_the_passphrase(pc: Pc) -> None:
    ward = pc("rnurse")
    ward.unlock()
    ward.press("Ctrl+,")
    ward.click("Locking")
    locking = ward.page.sections["locking"]
    locking.minutes.choose(0)
    ward.settle()
    ward.put("Your passphrase", "wrong wrong wrong")
    ward.click("Go on")
    assert ward.window.idle.minutes == 5
    assert locking.minutes.value() == ["5"]
    locking.minutes.choose(0)
    ward.settle()
    ward.put("Your passphrase", PASSPHRASE)
    ward.click("Go on")
    assert ward.window.idle.minutes == 1
    ward.click("People on this PC")
    ward.click("Add person")
    assert "Give a sign-in name of letters, digits, dots or dashes." in ward.screen()
    assert ward.page.sections["people"].add_fields["name"].control.hasFocus(), "the first that is wrong"
    for name, text in (("user_id", "nnew"), ("name", "Ana Maria de Souza"), ("passphrase", "seven red boats float")):
        ward.page.sections["people"].add_fields[name].control.setText(text)
    ward.click("Add person")
    ward.put("Your passphrase", PASSPHRASE)
    ward.click("Go on")
    assert "nnew" in ward.screen()
    assert [one.initials for one in people.users(ward.ctx) if one.user_id == "nnew"] == ["A.M.D."], (
        "a name of any length"
    )
    ward.click("End access of R. Nurse")
    ward.put("Your passphrase", PASSPHRASE)
    ward.click("Go on")
    assert "No longer works on this PC" in ward.screen()
    ward.lock()
    assert "R. Nurse" not in ward.screen()


def test_two_versions_of_a_field_are_shown(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log()
    incident_id = incidents.find(ward.ctx, reference)
    two_versions(ward, incident_id)
    ward.press("Ctrl+2")
    assert "(2 versions)" in ward.screen()
    ward.open(reference)
    said = ward.screen()
    assert "Changed in two places. Both versions are kept until somebody chooses." in said
    ward.press("Ctrl+P")
    assert ward.page.pdf is not None
    ward.press("Alt+Left")


def two_versions(ward: WardPC, incident_id: str) -> None:
    """Two changes of the effect, each made without sight of the other."""
    first = ward.ctx.reader().get(Incident, incident_id)
    other = ward.ctx.reader().get(Incident, incident_id)
    first.effect, other.effect = "TRE", "SER"
    for record in (first, other):
        with ward.ctx.unit() as unit:
            unit.save(record)
            unit.commit("amend", incident_id)
