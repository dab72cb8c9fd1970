"""The way out of a trust: the system's proxy, TLS at a balancer, and a certificate the operating system vouches for."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.central.conftest import fill
from tests.central.test_processes import running
from tests.conftest import FAST
from tests.factories import first_run, logged
from tests.fakes import FakeClock
from tests.sealing import Device
from tests.sync.test_two_pcs import same, synced
from vpr_desktop import bootstrap
from vpr_desktop.central import admin
from vpr_desktop.central.database import Database
from vpr_desktop.services import sessions
from vpr_desktop.sync import connections
from vpr_desktop.sync.client import Client
from vpr_desktop.sync.refusals import Refused

NAME = "server.example"  # no such host: only the proxy knows the way
URL = f"https://{NAME}"
OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Door:
    """Listens on loopback, and does something with each connection."""

    def __init__(self, each: Callable[[socket.socket], None]) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self._each = each
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed at the end
            while True:
                threading.Thread(target=self._one, args=(self.listening.accept()[0],), daemon=True).start()

    def _one(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError), near:  # the other side went
            self._each(near)

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()


def carry(near: socket.socket, port: int, heard: bytearray) -> None:
    """Both ways, until one side ends."""
    with socket.create_connection(("127.0.0.1", port)) as far:
        other = {near: far, far: near}
        while True:
            held = getattr(near, "pending", int)()  # bytes that were taken from the socket and not read yet
            for one in [near] if held else select.select([near, far], [], [])[0]:
                data = one.recv(65536)
                if not data:
                    return
                heard += data
                other[one].sendall(data)


class Way:
    """A proxy, and behind it a balancer that ends TLS with its own certificate and asks the endpoint."""

    def __init__(self, pem: Path) -> None:
        self.port = 0  # of the endpoint, once it is known
        self.says: bytes | None = OPEN  # nothing at all where it is None
        self.asked: list[bytes] = []
        self.heads: list[bytes] = []
        self.by_proxy, self.by_balancer = bytearray(), bytearray()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(pem)
        self.balancer, self.proxy = Door(self._balance), Door(self._connect)

    def _connect(self, near: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += near.recv(1)
        self.asked.append(head.split(b" HTTP")[0])
        self.heads.append(head)
        if self.says is None:
            near.recv(1)
            return
        near.sendall(self.says)
        if self.says == OPEN:
            carry(near, self.balancer.port, self.by_proxy)

    def _balance(self, near: socket.socket) -> None:
        with self.tls.wrap_socket(near, server_side=True) as plain:
            carry(plain, self.port, self.by_balancer)


@pytest.fixture
def way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Way]:
    """Set as the proxy of the system, with a certificate that the system trusts."""
    made = Way(certificate(tmp_path / "server.pem", NAME))
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{made.proxy.port}")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    yield made
    made.proxy.stop()
    made.balancer.stop()


def certificate(path: Path, host: str) -> Path:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def refusal(url: str = URL) -> str:
    """Why a call for the heads comes to nothing."""
    pc = Device()
    client = Client(url, pc.id, pc.private, lambda: datetime.now(UTC))
    with pytest.raises(Refused) as raised:
        client.heads()
    client.close()
    return raised.value.kind


def test_two_pcs_come_to_hold_the_same_through_a_proxy_that_reads_nothing(
    way: Way, tmp_path: Path, clock: FakeClock
) -> None:
    database = Database(f"sqlite:///{tmp_path}/c.db")
    fill(database)
    pcs: list[Any] = []
    with running(database.url, "--public-url", URL) as process:
        way.port = int(process.address.rsplit(":", 1)[1])
        for name in ("one", "two"):
            pcs.append(sessions.first_run(tmp_path / name, first_run(), clock, FAST)[0])
            bootstrap.enrol(pcs[-1], URL, admin.add_code(database, ("CED",), "RX1")["code"])
        for pc in pcs:
            logged(pc)
        one, other = pcs
        synced(one, other, one)
        same(one, other)
    assert set(way.asked) == {f"CONNECT {NAME}:443".encode()}
    called = b"/v1/streams/" + one.ward_id.encode()
    assert called in way.by_balancer
    assert b"Content-Encoding: gzip" in way.by_balancer, "what leaves the PC is packed"
    assert called not in way.by_proxy
    for pc in pcs:
        pc.store.close()
        pc.secrets.lock.release()
    database.close()


@pytest.mark.parametrize("wrong", ["nobody vouches for it", "it is that of another host"])
def test_a_certificate_is_checked_behind_a_proxy_too(
    way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    other = certificate(tmp_path / "other.pem", "other.example")
    if wrong.startswith("it is that"):
        way.tls.load_cert_chain(other)
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    assert refusal() == "certificate"
    assert way.asked
    assert not way.by_balancer


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "proxy"),
        (b"HTTP/1.1 502 Bad gateway\r\nContent-Length: 0\r\n\r\n", "no-connection"),
        (b"<html>Welcome to the guest network</html>\r\n\r\n", "no-connection"),
        (b"", "no-connection"),
    ],
)
def test_a_proxy_that_does_not_let_through_is_told_by_its_kind(way: Way, says: bytes, kind: str) -> None:
    way.says = says
    assert refusal() == kind


def test_a_proxy_that_never_answers_keeps_nobody_waiting(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CONNECT", 0.3)
    way.says = None
    began = time.monotonic()
    assert refusal() in ("no-answer", "no-connection")
    assert way.asked
    assert time.monotonic() - began < 4


def test_a_name_and_password_in_the_systems_setting_go_to_the_proxy_alone(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", f"http://ward:words@127.0.0.1:{way.proxy.port}")
    monkeypatch.setattr(connections, "READ", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        way.port = silent.getsockname()[1]
        assert refusal() == "no-answer"
    assert b"Proxy-Authorization: Basic " + b64encode(b"ward:words") in way.heads[0]
    assert b"GET /v1/heads" in way.by_balancer
    assert b"Proxy-Authorization" not in way.by_balancer


def test_what_is_on_this_very_pc_is_never_asked_by_way_of_a_proxy(way: Way) -> None:
    assert refusal("http://127.0.0.1:9") == "no-connection"
    assert way.asked == []


@pytest.mark.parametrize("exceptions", ["", "localhost,127.0.0.1,::1", "localhost, .practice.example, ::1"])
@pytest.mark.parametrize("scheme", ["", "http://"])
def test_the_proxy_is_found_however_the_system_writes_it(
    way: Way, monkeypatch: pytest.MonkeyPatch, scheme: str, exceptions: str
) -> None:
    monkeypatch.delenv("all_proxy")
    monkeypatch.setenv("https_proxy", f"{scheme}localhost:{way.proxy.port}")
    monkeypatch.setenv("no_proxy", exceptions)
    way.says = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    assert refusal() == "proxy"
    assert way.asked


@pytest.mark.parametrize("setting", ["http://ward:words@", "http://", "://", "http://[", "127.0.0.1:none"])
def test_a_proxy_setting_that_names_none_is_no_fault_of_the_app(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", setting)
    assert refusal("https://127.0.0.2:9") == "no-connection"  # loopback, and not one that is never asked by a proxy
