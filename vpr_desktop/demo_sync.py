"""The demonstration of two PCs and the trust's server: real files, a real server process, HTTP over loopback.

Both log while the server is down; then they come to hold the same, and one true conflict is settled by a person.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

from vpr_desktop import bootstrap
from vpr_desktop.central import admin
from vpr_desktop.central.database import Database
from vpr_desktop.services import conflicts, enrolment, incidents, maintenance, practice, sessions
from vpr_desktop.services.context import Clock, Context
from vpr_desktop.services.new_incident import log

Told = Callable[[str], None]
ORGANISATION, NAME = "RX1", "Practice Trust"
TRIES = 200


class Server:
    """The endpoint as a process of its own over a SQLite file; it can be down and come back."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.database = f"sqlite:///{folder.resolve() / 'server.db'}"
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def make(self, wards: tuple[tuple[str, str], ...]) -> None:
        """Its tables, one organisation, and the wards."""
        with Administrator(self.database) as database:
            admin.init(database, ORGANISATION, NAME)
            for code, name in wards:
                admin.add_ward(database, code, name, ORGANISATION)

    def code(self, *wards: str) -> str:
        """A one-time code for a PC."""
        with Administrator(self.database) as database:
            return str(admin.add_code(database, wards, ORGANISATION)["code"])

    def holds(self) -> list[tuple[str, int, str]]:
        """Every entry: ward, number, hash."""
        sql = "SELECT s.id, o.seq, o.hash FROM op o JOIN stream s ON s.n = o.st WHERE o.seq IS NOT NULL ORDER BY 1, 2"
        with Administrator(self.database) as database, database.read() as session:
            return [(str(st), int(seq), bytes(hashed).hex()) for st, seq, hashed in session.rows(sql)]

    def start(self) -> None:
        """Comes up, and returns once it answers."""
        command = [sys.executable, "-m", "vpr_desktop.cli.main", "central", "serve"]
        command += ["--database", self.database, "--port", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(TRIES):
            if _answers(self.port):
                return
            Event().wait(0.1)
        raise SystemExit("The server did not come up.")

    def stop(self) -> None:
        """Goes down; what it was doing is finished first."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(30)


class Administrator:
    """The database of the server, as the one who runs it has it."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)

    def __enter__(self) -> Database:
        return self.database

    def __exit__(self, *_: object) -> None:
        self.database.close()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def second_pc(home: Path, clock: Clock) -> None:
    """Another PC of the first ward, set up by the same manager, locked."""
    ctx, _ = sessions.first_run(home, practice.setup(), clock)
    sessions.lock(ctx)


def join(home: Path, server: Server, clock: Clock, told: Told) -> None:
    """Joins a PC with a one-time code, where it is not joined to this server already."""
    ctx = _unlocked(home, clock)
    try:
        if enrolment.address(ctx) != server.url:
            made = bootstrap.enrol(ctx, server.url, server.code(*(code for code, _ in practice.WARDS)))
            told(f"{home.name} joined: letter {made['letter']}, six words {made['fingerprint']}")
    finally:
        sessions.lock(ctx)


def _unlocked(home: Path, clock: Clock) -> Context:
    return sessions.unlock(home, practice.USERS[0][0], practice.PASSPHRASE, clock)


def run(homes: tuple[Path, Path], server: Server, clock: Clock, told: Told) -> None:
    """The whole story on two PCs that are joined. Raises SystemExit where they do not come to hold the same."""
    server.stop()
    told("The server is down. Both PCs go on.")
    one, other = (_unlocked(home, clock) for home in homes)
    try:
        first, second = _logged(one, told), _logged(other, told)
        for pc in (one, other):
            got = bootstrap.sync(pc)
            told(f"{pc.home.name}: {got.refused}")
        server.start()
        told("The server is up.")
        _sync(told, one, other, one)
        told(f"{other.home.name} shows {_reference(other, first)}, {one.home.name} shows {_reference(one, second)}")
        _conflict(one, other, first, server, told)
        _prove((one, other), server, told)
    finally:
        for pc in (one, other):
            sessions.lock(pc)


def _logged(pc: Context, told: Told) -> str:
    made = log(
        pc,
        {
            "occurred_at": pc.now() - timedelta(minutes=40), "time_known": "approx", "location": "BAY",
            "act_types": ["VER"], "affected": "ONE", "perp_relation": "REL", "effect": "UPS", "support_offered": "NYT",
        },
        hold_seconds=0,
    )  # fmt: skip
    told(f"{pc.home.name}: logged {made.reference}, safe on this PC")
    return made.id


def _reference(pc: Context, incident_id: str) -> str:
    return incidents.view(pc, incident_id).reference


def _sync(told: Told, *pcs: Context) -> None:
    for pc in pcs:
        got = bootstrap.sync(pc)
        if got.refused is not None:
            raise SystemExit(f"{pc.home.name} did not come to an end: {got.refused}")
        told(
            f"{pc.home.name}: {got.pushed} sent, {got.pulled} fetched, {got.waiting} wait, {got.conflicts} in conflict"
        )


def _conflict(one: Context, other: Context, incident_id: str, server: Server, told: Told) -> None:
    server.stop()
    told("The server is down again. Both change the same answer of the same report.")
    for pc, effect in ((one, "MIN"), (other, "TRE")):
        seen = incidents.view(pc, incident_id)
        incidents.save(pc, seen, [incidents.Edit("incident", incident_id, {"effect": effect})], "Found out later.")
    server.start()
    _sync(told, one, other, one)
    (found,) = conflicts.review(other, incident_id)
    for version in found.versions:
        where = "this PC" if version.here else "another PC"
        told(f"Two versions of '{found.label}': {version.words} ({version.by}, {where})")
    chosen = next(version for version in found.versions if version.here)
    conflicts.settle(other, found, chosen.value)
    told(f"A person chose: {chosen.words}. The other value stays in History.")
    _sync(told, other, one)


def _prove(pcs: tuple[Context, Context], server: Server, told: Told) -> None:
    """Both files and the server hold the same entries under the same numbers, and every file proves itself."""
    held = [_entries(pc) for pc in pcs] + [server.holds()]
    if not held[0] == held[1] == held[2] or any(seq is None for _, seq, _ in held[0]):
        raise SystemExit("The two PCs and the server do not hold the same.")
    clashing = [len(conflicts.conflicts(pc)) for pc in pcs]
    if any(clashing):
        raise SystemExit("A conflict is left.")
    for pc in pcs:
        report = maintenance.verify(pc)
        if not report.ok:
            raise SystemExit(f"{pc.home.name}: {report.problems[0]}")
    told(f"Both PCs and the server hold the same {len(held[0])} entries; both files prove themselves.")


def _entries(pc: Context) -> list[tuple[str, Any, str]]:
    sql = "SELECT st, seq, hash FROM op ORDER BY st, seq"
    return [(st, seq, bytes(hashed).hex()) for st, seq, hashed in pc.store.db.execute(sql)]
