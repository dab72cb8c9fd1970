"""The signed calls over HTTPS. Certificates are always checked, against the operating system's store.

Everything that is not a message of the protocol is a failure that passes: a network's sign-in page marks nothing sent.
"""

from __future__ import annotations

import gzip
import secrets
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from vpr_desktop.domain.errors import WrongUse
from vpr_desktop.sync import connections, protocol, signing
from vpr_desktop.sync.protocol import (
    Enrol,
    Enrolled,
    Have,
    Heads,
    Keys,
    Lacking,
    NotAMessage,
    Problem,
    PushAnswer,
    Rotate,
)
from vpr_desktop.sync.refusals import Refused, known_kind

CHUNK = 64 * 1024


class Client:
    """This PC's side of the calls. `clock` gives the wall time."""

    def __init__(self, url: str, device: str, key: Any, clock: Callable[[], datetime]) -> None:
        self.url = address(url)
        self.device = device
        self.clock = clock
        self.ahead = timedelta(0)  # the endpoint's clock against this PC's, once a reply told of it
        self.gap: float | None = None  # seconds, by the date of the last reply
        self.local = urlsplit(self.url).hostname in protocol.LOOPBACK
        self._told: tuple[str, Heads] | None = None  # the last heads, by the tag they came with
        self._tag = ""
        self._sign = key.sign  # an object that signs, never its bytes
        self._http = requests.Session()
        self._http.trust_env = False
        self._lines = connections.Lines()
        self._http.mount("https://", self._lines)
        self._http.mount("http://", self._lines)

    def clock_gap(self) -> float | None:
        """How far the endpoint's clock is ahead of this PC's, in seconds, as the last reply told; None before one."""
        return self.gap

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()

    def enrol(self, asked: Enrol) -> Enrolled:
        """Joins this PC by a one-time code."""
        made: Enrolled = self._message("POST", "/v1/enrol", Enrolled, protocol.encode(asked))
        return made

    def heads(self) -> Heads:
        """Where all streams in scope stand; as told before where the endpoint says that nothing is new."""
        known = {"If-None-Match": self._told[0]} if self._told else {}
        got = self._call("GET", "/v1/heads", (protocol.JSON,), headers=known)
        if not got and self._told:
            return self._told[1]
        made: Heads = _read(got, Heads)
        self._told = (self._tag, made) if self._tag else None
        return made

    def keys(self) -> Keys:
        """The keys of all devices a reader may meet."""
        made: Keys = self._message("GET", "/v1/keys", Keys)
        return made

    def rotate(self, asked: Rotate, key: Any) -> None:
        """Hands this PC on to a new key, which signs the request and whatever comes after it."""
        before, self._sign = self._sign, key.sign
        try:
            self._call("POST", "/v1/keys", (protocol.JSON,), protocol.encode(asked))
        except Refused:
            self._sign = before
            raise

    def have(self, st: str, batches: list[str]) -> list[str]:
        """Those of these batches of which the endpoint lacks anything."""
        made: Lacking = self._message("POST", f"/v1/streams/{st}/have", Lacking, protocol.encode(Have(batches)))
        return made.lacking

    def push(self, st: str, body: bytes, first: str) -> PushAnswer:
        """Sends batches; `first` is the identity of the first of them."""
        path = f"/v1/streams/{st}/ops"
        made: PushAnswer = self._message("POST", path, PushAnswer, body, first, protocol.JSON_LINES)
        return made

    def begin_push(self, st: str, body: bytes, first: str) -> Callable[[], PushAnswer]:
        """Sends batches from a thread of its own. What it returns waits for the answer: no other call before that."""
        told: Future[PushAnswer] = Future()

        def work() -> None:
            try:
                told.set_result(self.push(st, body, first))
            except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits for the answer
                told.set_exception(error)

        Thread(target=work, name="vpr-push", daemon=True).start()
        return told.result

    def pull(self, st: str, after: int, most: int = protocol.PAGE_OPS) -> bytes:
        """A page of a stream, as bytes."""
        return self._call("GET", f"/v1/streams/{st}/ops?after={after}&limit={most}", (protocol.JSON_LINES,))

    def _message(
        self, method: str, path: str, kind: type[Any], body: bytes | None = None, name: str = "",
        content: str = protocol.JSON,
    ) -> Any:  # fmt: skip
        return _read(self._call(method, path, (protocol.JSON,), body, name, content), kind)

    def _call(
        self, method: str, path: str, wanted: tuple[str, ...], body: bytes | None = None, name: str = "",
        content: str = protocol.JSON, headers: Mapping[str, str] | None = None,
    ) -> bytes:  # fmt: skip
        sent = {"Accept-Encoding": "identity" if self.local else "gzip", **(headers or {})}
        if body is not None:
            sent |= {"Content-Type": content, protocol.IDEMPOTENCY_KEY: name or secrets.token_urlsafe(12)}
            if not self.local:
                body, sent["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        try:
            return self._exchange(method, path, wanted, sent, body)
        except Refused as refused:
            if refused.kind != "clock-skew":
                raise
        return self._exchange(method, path, wanted, sent, body)  # once more, by the endpoint's time

    def _exchange(
        self, method: str, path: str, wanted: tuple[str, ...], headers: Mapping[str, str], body: bytes | None
    ) -> bytes:
        made = requests.Request(method, self.url + path, headers=headers, data=body).prepare()  # alone: no cookie goes
        made.headers["User-Agent"] = f"vpr-desktop/{protocol.VERSION}"
        made.headers.update(
            signing.headers_for(
                method, made.url or "", body, headers.get(protocol.IDEMPOTENCY_KEY, ""), keyid=self.device,
                created=int((self.clock() + self.ahead).timestamp()), nonce=secrets.token_urlsafe(12), sign=self._sign,
            )
        )  # fmt: skip
        late = Event()
        try:
            with self._lines.ended_after(connections.WHOLE, late):
                answer = self._answered(made, wanted)
        except Refused:
            if late.is_set():
                raise Refused("no-answer") from None
            raise
        if late.is_set():
            raise Refused("no-answer")  # it may lack its end
        return answer

    def _answered(self, made: requests.PreparedRequest, wanted: tuple[str, ...]) -> bytes:
        timeout = connections.CONNECT, connections.READ
        try:
            proxies = {} if self.local else _proxy(self.url)
            with self._http.send(
                made, timeout=timeout, allow_redirects=False, stream=True, verify=True, proxies=proxies
            ) as got:
                self._compare_clocks(got.headers.get("Date", ""))
                return self._answer(got, wanted, self._read(got))
        except requests.exceptions.ProxyError as error:
            raise Refused("proxy" if "407" in str(error) else "no-connection") from error
        except requests.exceptions.SSLError as error:
            raise Refused("certificate") from error
        except (requests.exceptions.Timeout, TimeoutError) as error:
            raise Refused("no-answer") from error
        except (requests.exceptions.RequestException, HTTPError, OSError) as error:
            raise Refused("no-connection") from error

    def _read(self, got: requests.Response) -> bytes:
        """The reply unpacked, within bounds of size and growth."""
        unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS) if got.headers.get("Content-Encoding") == "gzip" else None
        wire, body = 0, bytearray()
        while chunk := got.raw.read(CHUNK, decode_content=False):
            wire += len(chunk)
            try:
                body += unpacker.decompress(chunk, protocol.UNPACKED_REPLY + 1) if unpacker else chunk
            except zlib.error as error:
                raise Refused("not-the-endpoint") from error
            if len(body) > protocol.UNPACKED_REPLY:
                raise Refused("answer-too-large")
        if protocol.grows_too_much(wire, len(body)) and unpacker is not None:
            raise Refused("answer-too-large")
        if unpacker is not None and not unpacker.eof:
            raise Refused("not-the-endpoint")
        told = got.headers.get("Content-Length")
        if told is not None and told.isascii() and told.isdigit() and len(told) < 19 and int(told) != wire:
            raise Refused("no-connection")  # cut on the way
        return bytes(body)

    def _answer(self, got: requests.Response, wanted: tuple[str, ...], body: bytes) -> bytes:
        kind = got.headers.get("Content-Type", "").split(";")[0].strip().lower()
        self._tag = got.headers.get("ETag", "")
        if got.status_code == 200 and kind in wanted and body:
            return body
        if got.status_code == 304 and self._tag and self._tag == got.request.headers.get("If-None-Match"):
            return b""
        wait = _seconds(got.headers.get("Retry-After", ""))
        if got.status_code == 407:
            raise Refused("proxy", wait)
        if kind != protocol.PROBLEM:
            raise Refused("not-the-endpoint", wait)
        try:
            problem: Problem = protocol.decode(body, Problem)
        except NotAMessage as error:
            raise Refused("not-the-endpoint", wait) from error
        if problem.type == "clock-skew":
            self._set_clock(got.headers.get("Date", ""))
        raise Refused(known_kind(problem.type), wait)

    def _compare_clocks(self, date: str) -> None:
        try:
            self.gap = (parsedate_to_datetime(date).astimezone(UTC) - self.clock()).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return  # no date that can be read: nothing is known anew

    def _set_clock(self, date: str) -> None:
        try:
            self.ahead = parsedate_to_datetime(date).astimezone(UTC) - self.clock()
        except (ValueError, OverflowError):
            self.ahead = timedelta(0)


def _read(got: bytes, kind: type[Any]) -> Any:
    try:
        return protocol.decode(got, kind)
    except NotAMessage as error:
        raise Refused("not-the-endpoint") from error


def address(url: str) -> str:
    """An endpoint's address as it is kept. Raises WrongUse unless it is https, or http to this very PC."""
    try:
        parts = urlsplit(url.strip().rstrip("/"))
        local = parts.hostname in protocol.LOOPBACK
        plain = not (parts.username or parts.password or parts.query or parts.fragment)
        if not parts.hostname or not plain or not (parts.scheme == "https" or (local and parts.scheme == "http")):
            raise ValueError("not https")
        requests.Request("GET", parts.geturl()).prepare()
    except ValueError as error:
        raise WrongUse("Write the address of the server as https://server.example, as IT gave it.") from error
    return parts.geturl()


def _proxy(url: str) -> dict[str, str]:
    """The system's proxy for an address. One that names no host, such as `http://user@`, is none: requests fails there.

    Only the one that is used is looked at: beside the proxies stands what is asked without one, which is no address.
    """
    named = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url)) or ""
    whole = named if "://" in named else f"http://{named}"
    return {"https": whole} if parse_url(whole).host else {}


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0.0
