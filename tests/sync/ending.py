"""Ends a process at a step of a sync cycle, with no chance to tidy up; to be called in that process alone."""

from __future__ import annotations

import os
import signal
from typing import Any

from vpr_desktop.sync.runner import Runner


def end_at(step: int, after: bool) -> None:
    """The real effects of the cycles to come, and the end of the process before or after one of them."""
    do, count = Runner._do, [0]

    def ending(self: Runner, effect: Any) -> Any:
        here = count[0] == step
        count[0] += 1
        if here and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        event = do(self, effect)
        if here:
            os.kill(os.getpid(), signal.SIGKILL)
        return event

    Runner.most_in_batch = 2  # so that one batch is on its way while the answer to another is written down
    Runner._do = ending  # type: ignore[method-assign]
