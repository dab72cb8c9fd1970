"""Where the real parts are put together: the clock of this PC, and the folder of its file."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """The PC's own clock: wall time for what people read, monotonic seconds for waits."""

    def now(self) -> datetime:
        """The wall time, aware and UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()
