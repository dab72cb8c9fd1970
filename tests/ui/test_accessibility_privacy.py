"""Items 18, 19 and 20: titles, names of files, the locked window and prints hold no name, identifier or note."""

from __future__ import annotations

import logging

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QTableView, QWidget

from tests.pdfs import facts_of, text_of
from tests.ui import screens, words_in
from tests.ui.stage import CANARY_NAME, CANARY_NHS, CANARY_NOTE, Stage
from tests.ui.test_accessibility_looks import luminance
from tests.window import make_window, settle
from vpr_desktop.services import printing
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.pdf_file import opened
from vpr_desktop.services.printing import Pdf

CANARIES = (CANARY_NOTE, CANARY_NAME, CANARY_NHS)


def has_canary(text: str) -> bool:
    return any(canary.lower() in text.replace(" ", "").lower() for canary in CANARIES)


def test_item_18_titles_logs_lists_and_file_names_hold_no_canary(
    window: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen_on_record = False
    for screen in screens.SCREENS:
        if not screen.page:
            continue
        root = screen.opens(window)
        titles = [one.windowTitle() for one in QApplication.topLevelWidgets()]
        assert not [title for title in titles if has_canary(title)], screen.name
        page = window.window.page()
        texts = list(words_in.texts(root))
        if screen.page in ("home", "incidents", "handover", "data", "settings"):
            assert not [text for text in texts if has_canary(text)], screen.name
        for view in root.findChildren(QTableView):
            assert not [text for text in words_in.cells(view) if has_canary(text)], screen.name
        if screen.page == "print":
            assert not has_canary(page.pdf.file_name + page.pdf.title), screen.name
        seen_on_record |= screen.page == "record" and any(has_canary(text) for text in texts)
    assert seen_on_record, "the canaries are nowhere, so nothing was proven"
    assert caplog.records
    assert not [record for record in caplog.records if has_canary(record.getMessage())]


def test_item_19_the_locked_window_looks_as_one_that_never_saw_the_data(window: Stage) -> None:
    window.go("record", incident_id=window.ids["open"])
    window.lock()
    texts = [text for widget in QApplication.allWidgets() for text in _texts_of(widget)]
    assert not [text for text in texts if has_canary(text)]
    other = make_window(window.app, window.home, window.clock)
    try:
        other.resize(window.window.size())
        settle(other)
        for _ in range(3):  # the clock on it may have moved on between the two
            pictures = []
            for one in (window.window, other):
                window.activate(one)
                one.lock_page._show_time()
                one.lock_page.passphrase.setFocus()
                settle(one)
                pictures.append(one.grab().toImage())
            if pictures[0] == pictures[1]:
                break
        assert pictures[0] == pictures[1]
    finally:
        other.lane.stop()
        other.hide()
        other.deleteLater()


def _texts_of(widget: QWidget) -> list[str]:
    return list(words_in.texts(widget))


def prints(stage: Stage) -> dict[str, Pdf]:
    ctx, incident_id = stage.window.ctx, stage.ids["open"]
    return {
        "summary": printing.summary(ctx, incident_id),
        "anonymous": printing.summary(ctx, incident_id, "anonymous"),
        "handover": printing.handover_sheet(ctx),
        "register": printing.register(ctx, ListQuery()),
        "blank": printing.blank_form(ctx),
    }


def test_item_20_prints_hold_no_canary_and_their_text_can_be_read(window: Stage) -> None:
    for name, pdf in prints(window).items():
        words, facts = text_of(pdf.data), facts_of(pdf.data)
        assert len(words) > 100, name
        assert not has_canary(words), name
        assert facts["Title"], name
        assert not has_canary("".join(facts.values())), name
        assert not facts["Author"], name
        assert b"/Lang (en-GB)" in pdf.data, name
    full = printing.summary(window.window.ctx, window.ids["open"], "full", "Asked for by the police")
    assert has_canary(text_of(full.data)), "a full copy shows what the others hide, or nothing was proven"


def test_item_20_prints_are_the_same_in_greyscale(window: Stage) -> None:
    for name, pdf in prints(window).items():
        with opened(pdf.data) as document:
            drawn = document[0].render(scale=1)
            wide, high, data = drawn.width, drawn.height, bytes(drawn.buffer)
            image = QImage(data, wide, high, drawn.stride, QImage.Format.Format_RGB888).copy()
        copy = image.convertToFormat(QImage.Format.Format_Grayscale8).convertToFormat(QImage.Format.Format_RGB888)
        assert image == copy, f"{name} has colour"
        shades = {image.pixelColor(x, y).name() for x in range(0, wide, 2) for y in range(0, high, 2)}
        assert min(luminance(shade) for shade in shades) < 0.05, name
