"""A process that works in the real window over a large file, and says how long everything took and held up events."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.bench.made import PASSPHRASE, USER
from tests.bench.measure import resident_mb, timed
from vpr_desktop.storage import keyslots
from vpr_desktop.ui.app import make_window

FORM = {
    "occurred_at": ["now"], "location": ["COR"], "act_types": ["PHY", "THR"], "affected": ["ONE"],
    "perp_relation": ["PAT"], "effect": ["MIN"], "support_offered": ["NYT"],
}  # fmt: skip


class Watched(QApplication):
    """An application that times every event on its way, outermost ones alone."""

    def __init__(self) -> None:
        super().__init__(sys.argv[:1])
        self.setApplicationName("VPR Desktop")
        self.worst: dict[str, tuple[float, str]] = {}
        self.doing, self._inside = "", False

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        if self._inside or not self.doing:
            return super().notify(receiver, event)
        self._inside, kind, began = True, event.type(), time.perf_counter()
        try:
            return super().notify(receiver, event)
        finally:
            self._inside = False
            took = (time.perf_counter() - began) * 1000
            if took > self.worst.get(self.doing, (0.0, ""))[0]:
                self.worst[self.doing] = (took, f"{kind.name} at {type(receiver).__name__}")


class Worker:
    """Does what a person does and waits until the window rests."""

    def __init__(self, app: Watched, home: Path) -> None:
        self.app = app
        self.window = make_window(app, home)
        self.window.show()
        self.window.warm_up()
        self.rest()
        self.took: dict[str, list[float]] = {}

    def rest(self) -> None:
        """Lets the lane and the events that wait come to rest."""
        while True:
            self.app.processEvents()
            if not self.window.lane.busy:
                self.app.processEvents()
                if not self.window.lane.busy:
                    return
            time.sleep(0.0005)

    @contextmanager
    def act(self, name: str, kind: str) -> Any:
        """Times one act until the window rests; its events count under a kind."""
        self.app.doing = kind
        began = time.perf_counter()
        yield
        self.rest()
        self.took.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        self.app.doing = ""

    def unlock(self) -> None:
        page = self.window.lock_page
        page.who.set_value([USER])
        page.passphrase.setText(PASSPHRASE)
        with self.act("unlock", "unlocking"):
            page.unlock.click()
            while self.window.page() is None:  # with pauses, as a loop that spins would take turns with the lane
                self.app.processEvents()
                time.sleep(0.0005)

    def pages(self) -> None:
        for _ in range(6):
            for page in ("incidents", "home", "log", "data", "handover", "settings"):
                with self.act(f"page {page}", "pages"):
                    self.window.go(page)

    def scroll(self) -> None:
        with self.act("list", "listing 100,000"):
            self.window.go("incidents")
        table = self.window.page().table
        for place in range(40):
            if place == 20:
                table.scrollTo(table.model().index(50_000, 0))
                self.rest()
            with self.act("scroll", "listing 100,000"):
                QTest.keyClick(table, Qt.Key.Key_PageDown)
        for word in ("nurse", "visiting", "x1f4", "shouted arm"):
            page = self.window.page()
            page.filters.search.setText(word)
            with self.act("find", "listing 100,000"):
                page.filters._on_typed()
        self.window.page().filters.clear()
        self.rest()

    def save(self) -> None:
        for _ in range(5):
            self.window.go("log")
            self.rest()
            page = self.window.page()
            for field, codes in FORM.items():
                page.form.groups[field].set_value(codes)
            answers = {k: v if k == "act_types" else v[0] for k, v in FORM.items() if k != "occurred_at"}
            page.form.put({"answers": answers, "when_choice": "now"})
            with self.act("save", "saving"):
                page.save()
            assert page.saved.isVisible(), "it was not saved"

    def print_out(self) -> None:
        self.window.go("incidents")
        self.rest()
        incident_id = self.window.page().model.row(0).id
        for _ in range(3):
            with self.act("print summary", "printing"):
                self.window.go("print", incident_id=incident_id)
            assert self.window.page().pdf is not None
        with self.act("print list", "printing"):
            self.window.go("print", kind="register", query=None)


def main() -> None:
    """Arguments: when this process was started, the folder, and `all` for more than unlocking."""
    home = Path(sys.argv[2])
    app = Watched()
    worker = Worker(app, home)
    worker.unlock()
    said: dict[str, Any] = {"mb": resident_mb()}
    said["kdf"] = timed(lambda: keyslots.unlock(home, USER, PASSPHRASE, time.monotonic()).wipe())
    jobs: tuple[Callable[[], None], ...] = (worker.pages, worker.scroll, worker.save, worker.print_out)
    for job in jobs if sys.argv[3:] == ["all"] else ():
        job()
    print(json.dumps({**said, "took": worker.took, "worst": app.worst}), flush=True)
    worker.window.lock()
    worker.rest()
    worker.window.lane.stop()


if __name__ == "__main__":
    main()
