"""The watch over exchanges: what takes too long is ended, by one thread that costs an exchange next to nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from threading import Event

import pytest

from vpr_desktop.sync import connections
from vpr_desktop.sync.connections import Watch

Threads = Callable[[], list[threading.Thread]]
LONG = 60.0  # seconds, longer than any test


class Ends:
    """Counts when what is under way was ended."""

    def __init__(self) -> None:
        self.times = 0
        self.first = Event()

    def __call__(self) -> None:
        self.times += 1
        self.first.set()


@pytest.fixture
def ends() -> Ends:
    return Ends()


@pytest.fixture
def threads() -> Threads:
    """The threads that watch, but for those of other tests."""
    before = threading.enumerate()
    return lambda: [one for one in threading.enumerate() if one.name == "vpr-watch" and one not in before]


@pytest.fixture
def watch(ends: Ends, threads: Threads) -> Iterator[Watch]:
    made = Watch(ends)
    yield made
    made.close()
    until(lambda: not threads())


def until(is_so: Callable[[], bool]) -> None:
    given_up = time.monotonic() + 4
    while not is_so():
        assert time.monotonic() < given_up
        time.sleep(0.005)


def test_one_thread_watches_over_all_exchanges_and_goes_when_closed(watch: Watch, ends: Ends, threads: Threads) -> None:
    with watch.over_in(LONG, Event()):
        (first,) = threads()
    for _ in range(20):
        with watch.over_in(LONG, Event()), watch.over_in(LONG, Event()):
            assert threads() == [first]
    watch.close()
    until(lambda: not threads())
    assert ends.times == 0


def test_what_is_late_is_ended_though_the_watch_slept_for_longer(watch: Watch, ends: Ends) -> None:
    for _ in range(2):
        ends.first.clear()
        with watch.over_in(LONG, Event()):
            pass
        late, other = Event(), Event()
        with watch.over_in(LONG, other), watch.over_in(0.05, late):
            assert ends.first.wait(4)
            assert late.is_set()
        assert not other.is_set()


def test_what_is_late_is_ended_until_it_is_over(watch: Watch, ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "AGAIN", 0.05)
    began = time.monotonic()
    with watch.over_in(0.01, Event()):
        until(lambda: ends.times > 3)
    then = ends.times
    assert then <= 1 + (time.monotonic() - began) / 0.05
    next_one = Event()
    with watch.over_in(LONG, next_one):
        time.sleep(0.1)
    assert (ends.times, next_one.is_set()) == (then, False)


def test_closed_under_way_it_watches_on_and_what_comes_after_is_watched(
    watch: Watch, ends: Ends, threads: Threads
) -> None:
    with watch.over_in(0.2, Event()):
        watch.close()
        assert ends.first.wait(4)
    until(lambda: not threads())
    ends.first.clear()
    with watch.over_in(0.01, Event()):
        assert ends.first.wait(4)


def test_a_watch_that_nobody_closed_goes_once_its_time_has_come(watch: Watch, threads: Threads) -> None:
    with watch.over_in(0.05, Event()):
        pass
    until(lambda: not threads())


def test_a_closed_line_is_not_watched_over_any_more(threads: Threads) -> None:
    lines = connections.Lines()
    with lines.ended_after(LONG, Event()):
        assert len(threads()) == 1
    lines.close()
    until(lambda: not threads())
