"""A ward that the trust takes from a PC: closed to ward staff, still sent, and open again once it is given back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.conftest import FAST, fast_keys
from tests.factories import PASSPHRASE, first_run, logged
from tests.fakes import FakeClock
from tests.sync.conftest import on_both
from tests.sync.test_client import Odd
from tests.sync.test_two_pcs import rows, synced
from vpr_desktop import bootstrap
from vpr_desktop.central import admin
from vpr_desktop.cli import main as cli
from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.identity import stream_id
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import exports, home, incidents, listing, people, sending, sessions, views, worklist
from vpr_desktop.services.context import Context
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.storage import outbox, streams
from vpr_desktop.sync.client import Client
from vpr_desktop.sync.protocol import Heads
from vpr_desktop.sync.refusals import Refused

CED, BIR = stream_id("RX1", "CED"), stream_id("RX1", "BIR")
CANARY = "zqbirchcanary"
STAFF = ("reporter", "support_lead", "vpr_lead", "auditor")
RUN_IT = ("ward_manager", "device_admin")
PLACE = "Practice place of birch"


@pytest.fixture
def pc(tmp_path: Path, clock: FakeClock, endpoint: Central) -> Iterator[Context]:
    """A PC of two wards, with somebody of each role and a report in each ward."""
    made, _ = sessions.first_run(tmp_path / "one", first_run(), clock, FAST)
    both = sessions.add_ward(made, "BIR", "Birch")
    for role in (*STAFF, "device_admin"):
        people.add(both, f"p-{role}", f"P. {role.title()}", role, PASSPHRASE)
    bootstrap.enrol(both, endpoint.address, code(endpoint, "CED", "BIR"))
    yield both.with_ward(CED)
    made.store.close()
    made.secrets.lock.release()


def code(endpoint: Central, *wards: str) -> str:
    return str(admin.add_code(endpoint.admin, wards, "RX1")["code"])


def taken(pc: Context, endpoint: Central) -> None:
    admin.end_scope(endpoint.admin, pc.store.device_id, "BIR")
    synced(pc)


def of(pc: Context, role: str) -> Context:
    """A session of this PC as it is for somebody of this role now."""
    user = "amanager" if role == "ward_manager" else f"p-{role}"
    return sessions.renewed(replace(pc, secrets=_as(pc, user)))


def _as(pc: Context, user: str) -> Any:
    return replace(pc.secrets, unlocked=replace(pc.secrets.unlocked, user_id=user))


def in_birch(pc: Context, role: str = "reporter") -> str:
    """A report of Birch with the canary in it, logged by somebody who then may read it."""
    return logged(of(pc, role).with_ward(BIR), description=f"{CANARY} was hit", location_detail=CANARY).id


def opens(pc: Context, incident_id: str) -> bool:
    try:
        return views.incident(pc, incident_id).record.id == incident_id
    except (NotFound, NotAllowed):
        return False


@on_both
def test_it_closes_to_ward_staff_is_still_sent_and_opens_again(pc: Context, endpoint: Central) -> None:
    early = in_birch(pc)
    synced(pc)
    waits = in_birch(pc)
    assert opens(of(pc, "reporter"), early)
    taken(pc, endpoint)
    assert endpoint.rows("SELECT count(*) FROM op WHERE et = 'incident' AND ei = '" + waits + "'") == [(1,)]
    assert rows(pc, "SELECT DISTINCT code FROM outbox") == [("left-scope",)]
    for role in STAFF:
        me = of(pc, role)
        assert set(me.wards) == {CED}
        assert not any(opens(me, one) for one in (early, waits))
        assert listing.count(me, ListQuery()) == listing.count(me, ListQuery(wards=(CED,)))
        assert all(row.id not in (early, waits) for row in listing.page(me, ListQuery()))
        assert all(item.incident_id == item.reference == "" for item in sending.queue(me) if item.what != "ward")
        with pytest.raises(NotAllowed):
            me.with_ward(BIR)
        if role == "reporter":
            with pytest.raises(NotAllowed, match="took that ward"):
                sending.export(me, [n for n, *_ in outbox.needs_you(pc.store.db)], str(Path(pc.home) / "own.jsonl"))
    assert opens(of(pc, "ward_manager"), early)
    assert set(of(pc, "device_admin").wards) == {CED, BIR}
    assert rows(pc, "SELECT obj FROM audit WHERE act = 'ward taken from this PC'") == [(BIR,)]
    held = rows(pc, "SELECT count(*) FROM op WHERE st = '" + BIR + "' AND raw IS NOT NULL")
    synced(pc)
    assert rows(pc, "SELECT count(*) FROM op WHERE st = '" + BIR + "' AND raw IS NOT NULL") == held, "nothing is erased"
    bootstrap.enrol(of(pc, "device_admin"), endpoint.address, code(endpoint, "BIR"))
    synced(pc)
    assert set(of(pc, "reporter").wards) == {CED, BIR}
    assert all(opens(of(pc, "reporter"), one) for one in (early, waits))
    assert rows(pc, "SELECT obj FROM audit WHERE act = 'ward given back'") == [(BIR,)]


def test_what_a_reporter_sees_on_home_and_in_lists(pc: Context, endpoint: Central) -> None:
    made = in_birch(pc)
    me = of(pc, "reporter")
    with pc.unit() as unit:
        record = unit.get(Incident, made)
        record.status = "closed"
        unit.save(record)
        unit.commit("close", made)
    assert [row.id for row in home.home(me).answered] == [made]
    taken(pc, endpoint)
    me = of(pc, "reporter")
    assert home.home(me).answered == ()
    assert CANARY not in repr((home.home(me), listing.page(me, ListQuery(text=CANARY)), listing.search(me, CANARY)))
    with pytest.raises(NotFound):
        incidents.find(me, made)
    lead = of(pc, "support_lead")
    assert made not in repr((worklist.page(lead), home.home(lead)))
    path = Path(pc.home) / "out.csv"
    exports.write_csv(lead, path, ListQuery(), "full", "needed for the review of this quarter")
    assert CANARY not in path.read_text(encoding="utf-8-sig")


def test_a_pc_of_that_ward_alone_opens_for_who_runs_it_alone(
    make_pc: Callable[[str], Context], endpoint: Central
) -> None:
    one = make_pc("one")
    people.add(one, "p-reporter", "P. Reporter", "reporter", PASSPHRASE)
    synced(one)
    admin.end_scope(endpoint.admin, one.store.device_id, "CED")
    synced(one)
    with pytest.raises(NotAllowed, match="took this ward"):
        of(one, "reporter")
    assert set(of(one, "ward_manager").wards) == {CED}
    admin.end_scope(endpoint.admin, one.store.device_id, "CED")
    bootstrap.enrol(one, endpoint.address, code(endpoint, "CED"))
    synced(one)
    assert set(of(one, "reporter").wards) == {CED}


def forgotten(endpoint: Central, pc: Context) -> None:
    with endpoint.admin.write() as session:
        session.run("DELETE FROM scope WHERE device = :d", d=pc.store.device_id)


def test_what_is_not_said_closes_no_ward(pc: Context, endpoint: Central, monkeypatch: Any) -> None:
    """Unknown, refused, out of reach, a sign-in page: none of these is the trust's word."""
    synced(pc)
    everything = {CED, BIR}
    forgotten(endpoint, pc)
    synced(pc)
    assert set(of(pc, "reporter").wards) == everything
    for kind in ("not-in-scope", "unknown-device", "no-connection", "not-the-endpoint", "bad-signature"):

        def refusing(self: Client, kind: str = kind) -> Heads:  # noqa: ARG001
            raise Refused(kind)

        monkeypatch.setattr(Client, "heads", refusing)
        bootstrap.sync(pc)
        assert set(of(pc, "reporter").wards) == everything
    monkeypatch.undo()
    portal = Odd((200, {"Content-Type": "text/html"}, b"<html>ended</html>"))
    with pc.unit() as unit:
        unit.put_state("endpoint_url", portal.url.encode())
        unit.commit("")
    assert bootstrap.sync(pc).refused is not None
    portal.stop()
    assert streams.ended(pc.store.db) == frozenset()


