"""Keeps Python's garbage collector out of the lanes: a widget that it lets go of in another thread crashes Qt."""

from __future__ import annotations

import gc


class Garbage:
    """Off while any job of any lane is under way, on again once the last was answered; all on the UI thread.

    A lane that waits for jobs makes no garbage, so what runs the collector is then the UI thread alone.
    """

    _under_way = 0
    _was_on = False

    @classmethod
    def hold(cls) -> None:
        """A job begins."""
        if cls._under_way == 0:
            cls._was_on = gc.isenabled()
            gc.disable()
        cls._under_way += 1

    @classmethod
    def release(cls, jobs: int = 1) -> None:
        """So many jobs are over."""
        cls._under_way -= jobs
        if cls._under_way == 0 and jobs and cls._was_on:
            gc.enable()
