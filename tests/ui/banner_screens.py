"""What stands above or over a page for a while: a warning, a message, that something is being loaded."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from tests.ui.stage import Stage
from tests.window import settle


def warned(stage: Stage) -> QWidget:
    stage.go("home")
    stage.clock.forward(minutes=4, seconds=5)
    stage.window.idle.check()
    settle(stage.window)
    return stage.window


def calm(stage: Stage) -> None:
    assert stage.window.shell is not None
    stage.window.shell.show_banner(None)
    stage.window.shell.warn("")
    stage.window.idle.start()


def loading(stage: Stage) -> QWidget:
    stage.go("incidents")
    assert stage.window.shell is not None
    stage.window.shell.busy.say("Loading incidents", (3, 10))
    stage.window.shell.busy.offer_cancel("Cancel: Loading incidents")
    settle(stage.window)
    return stage.window


def loaded(stage: Stage) -> None:
    assert stage.window.shell is not None
    stage.window.shell.busy.rest()


def long_wait(stage: Stage) -> QWidget:
    stage.go("home")
    assert stage.window.shell is not None
    said = "12 wait to be sent, the first since Wednesday. They are safe on this PC."
    stage.window.shell.tell("warning", f"{said} Tell IT if this PC should be online.", "data")
    settle(stage.window)
    return stage.window


def trouble(stage: Stage) -> QWidget:
    stage.go("home")
    stage.window.trouble("Not saved: the disk is full. Keep this open and call IT.")
    settle(stage.window)
    return stage.window