def test_an_endpoint_put_back_to_when_it_was_taken_closes_nothing(pc: Context, endpoint: Central) -> None:
    in_birch(pc)
    synced(pc)
    taken(pc, endpoint)
    (ended,) = endpoint.rows("SELECT ended_at FROM scope WHERE ended_at IS NOT NULL")
    bootstrap.enrol(pc, endpoint.address, code(endpoint, "BIR"))
    synced(pc)
    for again, wards in ((ended[0], {CED, BIR}), (ended[0] + 1, {CED})):
        with endpoint.admin.write() as session:
            session.run(
                "UPDATE scope SET ended_at = :at WHERE st IN (SELECT n FROM stream WHERE code = 'BIR')", at=again
            )
        synced(pc)
        assert set(of(pc, "reporter").wards) == wards
    forgotten(endpoint, pc)  # put back to before it had any ward: what was taken stays taken until it is given back
    synced(pc)
    assert set(of(pc, "reporter").wards) == {CED}


def test_what_waits_of_it_is_sent_also_from_a_file_that_was_put_back(pc: Context, endpoint: Central) -> None:
    in_birch(pc)
    synced(pc)
    taken(pc, endpoint)
    with pc.unit() as unit:
        unit.begin_again()
        unit.commit("restore")
    late = in_birch(pc, "ward_manager")
    synced(pc, pc)
    assert endpoint.rows(f"SELECT count(*) FROM op WHERE et = 'incident' AND ei = '{late}'") == [(1,)]
    assert rows(pc, "SELECT count(*) FROM outbox WHERE state IN ('PENDING', 'SEALED')") == [(0,)]


