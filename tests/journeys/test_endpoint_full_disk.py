"""A full disk at the endpoint, for real: PCs try later, nothing is lost or half stored, and room heals it."""

from __future__ import annotations

import contextlib
import random
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.central.postgres_server import PostgresServer
from tests.journeys.pc_process import PcProcess
from tests.journeys.site import Site, same_everywhere
from tests.storage.small_disk import Filler, in_a_namespace, small_disk

LARGE = f"Practice words, made up. {random.Random(1).randbytes(20_000).hex()}"  # no database can press these together


@contextlib.contextmanager
def on_a_small_disk(kind: str) -> Iterator[tuple[Path, Site]]:
    """An endpoint and its database, or this one's log of changes alone, on a disk that its own user can reach."""
    with tempfile.TemporaryDirectory(prefix="vpr-", dir="/tmp") as near:
        Path(near).chmod(0o755)
        with small_disk(Path(near) / "disk", 112 if kind == "postgresql" else 16) as disk:
            if kind == "sqlite":
                yield disk, Site(disk)
                return
            server = PostgresServer(at=disk) if kind == "postgresql" else PostgresServer(log_at=disk)
            try:
                yield disk, Site(disk, server)
            finally:
                server.stop()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "log of postgresql"])
def test_a_full_disk_at_the_endpoint_refuses_loses_nothing_and_heals_with_room(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """PostgreSQL ends itself where its log of changes finds no room; where its tables find none it refuses."""
    if in_a_namespace(request.node.nodeid):
        return
    with on_a_small_disk(kind) as (disk, site), contextlib.ExitStack() as open_:
        open_.enter_context(site)
        two = [open_.enter_context(PcProcess(tmp_path / name, site.address, site.code())) for name in ("one", "two")]
        for pc in two:
            pc.sync()
        filler = Filler(disk)
        filler.leave(48 * 1024)
        for pc in two:
            # More than goes into the two files that newer servers keep ready of the log.
            pc.log_at_length(70 if kind == "log of postgresql" else 4, LARGE)
            pc.sync()
            assert re.fullmatch(r"Offline, \d+ waiting", pc.chip())
        if site.server:
            said = (site.server.root / "log").read_text()
            assert "No space left on device" in said
            assert ("PANIC" in said) == (kind == "log of postgresql")
        filler.end()
        if site.server and site.server.ended():
            site.server.start()  # as those do who made room
        ((head, held),) = site.rows("SELECT max(head), (SELECT count(*) FROM op) FROM stream")
        assert head == held  # wholly there or not there
        for pc in (*two, *two):
            pc.forward(minutes=4)
            pc.sync()
        assert all(pc.chip().startswith("All sent") for pc in two)
        same_everywhere(site, two)
        assert site.stop() == 0
        assert '"problem": "busy"' in site.process.errors
        assert "Practice words" not in site.process.errors
