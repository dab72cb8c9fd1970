"""Loading: old content stays, a bar says so after a moment, Cancel after a longer one; a save is never cut short."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication

from tests.pdfs import pages_of
from tests.ui.stage import Stage
from tests.ui.test_print_preview import preview
from tests.window import settle
from vpr_desktop.domain.errors import DiskFull, Stopped
from vpr_desktop.services import listing, printing
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.ui.paper import Paper
from vpr_desktop.ui.tasks import Lane

SLOW = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x < 100000000) SELECT sum(x) FROM c"


class Gate:
    """Holds jobs of the lane until it is opened."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def __call__(self) -> None:
        assert self.open.wait(30)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open.set()


def held(window: Stage, gate: Gate) -> Any:
    """The incidents list, with the lane held up before it is asked for again."""
    page = window.go("incidents")
    window.window.lane.run(page, gate)
    return page


def test_old_content_stays_and_the_bar_comes_after_a_moment(window: Stage, gate: Gate, qtbot: Any) -> None:
    page = held(window, gate)
    rows, note = page.model.rowCount(), window.window.shell.busy
    page._ask(ListQuery(text="nothing like this"))
    assert not note.isVisible(), "not for what takes no time"
    qtbot.waitUntil(note.isVisible)
    assert note.words.text() == "Loading incidents"
    assert not note.cancel.isVisible()
    assert page.model.rowCount() == rows > 0
    qtbot.waitUntil(note.cancel.isVisible, timeout=5000)
    assert note.cancel.accessibleName() == "Cancel: Loading incidents"
    gate.open.set()
    settle(window.window)
    assert page.model.rowCount() == 0
    assert not note.isVisible()


def test_what_loads_at_once_shows_no_bar(window: Stage) -> None:
    note = window.window.shell.busy
    for page in ("home", "incidents", "log", "settings"):
        window.window.go(page)
        settle(window.window)
    assert window.window.loads._waiting == {}
    assert not note.isVisible()


def test_cancel_leaves_what_was_shown_and_says_so(window: Stage, gate: Gate, qtbot: Any) -> None:
    page = held(window, gate)
    rows, note = page.model.rowCount(), window.window.shell.busy
    page._ask(ListQuery(text="nothing like this"))
    qtbot.waitUntil(note.cancel.isVisible, timeout=5000)
    note.cancel.click()
    gate.open.set()
    settle(window.window)
    assert page.model.rowCount() == rows
    assert not note.isVisible()
    assert "Stopped. What you see is as it was before." in window.window.shell.status.words.text()
    assert not window.window.shell.banner.isVisible()


def test_every_page_says_that_it_loads(window: Stage, gate: Gate, qtbot: Any) -> None:
    note = window.window.shell.busy
    window.go("home")
    window.window.lane.run(window.window, gate)
    window.window.go("record", incident_id=window.ids["open"])
    qtbot.waitUntil(note.isVisible)
    assert note.words.text() == "Loading the record"
    window.window.loads.cancel()
    gate.open.set()
    settle(window.window)
    assert not note.isVisible()


def test_a_running_query_ends_at_once_and_the_file_works_on(window: Stage) -> None:
    page, ctx = window.go("incidents"), window.window.ctx
    begun, told = threading.Event(), []

    def job() -> object:
        begun.set()
        return ctx.store.db.execute(SLOW).fetchone()

    window.window.load(page, job, told.append, told.append, stopped=lambda: told.append("stopped"))
    assert begun.wait(30)
    window.window.loads.cancel()
    settle(window.window)
    assert told == ["stopped"]
    page._ask(ListQuery())
    settle(window.window)
    assert page.model.rowCount() > 0


def test_a_transaction_is_never_cut_short(window: Stage) -> None:
    """Cancel while a save runs: it is either not begun, or whole."""
    ctx, lane = window.window.ctx, window.window.lane
    begun, go = threading.Event(), threading.Event()
    done: list[object] = []

    def job() -> str:
        with ctx.unit() as unit:
            begun.set()
            assert go.wait(30)
            for _ in range(40):
                unit.db.execute("SELECT count(*) FROM op a, op b").fetchone()
            unit.put_state("kept", b"whole")
            unit.commit("")
        return "saved"

    ticket = lane.run(window.window, job, done.append, done.append)
    assert begun.wait(30)
    ticket.cancel()
    go.set()
    settle(window.window)
    assert done == ["saved"]
    assert ctx.reader().state("kept") == b"whole"
    assert ctx.store.read_only is None


def test_a_cancelled_job_that_waits_does_not_begin(qapp: QApplication, gate: Gate, qtbot: Any) -> None:
    lane, ran, told = Lane("test", qapp), [], []
    lane.run(lane, gate)
    ticket = lane.run(lane, lambda: ran.append(1), told.append, told.append)
    ticket.cancel()
    gate.open.set()
    qtbot.waitUntil(lambda: not lane.busy)
    lane.stop()
    assert ran == []
    assert [type(one) for one in told] == [Stopped]