COMMANDS = {
    "show": ["show", "{ref}", "--json"],
    "history": ["history", "{ref}", "--json"],
    "list": ["list", "--json"],
    "search": ["list", "--text", CANARY, "--json"],
    "conflicts": ["conflicts", "--json"],
    "support": ["support", "list", "--json"],
    "export": ["export", "--out", "{csv}", "--copy", "full", "--reason", "needed for the review of this quarter"],
    "print": ["print", "{ref}", "--out", "{pdf}"],
}


@pytest.mark.parametrize("role", [*STAFF, *RUN_IT])
def test_the_command_line_gives_ward_staff_nothing_of_it(
    pc: Context, endpoint: Central, role: str, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    made = in_birch(pc)
    reference = views.incident(of(pc, "ward_manager"), made).reference
    synced(pc)
    taken(pc, endpoint)
    sessions.lock(pc)
    fast_keys(monkeypatch)
    monkeypatch.setenv("VPR_HOME", str(pc.home))
    monkeypatch.setenv("VPR_PASSPHRASE", PASSPHRASE)
    csv, pdf = tmp_path / "out.csv", tmp_path / "out.pdf"
    told = {}
    for name, words in COMMANDS.items():
        capsys.readouterr()
        user = "amanager" if role == "ward_manager" else f"p-{role}"
        status = cli.main(["--user", user, *(w.format(ref=reference, csv=csv, pdf=pdf) for w in words)])
        said = capsys.readouterr()
        told[name] = (status, said.out + said.err + (csv.read_text("utf-8-sig") if csv.exists() else ""))
        csv.unlink(missing_ok=True)
        if role in STAFF:
            assert not pdf.exists()
            assert name in ("list", "search", "conflicts", "support", "export") or status in (3, 4), name
            assert CANARY not in told[name][1]
            assert name in ("show", "history", "print") or reference not in told[name][1], name
        pdf.unlink(missing_ok=True)
    if role == "ward_manager":
        assert json.loads(told["show"][1])["description"].startswith(CANARY)
        assert reference in told["list"][1]
