"""Where lines end and what stands how high: dates stay whole, dialogs and answers take the room of their words."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QTextLayout
from PySide6.QtWidgets import QLabel, QWidget

from tests.fakes import FakeClock
from vpr_desktop.domain.quick_log import Option
from vpr_desktop.ui.dialogs.slip_dialog import SlipDialog
from vpr_desktop.ui.style import Style
from vpr_desktop.ui.tasks import Lane
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.labels import Words

SAID = "CED-2611-A001: ask about police, keep evidence, by 24-Nov-2026 at the latest, body-worn video too"


def lines_of(words: Words, width: int) -> list[str]:
    shown = QLabel.text(words)
    layout = QTextLayout(shown, words.font())
    layout.beginLayout()
    found = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        found.append(shown[line.textStart() : line.textStart() + line.textLength()].replace("\u2060", ""))
    layout.endLayout()
    return found


def test_no_line_ends_within_a_date_or_a_reference(styled: Style) -> None:  # noqa: ARG001
    words = Words(SAID)
    for width in range(140, 700, 7):
        lines = lines_of(words, width)
        assert sum("24-Nov-2026" in line for line in lines) == 1, lines
        assert sum("CED-2611-A001" in line for line in lines) == 1, lines
    assert (words.text(), words.accessibleName()) == (SAID, SAID), "nobody copies or hears what joins them"
    words.setText("Nothing")
    assert words.accessibleName() == ""
    words.setAccessibleName("Due")
    words.setText("By 24-Nov-2026")
    assert words.accessibleName() == "Due"


def test_a_dialog_is_as_high_as_its_words_and_grows_with_an_error(styled: Style, tmp_path: Path) -> None:  # noqa: ARG001
    parent = QWidget()
    parent.resize(1366, 704)
    dialog = SlipDialog(parent, tmp_path, FakeClock(), Lane("store", parent))
    dialog.show()
    plain = dialog.height()
    assert plain == dialog.layout().totalHeightForWidth(dialog.width())
    dialog.field.set_error("A slip code has 10 letters and digits.")
    styled.parent().processEvents()
    assert dialog.height() - plain >= dialog.field.error.height() > 0
    dialog.lane.stop()
    parent.deleteLater()


def test_only_the_answer_that_needs_two_lines_has_the_height_of_two(styled: Style) -> None:  # noqa: ARG001
    options = [Option("a", "I am away"), Option("b", "I am said to have done it, or am close to who is said to have")]
    group = ChoiceGroup("Why?", options, columns=(1,))
    group.resize(320, group.heightForWidth(320))
    group.show()
    short, long = (card.height() for card in group.cards)
    assert long == 2 * short
    assert group.cards[1].geometry().bottom() < group.height()