def test_a_lock_waits_for_nothing_that_loads(window: Stage) -> None:
    page, ctx = window.go("incidents"), window.window.ctx
    begun = threading.Event()

    def job() -> object:
        begun.set()
        return ctx.store.db.execute(SLOW).fetchone()

    window.window.load(page, job, lambda _: None)
    assert begun.wait(30)
    window.window.lock()
    settle(window.window)
    assert window.window.lock_page.isVisible()
    assert not window.window.lock_page.error.isVisible()


def test_an_answer_that_comes_after_the_lock_is_heard_by_nobody(window: Stage) -> None:
    """The lane has answered, and the lock is pressed before the window has heard it."""
    page, lane, told, answered = window.go("incidents"), window.window.lane, [], threading.Event()
    page._ask(ListQuery(text="nothing like this"))
    for ask in (window.window.run, window.window.load):
        ask(window.window, lambda: 1, lambda _: told.append(window.window.ctx))
        ask(window.window, lambda: 1 // 0, lambda _: told.append("done"), lambda _: told.append(window.window.ctx))
    lane.run(lane, answered.set)
    assert answered.wait(30)
    window.window.lock()
    settle(window.window)
    assert told == []
    assert window.window.lock_page.isVisible()


def test_a_lock_does_not_depend_on_where_focus_is(window: Stage) -> None:
    """Qt gives it to the page itself where nothing on it takes focus yet."""
    page = window.go("home")
    page.setFocus()
    assert QApplication.focusWidget() is page
    window.window.lock()
    settle(window.window)
    assert window.window.lock_page.isVisible()


def test_a_draft_that_could_not_be_kept_is_told_after_the_lock_too(window: Stage) -> None:
    def job() -> None:
        raise DiskFull()

    window.window.run(window.window, job, lambda _: None)
    window.window.lock()
    settle(window.window)
    assert window.window.lock_page.error.text() == str(DiskFull())


# Paper
def pdf_printer(path: Path) -> QPrinter:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setResolution(100)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(path))
    return printer


def test_printing_says_how_far_it_is_and_stops_where_asked(
    window: Stage, gate: Gate, qtbot: Any, tmp_path: Path
) -> None:
    page, note = preview(window, 6), window.window.shell.busy
    settle(window.window)
    window.window.lane.run(page, gate)
    paper = Paper(page, window.window, pdf_printer(tmp_path / "paper.pdf"), page.drawn.document)
    paper.send(2)
    qtbot.waitUntil(note.isVisible, timeout=5000)
    assert note.words.text() == "Printing page 3 of 6"
    window.window.loads.cancel()
    gate.open.set()
    settle(window.window)
    assert "Stopped. Pages that were sent before may still come out." in window.window.shell.status.words.text()
    assert not note.isVisible()


def test_a_list_is_made_page_by_page_and_can_be_stopped(window: Stage) -> None:
    page: Any = window.go("print", kind="register", query=ListQuery())
    before, ctx, asked = page.pdf, window.window.ctx, []

    def told(done: int, of: int) -> None:
        asked.append((done, of))
        if done:
            raise Stopped()

    with pytest.raises(Stopped):
        printing.register(ctx, ListQuery(), told)
    assert asked[-1] == (1, 1)
    assert listing.count(ctx, ListQuery()) > 0
    page._render()
    window.window.loads.cancel()
    settle(window.window)
    assert page.pdf is before
    assert "Stopped." in window.window.shell.status.words.text()


def test_paper_that_was_sent_whole_is_whole(window: Stage, tmp_path: Path) -> None:
    page = preview(window, 3)
    page._print_on(pdf_printer(tmp_path / "paper.pdf"), page._asked())
    settle(window.window)
    assert len(pages_of(tmp_path / "paper.pdf")) == 3


def test_what_a_job_knows_is_let_go_of_on_the_windows_thread_alone(qapp: QApplication, qtbot: Any) -> None:
    lane, let_go = Lane("test", qapp), list[int]()

    class Known:
        """Stands for a page: where it is let go of is where Qt would take it apart."""

        def __del__(self) -> None:
            let_go.append(threading.get_ident())

    def ask(fails: bool) -> None:
        known = Known()

        def job() -> int:
            return 1 // (not fails) + hash(known)

        lane.run(lane, job, lambda _: id(known), lambda _: id(known))

    for n in range(200):
        ask(fails=n % 2 == 1)
    qtbot.waitUntil(lambda: len(let_go) == 200)
    lane.stop()
    assert set(let_go) == {threading.get_ident()}
