"""How to come to the steps of the first run, and to Home as it opens after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from tests.factories import PASSPHRASE
from tests.ui.stage import Stage
from tests.window import settle


def step(step: int, fill: dict[str, str] | None = None) -> Callable[[Stage], QWidget]:
    def opens(stage: Stage) -> QWidget:
        window = stage.fresh if step else stage.new_first_run()
        assert window is not None
        page: Any = window.first_run
        window.activateWindow()
        for name, text in (fill or {}).items():
            page.fields[name].control.setText(text)
        if step:
            page.next.click()
        settle(window)
        return window

    return opens


def recovery(stage: Stage) -> QWidget:
    return step(3, {"name": "A. Manager", "user_id": "amanager", "passphrase": PASSPHRASE})(stage)


def last(stage: Stage) -> QWidget:
    assert stage.fresh is not None
    page: Any = stage.fresh.first_run
    page.code.have.setChecked(True)
    return step(4)(stage)


def code(stage: Stage) -> QWidget:
    """A PC that is set up with a code, of which nothing is typed yet."""
    window = stage.new_first_run()
    page: Any = window.first_run
    page.start.choose(1)
    page.next.click()
    settle(window)
    return window


def practice(stage: Stage) -> QWidget:
    assert stage.fresh is not None
    page: Any = stage.fresh.first_run
    page.try_it.click()
    settle(stage.fresh)
    return stage.fresh


def new_ward(stage: Stage) -> QWidget:
    """Home as it opens after the first run, with nothing in it yet."""
    assert stage.fresh is not None
    page: Any = stage.fresh.first_run
    page.leave_practice()
    page.next.click()
    settle(stage.fresh)
    assert stage.fresh.page().objectName() == "S2"
    return stage.fresh


WARD_ANSWERS = {"org_code": "RX1", "org_name": "Practice Trust", "ward_code": "CED", "ward_name": "Cedar Ward"}
