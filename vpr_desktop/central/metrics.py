"""Numbers for monitoring, in the text form that Prometheus reads. Counts alone: no id, no name."""

from __future__ import annotations

import threading
from collections import Counter


class Metrics:
    """Counts of this process since it started."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, int]] = Counter()
        self._seconds: Counter[str] = Counter()
        self._ops = 0
        self._lock = threading.Lock()

    def request(self, route: str, status: int, seconds: float) -> None:
        """One request answered."""
        with self._lock:
            self._requests[route, status] += 1
            self._seconds[route] += int(seconds * 1_000_000)

    def ops(self, count: int) -> None:
        """Ops of the batches that got an answer, those sent again included."""
        with self._lock:
            self._ops += count

    def text(self) -> str:
        """All numbers."""
        with self._lock:
            requests, seconds, ops = dict(self._requests), dict(self._seconds), self._ops
        lines = ["# TYPE vpr_requests_total counter"]
        lines += [
            f'vpr_requests_total{{route="{route}",status="{status}"}} {count}'
            for (route, status), count in sorted(requests.items())
        ]
        lines.append("# TYPE vpr_request_seconds_total counter")
        lines += [f'vpr_request_seconds_total{{route="{r}"}} {us / 1_000_000:.6f}' for r, us in sorted(seconds.items())]
        lines += ["# TYPE vpr_ops_answered_total counter", f"vpr_ops_answered_total {ops}"]
        return "\n".join(lines) + "\n"
