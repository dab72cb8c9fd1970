"""Two windows of one ward and a real endpoint: what people do with them, and waiting for what they would see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QTableView, QWidget

from tests.central.conftest import Central
from tests.conftest import FAST
from tests.factories import PASSPHRASE, first_run
from tests.fakes import FakeClock
from tests.journeys.ward import PEOPLE, WardPC
from tests.window import settle
from vpr_desktop import bootstrap
from vpr_desktop.central import admin
from vpr_desktop.services import people, sessions

OPS = "SELECT seq, id, hash FROM op ORDER BY seq"  # what a PC holds, by number


class OnlinePC(WardPC):
    """A PC of the ward that is joined to an endpoint."""

    @property
    def chip(self) -> str:
        """What the chip in the header says."""
        assert self.window.shell is not None
        return str(self.window.shell.header.chip.text())

    def press(self, *sequences: str) -> None:
        """Presses keys at this PC, not at the other one."""
        self.take()
        super().press(*sequences)

    def take(self) -> None:
        """Sits down at this PC."""
        front = self.front()
        for _ in range(50):
            front.activateWindow()
            self.app.processEvents()
            if front.isActiveWindow():
                return
        raise AssertionError("the window did not become active")

    def front(self) -> QWidget:
        shown = [w for w in self.window.findChildren(QDialog) if w.isVisible()]
        return shown[-1] if shown else self.window

    def forward(self, **span: float) -> None:
        """Time passes, with somebody at the PC."""
        self.clock.forward(**span)
        self.window.idle.start()

    def until(self, holds: Callable[[], bool], seconds: float = 60) -> None:
        """Waits for what somebody would see."""
        wait_until(holds, seconds)

    def sync(self, ready: bool = True) -> None:
        """Somebody presses F5, after the time in which a save can be undone; returns when the cycle has ended.

        A cycle that the window began by itself may be under way: the one of F5 comes after it.
        """
        if ready:
            self.forward(minutes=3)
        self.press("F5")
        self.rest()

    def rest(self) -> None:
        """Until no cycle runs and all that came of it is shown."""
        self.until(lambda: not self.window.sending.running)
        self.settle()

    def change(self, reference: str, spoken: str, field: str, value: Any, save: bool = True) -> None:
        """Changes one field of a report on its record, with a reason where one is asked."""
        self.open(reference)
        self.take()
        self.click(spoken)
        editor = self.page.panels[0].editors[field]
        editor.set_value(value)
        editor.changed.emit()
        if self.page.reason.isVisible():
            self.put("Why do you change it?", "Found out later.")
        if save:
            self.press("Ctrl+Return")
            assert self.page.objectName() == "S4", self.screen()

    def point(self, url: str) -> None:
        """From here on the PC asks this address: a dead one, a portal, or the endpoint again."""

        def job() -> None:
            with self.ctx.unit() as unit:
                unit.put_state("endpoint_url", url.encode())
                unit.commit("")

        self.window.lane.run(self.window, job)
        self.settle()
        self.window.sending.begin()
        self.settle()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.ctx.store.db.execute(sql)]

    def screen(self) -> str:
        """Every word on the screen, those of all tables too."""
        words = [super().screen()]
        for table in self.front().findChildren(QTableView):
            model = table.model()
            if table.isVisible():
                cells = [model.index(r, c) for r in range(model.rowCount()) for c in range(model.columnCount())]
                words += [str(cell.data() or "") for cell in cells]
        return "\n".join(words)

    def close(self) -> None:
        if self.window.page() is not None:
            self.window.lock()
        settle(self.window)
        self.window.sending.stop()
        self.window.lane.stop()
        self.window.idle.stop()
        self.window.hide()
        self.window.deleteLater()
        self.app.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Lets events run until something holds."""
    loop, end, poll = QEventLoop(), QTimer(singleShot=True), QTimer()
    end.timeout.connect(loop.quit)
    end.start(int(seconds * 1000))
    poll.timeout.connect(lambda: loop.quit() if holds() else None)
    poll.start(5)
    loop.exec()
    assert holds(), "it did not come to be"


def online_pc(
    app: QApplication, home: Path, endpoint: Central, *who: str, joined: bool = True, wards: tuple[str, ...] = ()
) -> OnlinePC:  # fmt: skip
    """A PC with its manager and these people, joined and unlocked by the manager."""
    clock = FakeClock()
    ctx, _ = sessions.first_run(home, first_run(), clock, FAST)
    for user_id in who:
        people.add(ctx, user_id, *PEOPLE[user_id], PASSPHRASE)
    if joined:
        bootstrap.enrol(ctx, endpoint.address, new_code(endpoint, *wards))
    sessions.lock(ctx)
    made = OnlinePC(app, home, clock)
    made.unlock()
    made.rest()
    return made


def new_code(endpoint: Central, *wards: str) -> str:
    """A one-time code of the trust."""
    return str(admin.add_code(endpoint.admin, wards or ("CED",), "RX1")["code"])


SAVED = ("stream", "device", "device_key", "key_range", "scope", "batch", "op", "meta")


def kept(endpoint: Central) -> dict[str, list[dict[str, Any]]]:
    """A backup of the endpoint."""
    return {table: endpoint.admin_rows(f"SELECT * FROM {table}") for table in SAVED}


def put_back(endpoint: Central, copy: dict[str, list[dict[str, Any]]]) -> None:
    """Restores it, and nobody says so to the PCs."""
    with endpoint.admin.write() as session:
        for table in reversed((*SAVED, "review", "access_log", "quarantine")):
            session.run(f"DELETE FROM {table}")
        for table, held in copy.items():
            for row in held:
                names = ", ".join(row)
                session.run(f"INSERT INTO {table} ({names}) VALUES ({', '.join(':' + c for c in row)})", **row)
