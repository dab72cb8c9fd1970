"""Connections to the endpoint: TLS as it always is here, and no exchange that lasts longer than it may.

What the libraries bound is each single wait, and the sending as a whole by the time for connecting. Here each piece
that is sent has the time of a wait, and a watch ends the connection of an exchange that is not over in time.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from math import inf
from threading import Condition, Event, Thread
from time import monotonic
from typing import Any
from weakref import WeakSet

import truststore
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ReadTimeoutError

CONNECT, READ, WHOLE = 5.0, 30.0, 120.0  # seconds
PIECE = 16 * 1024  # bytes that leave, or do not, within READ
AGAIN = 0.1  # seconds until the watch looks for a connection that was made meanwhile


class _Pieces(HTTPConnection):
    """Sends by the piece, and adds its sockets to `opened`."""

    def __init__(self, *args: Any, opened: WeakSet[socket.socket], **more: Any) -> None:
        super().__init__(*args, **more)
        self.opened = opened

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        self.opened.add(made)
        return made

    def connect(self) -> None:
        super().connect()
        self.opened.add(self.sock)

    def request(self, method: str, url: str, *args: Any, **more: Any) -> None:
        if self.sock is None:
            self.connect()
        self.timeout = READ
        try:
            super().request(method, url, *args, **more)
        except TimeoutError as error:
            raise ReadTimeoutError(None, url, "nothing more could be sent") from error  # type: ignore[arg-type]

    def send(self, data: Any) -> None:
        for start in range(0, len(data), PIECE):
            super().send(data[start : start + PIECE])


class _TlsPieces(_Pieces, HTTPSConnection):
    pass


class Watch:
    """Calls `end`, again and again, while something takes longer than it may.

    Its one thread sleeps on between two exchanges, since to start a thread takes as long as to ask for nothing new. It
    goes where a time has come, or this is closed, and nothing is under way.
    """

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self._changed = Condition()
        self._times: dict[Event, float] = {}  # when what is under way has to be over, on the monotonic clock
        self._looks = inf  # when the thread looks next; without end where there is none

    @contextmanager
    def over_in(self, seconds: float, late: Event) -> Iterator[None]:
        """What has to be over in so many seconds; once it is not, `late` is set before each call of `end`."""
        time = monotonic() + seconds
        with self._changed:
            if self._looks == inf:
                Thread(target=self._work, name="vpr-watch", daemon=True).start()
            if time < self._looks:
                self._look_at(time)
            self._times[late] = time
        try:
            yield
        finally:
            with self._changed:
                del self._times[late]

    def close(self) -> None:
        """Lets the thread go, at once or with what is still under way."""
        with self._changed:
            if self._looks < inf:
                self._look_at(0.0)

    def _look_at(self, time: float) -> None:
        self._looks = time
        self._changed.notify()

    def _work(self) -> None:
        with self._changed:
            self._changed.wait(self._looks - monotonic())
            while self._times:
                now = monotonic()
                late = [one for one, time in self._times.items() if time <= now]
                for one in late:
                    one.set()
                if late:
                    self._end()
                self._looks = now + AGAIN if late else min(self._times.values())
                self._changed.wait(self._looks - now)
            self._looks = inf


class Lines(HTTPAdapter):
    """TLS as it always is here. What `verify` says, by argument, session or environment, changes nothing."""

    def __init__(self) -> None:
        self.context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.opened: WeakSet[socket.socket] = WeakSet()
        self._watch = Watch(self._end)
        super().__init__(max_retries=0)

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:  # noqa: ARG002
        host, _ = super().build_connection_pool_key_attributes(request, True, None)
        return host, {"cert_reqs": "CERT_REQUIRED", "ssl_context": self.context}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002
        conn.cert_reqs = "CERT_REQUIRED"

    def get_connection_with_tls_context(self, *args: Any, **more: Any) -> Any:
        """The pool for a request, whose connections are bounded."""
        pool: Any = super().get_connection_with_tls_context(*args, **more)
        pool.ConnectionCls = partial(_TlsPieces if pool.scheme == "https" else _Pieces, opened=self.opened)
        return pool

    def ended_after(self, seconds: float, late: Event) -> AbstractContextManager[None]:
        """Ends every connection once this takes longer, and sets `late`."""
        return self._watch.over_in(seconds, late)

    def close(self) -> None:
        """Ends the connections, and the watch over them."""
        super().close()
        self._watch.close()

    def _end(self) -> None:
        with suppress(RuntimeError):  # another was opened just now: the next time
            for one in tuple(self.opened):
                with suppress(OSError):  # it is closed already
                    socket.socket.shutdown(one, socket.SHUT_RDWR)
