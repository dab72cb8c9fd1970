"""Runs the endpoint: one process over one database. Stops gracefully; several processes need PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from vpr_desktop.central import logs
from vpr_desktop.central.database import Database
from vpr_desktop.central.routes import Endpoint, application
from vpr_desktop.central.running import Unreachable, check, is_denied
from vpr_desktop.domain.errors import KnownError
from vpr_desktop.sync import protocol

HEADER_SECONDS = 15
MOST_CONNECTIONS = 250  # of one process; each may hold one body of 4 MiB


class NotPermitted(KnownError):
    """The database's user lacks the right to act as the application."""

    exit_code = 4
    message = "This database user may not use the role vpr_app. As the superuser: GRANT vpr_app TO that user."


class PortTaken(KnownError):
    """Nobody can be listened to there."""

    exit_code = 6


class AlreadyServed(KnownError):
    """Another process serves this file."""

    exit_code = 9
    message = "Another process serves this SQLite file. Stop that one first: several processes need PostgreSQL."


class BoundedProtocol(H11Protocol):
    """Closes a connection that is too slow with what nothing else waits for: the head of a request, its first or a
    later one, and the rest of a body that was refused unread. Takes so many connections and no more. Answers what is
    not HTTP with a problem document.
    """

    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts the watch, or says that there are too many."""
        super().connection_made(transport)
        self._watch = self.loop.call_later(HEADER_SECONDS, self._close)
        if len(self.connections) > MOST_CONNECTIONS:
            self._answer_and_close("busy", "Retry-After: 1\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the watch."""
        self._unwatch()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Takes what arrived."""
        super().handle_events()
        self._watch_over()

    def on_response_complete(self) -> None:
        """The answer is out; what follows may be half there already."""
        super().on_response_complete()
        self._watch_over()

    def _watch_over(self) -> None:
        """Starts the watch where something has begun that no call waits for, and ends it where that came in time."""
        theirs = self.conn.their_state
        begun = theirs is h11.SEND_BODY or (theirs is h11.IDLE and bool(self.conn.trailing_data[0]))
        if not begun or not (self.cycle is None or self.cycle.response_complete):
            self._unwatch()
        elif self._watch is None:
            self._watch = self.loop.call_later(HEADER_SECONDS, self._close)

    def _unwatch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """A problem document in place of plain text."""
        self._answer_and_close("unreadable-request")

    def _answer_and_close(self, kind: str, more: str = "") -> None:
        told = protocol.problem(kind)
        body = protocol.encode(told)
        head = (
            f"HTTP/1.1 {told.status} {HTTPStatus(told.status).phrase}\r\nContent-Type: {protocol.PROBLEM}\r\n"
            f"Content-Length: {len(body)}\r\n{more}Cache-Control: no-store\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, so that asyncio switches off the waiting for more to send, which cost 40 ms a reply.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(256)
    except OSError as error:
        made.close()
        raise PortTaken(f"Port {port} cannot be opened on {host}. Choose another with --port.") from error
    return made


def serve(
    url: str, listening: socket.socket, public_url: str = "", started: Callable[[uvicorn.Server], None] | None = None
) -> None:
    """Serves until it is told to stop; requests under way are finished first. Raises KnownError."""
    database = Database(url, as_application=True)
    with contextlib.ExitStack() as held:
        held.callback(database.close)
        held.callback(listening.close)
        _check_ready(database)
        if database.file is not None:
            held.enter_context(_alone_with(database.file))
        host, port = listening.getsockname()[:2]
        named = f"[{host}]" if ":" in host else host
        app = application(Endpoint(database, public_url or f"http://{named}:{port}"))
        server = uvicorn.Server(
            uvicorn.Config(
                app, log_config=None, access_log=False, server_header=False, lifespan="off", proxy_headers=False,
                http=BoundedProtocol, ws="none", loop="asyncio", timeout_keep_alive=75, timeout_graceful_shutdown=20,
                h11_max_incomplete_event_size=32 * 1024,
            )
        )  # fmt: skip
        gc.collect()
        gc.freeze()
        logs.event("start", port=port)
        if started is not None:
            started(server)
        _end_quietly_when_told()
        server.run(sockets=[listening])
        logs.event("stop")


@contextlib.contextmanager
def _alone_with(file: Path) -> Iterator[None]:
    """Keeps other processes from serving an SQLite file: each would know of its own half of what a PC used up alone.

    An empty file of SQLite's own beside it is locked, and never written: on every system the lock ends with its
    process, however that ends. The file itself stays open to the commands of administration.
    """
    with contextlib.ExitStack() as held:
        try:
            lock = sqlite3.connect(f"{file.resolve()}-serving", timeout=0, isolation_level=None)
            held.callback(lock.close)
            lock.execute("PRAGMA journal_mode=MEMORY")  # else there is one more file
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            raise (AlreadyServed if error.sqlite_errorcode == sqlite3.SQLITE_BUSY else Unreachable)() from error
        yield


def _end_quietly_when_told() -> None:
    """The server hands a signal on once it has stopped gracefully; by then nothing is left to be interrupted."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)


def _check_ready(database: Database) -> None:
    try:
        check(database)
    except Unreachable as error:
        if is_denied(error.__cause__):
            raise NotPermitted() from error
        raise
