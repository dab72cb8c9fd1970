"""The signed calls against servers that misbehave: portals, redirects, bombs, cut replies, false certificates."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.central.conftest import Central
from tests.factories import logged
from tests.sealing import Device
from tests.sync.conftest import on_both
from vpr_desktop import bootstrap
from vpr_desktop.domain.errors import WrongUse
from vpr_desktop.services.context import Context
from vpr_desktop.sync import connections, protocol
from vpr_desktop.sync.client import CHUNK, Client, address
from vpr_desktop.sync.refusals import TEXTS, Refused, text_of

Reply = tuple[int, dict[str, str], bytes]


class Odd:
    """A server on loopback that answers every request the same way."""

    def __init__(self, reply: Reply, context: ssl.SSLContext | None = None) -> None:
        seen = self.seen = list[Any]()

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                seen.append((self.command, self.path, dict(self.headers)))
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, headers, body = reply
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True

            do_GET = do_POST = answer

            def log_message(self, *_: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        scheme = "https" if context else "http"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_address[1]}"

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()


@pytest.fixture
def odd() -> Iterator[Callable[..., Odd]]:
    made: list[Odd] = []

    def make(*args: Any, **more: Any) -> Odd:
        made.append(Odd(*args, **more))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def client() -> Iterator[Callable[[str], Client]]:
    made: list[Client] = []

    def make(url: str) -> Client:
        pc = Device()
        made.append(Client(url, pc.id, pc.private, lambda: datetime.now(UTC)))
        return made[-1]

    yield make
    for one in made:
        one.close()


JSON = {"Content-Type": "application/json"}
PORTAL = b"<html><title>Guest Wi-Fi</title><form>Sign in</form></html>"
REPLIES: dict[str, tuple[Reply, str]] = {
    "a portal": ((200, {"Content-Type": "text/html"}, PORTAL), "not-the-endpoint"),
    "a portal that says JSON": ((200, JSON, PORTAL), "not-the-endpoint"),
    "a redirect": ((302, {"Location": "https://portal.example/"}, b""), "not-the-endpoint"),
    "a fault of a load balancer": ((502, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>"), "not-the-endpoint"),
    "a proxy": ((407, {"Content-Type": "text/html"}, b""), "proxy"),
    "nothing at all": ((200, JSON, b""), "not-the-endpoint"),
    "another message": ((200, JSON, b'{"v":1}'), "not-the-endpoint"),
    "a problem that is none": ((400, {"Content-Type": protocol.PROBLEM}, b"{}"), "not-the-endpoint"),
    "a problem not known": (
        (400, {"Content-Type": protocol.PROBLEM}, b'{"type":"novel","title":"?","status":400}'), "refused"),
    "revoked": (
        (401, {"Content-Type": protocol.PROBLEM}, protocol.encode(protocol.problem("device-revoked"))),
        "device-revoked"),
    "too large": ((200, JSON, b" " * (protocol.UNPACKED_REPLY + 1)), "answer-too-large"),
    "a bomb": ((200, JSON | {"Content-Encoding": "gzip"}, gzip.compress(b" " * 4_000_000)), "answer-too-large"),
    "cut while packed": ((200, JSON | {"Content-Encoding": "gzip"}, gzip.compress(b"{}")[:-4]), "not-the-endpoint"),
    "not packed as it says": ((200, JSON | {"Content-Encoding": "gzip"}, PORTAL), "not-the-endpoint"),
    "cut": ((200, JSON | {"Content-Length": "500"}, b"{"), "no-connection"),
}  # fmt: skip


@pytest.mark.parametrize("case", REPLIES)
def test_what_is_no_message_of_ours_is_told_by_its_kind(case: str, odd: Any, client: Any) -> None:
    reply, kind = REPLIES[case]
    server = odd(reply)
    with pytest.raises(Refused) as raised:
        client(server.url).heads()
    assert raised.value.kind == kind
    assert str(raised.value) == TEXTS[kind]
    assert len(server.seen) == 1  # a redirect is not followed


def test_a_cookie_is_never_given_back(odd: Any, client: Any) -> None:
    server = odd((502, {"Content-Type": "text/html", "Set-Cookie": "seen=1; Path=/"}, PORTAL))
    pc = client(server.url)
    for _ in range(2):
        with pytest.raises(Refused):
            pc.heads()
    assert ["Cookie" in headers for _, _, headers in server.seen] == [False, False]


def test_a_code_goes_in_no_address_and_no_header(odd: Any, client: Any) -> None:
    """Proxies and balancers write these down."""
    server = odd((502, {"Content-Type": "text/html"}, PORTAL))
    code, pc = "ABCDE01234", client(server.url)
    with pytest.raises(Refused):
        pc.enrol(protocol.Enrol(code, pc.device, []))
    assert [path for _, path, _ in server.seen] == ["/v1/enrol"]
    assert code not in repr(server.seen)


def test_retry_after_is_read_and_nonsense_is_not(odd: Any, client: Any) -> None:
    busy = protocol.encode(protocol.problem("busy"))
    for text, seconds in (("17", 17.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0), ("-1", 0.0)):
        server = odd((503, {"Content-Type": protocol.PROBLEM, "Retry-After": text}, busy))
        with pytest.raises(Refused) as raised:
            client(server.url).heads()
        assert raised.value.retry_after == seconds


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that does this with each connection."""

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                one, _ = there.accept()
                with one, contextlib.suppress(OSError):
                    serve(one)

    with socket.create_server(("127.0.0.1", 0)) as there:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{there.getsockname()[1]}"
        there.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.mark.parametrize("date", [b"Fri, 31 Dec 9999 23:59:59 -2300", b"Mon, 01 Jan 99999999999 00:00:00 GMT"])
