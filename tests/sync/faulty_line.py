"""A line between PC and endpoint that fails as real ones do: cut, reset, delayed, half open, throttled, or dropped."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass

CHUNK = 16 * 1024


@dataclass(frozen=True, slots=True)
class Fault:
    """What befalls a connection once so many bytes went in one direction.

    `how`: "cut" ends it in order, "reset" without, "hang" leaves it open and carries nothing more (half open),
    "drop" swallows what comes and goes on to swallow. `delay` is seconds before each piece, `piece` its bytes.
    """

    how: str = ""
    at: int = 0
    upwards: bool = True
    delay: float = 0.0
    piece: int = CHUNK


class Line:
    """Listens on loopback and carries every connection to the endpoint, with the fault that is set at the time."""

    def __init__(self) -> None:
        self.port = 0  # of the endpoint, once it is known
        self.fault = Fault()
        self.carried = 0
        self._over = threading.Event()
        self._open: list[socket.socket] = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Ends every connection."""
        self._over.set()
        for one in (self.listening, *self._open):
            _close(one)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed by `stop`
            while True:
                near, _ = self.listening.accept()
                far = socket.create_connection(("127.0.0.1", self.port))
                self._open += [near, far]
                for source, target, upwards in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self._carry, args=(source, target, upwards), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, upwards: bool) -> None:
        went = 0
        with contextlib.suppress(OSError):  # the other direction ended it
            while data := source.recv(CHUNK):
                fault = self.fault
                struck = fault.how and fault.upwards == upwards
                keep = data[: max(0, fault.at - went)] if struck else data
                for start in range(0, len(keep), fault.piece):
                    if fault.delay:
                        self._over.wait(fault.delay)
                    target.sendall(keep[start : start + fault.piece])
                went += len(data)
                self.carried += len(keep)
                if struck and len(keep) < len(data):
                    self._strike(fault.how, source, target)
            target.shutdown(socket.SHUT_WR)

    def _strike(self, how: str, source: socket.socket, target: socket.socket) -> None:
        if how == "reset":
            for one in (source, target):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if how in ("reset", "cut"):
            _close(source)
            _close(target)
            raise OSError("ended")
        if how == "hang":
            self._over.wait()
            raise OSError("over")


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):  # already closed by the other side
        one.shutdown(socket.SHUT_RDWR)
    one.close()
