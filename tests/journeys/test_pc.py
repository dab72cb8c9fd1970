"""Journeys of one PC: its look and text size, several wards, and an import typed by IT that the window then shows."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QMenu

from tests.factories import PASSPHRASE
from tests.journeys.test_upkeep import HEAD, export
from tests.journeys.ward import WardPC
from vpr_desktop.cli import main as cli
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import lockscreen, sessions
from vpr_desktop.settings import resource
from vpr_desktop.ui.style import NAME, Style

Pc = Callable[..., WardPC]


# Look and text size
@pytest.fixture
def look(qapp: QApplication) -> Iterator[Style]:
    """The style that a window finds or makes; as it was, afterwards."""
    found = qapp.findChild(Style, NAME)
    held = found if isinstance(found, Style) else Style(qapp, "system", 100)
    yield held
    held.theme = "system"
    held.set_text_percent(100)


def open_settings(ward: WardPC) -> Any:
    """The section of look and text size, which opens first."""
    ward.press("Ctrl+,")
    return next(one for one in ward.page.sections.values() if hasattr(one, "text_size"))


def test_theme_and_text_size_act_at_once_and_outlive_lock_and_restart(pc: Pc, look: Style) -> None:
    ward = pc()
    ward.unlock()
    section = open_settings(ward)
    before = section.theme.cards[0].grab().toImage()
    section.theme.cards[2].setFocus()
    ward.press("3")
    assert (look.theme, look.tokens.dark) == ("dark", True)
    assert section.theme.cards[0].grab().toImage() != before
    section.theme.choose(1)
    ward.settle()
    assert (look.theme, look.tokens.dark) == ("light", False)
    section.theme.choose(2)
    high = section.theme.cards[0].height()
    section.text_size.cards[0].setFocus()
    ward.press("5")
    assert look.text_percent == 200
    assert section.theme.cards[0].height() > high
    shell = ward.window.shell
    assert shell is not None
    assert not shell.rail.isVisible()
    assert shell.header.menu.isVisible()
    ward.lock()
    assert ward.window.lock_page.unlock.height() > 60
    facts = lockscreen.read(ward.home)
    assert (facts.theme, facts.text_percent) == ("dark", 200)
    look.theme, look.text_percent = "system", 100
    again = WardPC(ward.app, ward.home, ward.clock)  # as the next start does
    assert (look.theme, look.text_percent) == ("dark", 200)
    again.window.lane.stop()
    again.window.hide()
    again.window.deleteLater()


def test_the_keys_for_the_text_size_show_in_the_settings(pc: Pc, look: Style) -> None:
    ward = pc()
    ward.unlock()
    for _ in range(3):
        ward.press("Ctrl++")
    assert look.text_percent == 130
    section = open_settings(ward)
    assert section.text_size.value() == []
    ward.press("Ctrl+0")
    open_settings(ward)
    assert section.text_size.value() == ["100"]


# Several wards
def two_wards(ward: WardPC) -> None:
    """Adds a second ward, as IT does with `vpr add-ward`."""
    ctx = sessions.unlock(ward.home, "amanager", PASSPHRASE, ward.clock)
    grown = sessions.add_ward(ctx, "OAK", "Oak Ward")
    sessions.show_ward(grown, next(ward.id for ward in grown.wards.values() if ward.code == "CED"))
    sessions.lock(ctx)
    ward.window.show_lock()


def choose_ward(ward: WardPC, name: str) -> None:
    """Opens the ward's name in the header and chooses."""
    shell = ward.window.shell
    assert shell is not None
    ward.click(shell.header.ward_button.accessibleName())
    menu = shell.header.findChild(QMenu)
    actions = {action.text(): action for action in menu.actions()}
    assert set(actions) == {"Cedar Ward", "Oak Ward"}
    actions[name].trigger()
    menu.close()
    ward.settle()


def ward_of(ward: WardPC, reference: str) -> str:
    record = next(one for one in ward.ctx.reader().find(Incident) if one.reference == reference)
    return ward.ctx.wards[record.ward_id or ""].name


def test_the_quick_log_files_to_the_ward_shown(pc: Pc) -> None:
    ward = pc()
    two_wards(ward)
    assert "Cedar Ward, Oak Ward" in ward.screen()
    ward.unlock()
    shell = ward.window.shell
    assert shell is not None
    assert shell.header.ward_button.accessibleName() == "Ward shown: Cedar Ward. Choose another."
    ward.press("Ctrl+N")
    assert "For Cedar Ward" in ward.screen()
    first = ward.log()
    choose_ward(ward, "Oak Ward")
    assert "Oak Ward is shown. New incidents are filed to it." in ward.screen()
    ward.press("Ctrl+N")
    assert "For Oak Ward" in ward.screen()
    second = ward.log()
    assert (first[:3], second[:3]) == ("CED", "OAK")
    assert (ward_of(ward, first), ward_of(ward, second)) == ("Cedar Ward", "Oak Ward")
    ward.lock()
    ward.unlock()
    assert shell is not ward.window.shell
    assert ward.ctx.ward.name == "Oak Ward", "the ward shown stays after a lock"


def test_what_is_half_filled_stays_when_another_ward_is_shown(pc: Pc) -> None:
    ward = pc()
    two_wards(ward)
    ward.unlock()
    ward.press("Ctrl+N")
    ward.choose("location", "DAY")
    choose_ward(ward, "Oak Ward")
    assert ward.page.objectName() == "S3"
    assert ward.page.form.groups["location"].value() == ["DAY"]
    assert "For Oak Ward" in ward.screen()


def test_one_ward_is_a_name_and_no_chooser(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    shell = ward.window.shell
    assert shell is not None
    assert not shell.header.ward_button.isVisible()
    assert "Cedar Ward" in ward.screen()
    ward.press("Ctrl+N")
    assert "For Cedar Ward" not in ward.screen()


# Import by IT
def test_an_import_by_command_is_tried_taken_put_right_and_seen_in_the_window(
    pc: Pc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ward = pc()
    for name, value in (("VPR_HOME", str(ward.home)), ("VPR_USER", "amanager"), ("VPR_PASSPHRASE", PASSPHRASE)):
        monkeypatch.setenv(name, value)
    file, mapping = tmp_path / "old.csv", str(resource("content", "mapping_datix_like.json"))
    export(file, 60, 6)

    def vpr(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = cli.main([*arguments, "--mapping", mapping, "--json"])
        return code, json.loads(capsys.readouterr().out)

    code, told = vpr("import", str(file), "--dry-run")
    assert (told["imported"], told["rejected"], told["duplicates"]) == (54, 6, 0)
    ward.unlock()
    ward.press("Ctrl+2")
    assert ward.page.table.model().rowCount() == 0
    ward.lock()
    code, told = vpr("import", str(file))
    assert code == 0, "what could be taken was taken"
    assert (told["imported"], told["rejected"]) == (54, 6)
    rejected = tmp_path / "old.rejected.csv"
    rows = list(csv.reader(rejected.read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["Reason (VPR Desktop)", *HEAD]
    place = rows[0].index("Incident date")
    for row in rows[1:]:
        row[place] = "03/04/2024"
    with open(rejected, "w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)
    code, told = vpr("import", str(rejected))
    assert (code, told["imported"], told["rejected"]) == (0, 6, 0)
    code, told = vpr("import", str(file))
    assert (told["imported"], told["duplicates"]) == (0, 54)
    ward.unlock()
    ward.press("Ctrl+2")
    assert "60 incidents" in ward.screen()
    assert "Imported" in ward.screen()
    assert "import" in " ".join(ward.audit())