def test_a_date_that_is_none_says_nothing_of_the_clock(date: bytes, client: Any) -> None:
    """An answer of a sign-in page may hold one; it once ended the cycle as a fault of the app."""

    def answer(one: socket.socket) -> None:
        one.recv(CHUNK)
        body = protocol.encode(protocol.problem("clock-skew"))
        told = f"HTTP/1.1 401 No\r\nContent-Type: {protocol.PROBLEM}\r\nContent-Length: {len(body)}\r\n".encode()
        one.sendall(told + b"Connection: close\r\nDate: " + date + b"\r\n\r\n" + body)

    with listening(answer) as url:
        pc = client(url)
        with pytest.raises(Refused) as raised:
            pc.heads()
    assert (raised.value.kind, pc.clock_gap(), pc.ahead) == ("clock-skew", None, timedelta(0))


BEGUN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
TRICKLES = {
    "in its headers": BEGUN + b"X-More: ",
    "in its body": BEGUN + b"Content-Length: 300000\r\n\r\n",
    "in a body without end": BEGUN + b"Connection: close\r\n\r\n",
}


@pytest.mark.parametrize("case", TRICKLES)
def test_an_answer_that_trickles_in_is_given_up(case: str, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WHOLE", 0.5)

    def trickle(one: socket.socket) -> None:
        one.recv(CHUNK)
        one.sendall(TRICKLES[case])
        for _ in range(160):
            one.sendall(b" ")
            time.sleep(0.05)

    with listening(trickle) as url:
        began = time.monotonic()
        with pytest.raises(Refused) as raised:
            client(url).heads()
        assert time.monotonic() - began < 4
    assert raised.value.kind == "no-answer"


MUCH = 8 * 1024 * 1024  # more than the buffers of both sides take


def reading(one: socket.socket, piece: int, pause: float) -> None:
    """Reads a request so slowly, beginning late, and then refuses it."""
    time.sleep(0.6)
    left = MUCH
    while left > 0 and (got := len(one.recv(piece))):
        left -= got
        time.sleep(pause)
    body = protocol.encode(protocol.problem("busy"))
    told = f"HTTP/1.1 503 Busy\r\nContent-Type: {protocol.PROBLEM}\r\nContent-Length: {len(body)}\r\n\r\n"
    one.sendall(told.encode() + body)


def test_what_takes_longer_to_send_than_to_connect_is_sent(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CONNECT", 0.3)
    with listening(lambda one: reading(one, 256 * 1024, 0.04)) as url, pytest.raises(Refused) as raised:
        client(url).push("st", b"x" * MUCH, "b")
    assert raised.value.kind == "busy"


@pytest.mark.parametrize(("wait", "whole"), [(0.3, 60.0), (60.0, 0.3)], ids=["a piece", "all of it"])
def test_what_does_not_leave_in_time_is_given_up(
    wait: float, whole: float, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "READ", wait)
    monkeypatch.setattr(connections, "WHOLE", whole)
    over = threading.Event()
    with listening(lambda _: over.wait(20) and None) as url:
        began = time.monotonic()
        with pytest.raises(Refused) as raised:
            client(url).push("st", b"x" * MUCH, "b")
        assert time.monotonic() - began < 4
        over.set()
    assert raised.value.kind == "no-answer"


def test_nobody_listens(client: Any, odd: Any) -> None:
    server = odd((200, JSON, b""))
    server.server.server_close()
    with pytest.raises(Refused) as raised:
        client(server.url).heads()
    assert raised.value.kind == "no-connection"


def test_a_certificate_nobody_vouches_for_is_refused_whatever_is_set(
    tmp_path: Path, odd: Any, client: Any, monkeypatch: Any
) -> None:
    pem = tmp_path / "false.pem"
    _self_signed(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = odd((200, JSON, b"{}"), context)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(pem))
    made = client(server.url)
    made._http.verify = False
    with pytest.raises(Refused) as raised:
        made.heads()
    assert raised.value.kind == "certificate"
    for verify in (False, str(pem)):
        with pytest.raises(requests.exceptions.SSLError):
            made._http.get(server.url, verify=verify)
    assert server.seen == []
    adapter = made._http.get_adapter(server.url)
    assert adapter.context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert adapter.context.verify_mode == ssl.CERT_REQUIRED


def _self_signed(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))


@pytest.mark.parametrize(
    "url", ["http://server.example", "ftp://127.0.0.1", "server.example", "https://u:p@server.example", "https://a?b=c",
     "https://*.example", "https://exa mple", "https://host:99999", "https://[::1", "https://host:a"],
)  # fmt: skip
def test_an_address_that_is_not_safe_is_refused(url: str) -> None:
    with pytest.raises(WrongUse):
        address(url)


def test_addresses_that_are_safe() -> None:
    assert address(" https://server.example/vpr/ ") == "https://server.example/vpr"
    assert address("http://127.0.0.1:8080") == "http://127.0.0.1:8080"


def test_i32_every_refusal_has_a_sentence() -> None:
    missing = set(protocol.REFUSALS) - set(TEXTS)
    assert not missing
    assert all(text.endswith(".") and len(text) > 20 for text in TEXTS.values())
    assert text_of("never heard of") == TEXTS["refused"]


@on_both
def test_a_portal_marks_nothing_sent_and_the_next_cycle_sends_it(
    make_pc: Callable[[str], Context], endpoint: Central, odd: Any
) -> None:
    pc = make_pc("one")
    logged(pc)
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
    portal = odd((200, {"Content-Type": "text/html"}, PORTAL))
    pc.store.put_state_now("endpoint_url", portal.url.encode())
    got = bootstrap.sync(pc)
    assert got.refused is not None
    assert (got.refused.kind, got.refused.exit_code, got.pushed) == ("not-the-endpoint", 6, 0)
    assert got.waiting > 0
    assert got.last_success is None
    pc.store.put_state_now("endpoint_url", endpoint.address.encode())
    got = bootstrap.sync(pc)
    assert (got.refused, got.waiting) == (None, 0)


def test_a_clock_ten_years_off_still_sends(make_pc: Callable[[str], Context]) -> None:
    """I13: the request is signed anew by the endpoint's time."""
    pc = make_pc("one")
    logged(pc)
    pc.clock.forward(days=3650)  # type: ignore[attr-defined]
    got = bootstrap.sync(pc)
    assert (got.refused, got.waiting) == (None, 0)


def test_nothing_new_is_said_in_a_reply_without_content(endpoint: Central, two: tuple[Context, Context]) -> None:
    one, other = two
    client = bootstrap.connect(one, endpoint.address)
    sent: list[Any] = []
    answer = client._answer

    def told(got: Any, *more: Any) -> bytes:
        sent.append(got.status_code)
        return answer(got, *more)

    client._answer = told  # type: ignore[method-assign]
    first = client.heads()
    assert client.heads() is first
    logged(other)
    other.clock.forward(minutes=3)  # type: ignore[attr-defined]
    bootstrap.sync(other)
    again = client.heads()
    client.close()
    assert again.heads[0].head > first.heads[0].head
    assert [status for status in sent if status != 401] == [200, 304, 200]  # 401: the clocks differ


def test_a_reply_that_claims_nothing_is_new_without_being_asked_is_no_answer(odd: Any, client: Any) -> None:
    there = odd((304, {"ETag": '"x"'}, b""))
    with pytest.raises(Refused) as refused:
        client(there.url).heads()
    assert refused.value.kind == "not-the-endpoint"
