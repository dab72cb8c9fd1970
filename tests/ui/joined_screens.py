"""How to come to "Sync and data" of a PC that is joined to a server which cannot be reached."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from tests.journeys.online import wait_until
from tests.ui.stage import Stage
from tests.window import settle

NOBODY = "http://127.0.0.1:9"


def join(stage: Stage, url: str) -> None:
    ctx = stage.window.ctx

    def job() -> None:
        with ctx.unit() as unit:
            unit.put_state("endpoint_url", url.encode())
            unit.commit("")

    stage.window.lane.run(stage.window, job)
    settle(stage.window)
    stage.window.sending.begin()
    settle(stage.window)


def offline(stage: Stage) -> QWidget:
    stage.go("data")
    join(stage, NOBODY)
    stage.window.sending.send_now()
    wait_until(lambda: not stage.window.sending.running)
    stage.go("data")
    return stage.window


def reviewed(stage: Stage) -> QWidget:
    offline(stage)
    data = stage.window.page()
    data.queue.review.click()
    settle(stage.window)
    return stage.window


def leaves_the_server(stage: Stage) -> None:
    join(stage, "")
