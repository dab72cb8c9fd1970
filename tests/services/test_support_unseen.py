"""Non-interference: with others' support outcomes swapped, all that a manager can get stays byte for byte the same.

Two wards differ in nothing but what others recorded. Every view, list, count, paper, CSV, message and command is read.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FAST, fast_keys
from tests.factories import PASSPHRASE, answers, first_run
from tests.fakes import FakeClock
from tests.services.test_support import plan_id
from vpr_desktop.cli import main as cli
from vpr_desktop.cli import session
from vpr_desktop.domain.errors import KnownError
from vpr_desktop.services import (
    closing,
    conflicts,
    exports,
    history,
    home,
    listing,
    new_incident,
    people,
    plan_care,
    plan_end,
    printing,
    recordings,
    riddor,
    sanctions,
    sending,
    sessions,
    sheets,
    support,
    tallies,
    trust_copy,
    views,
    ward_sheets,
    worklist,
)  # fmt: skip
from vpr_desktop.services.context import Context, Person
from vpr_desktop.services.incident_json import to_json
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.recordings import Said

LISTS = ("all", "open_support", "not_sent", "two_versions")
REFUSED = {"refused", "refused step", "refused closing"}
SWAPS = (
    ("S2-03", Said("S2-03", "ACC"), Said("S2-03", "DEC", reason="zqa")),
    ("S2-02", Said("S2-02", "DEC"), Said("S2-02", "ACC", reason="zqb")),
    ("S1-05", Said("S1-05", "DON"), Said("S1-05", "DEL", until_on=date(2026, 11, 24))),
    ("S1-02", Said("S1-02", "DEC"), Said("S1-02", "DEL")),
    ("S5-01", Said("S5-01", "OFF"), Said("S5-01", "REF", reason="zqc")),
    ("S3-01", Said("S3-01", "NRE", channel="PHO"), Said("S3-01", "DNA", channel="TXT")),
    ("S1-04", Said("S1-04", "DON"), Said("S1-04", "DEC")),
)


def _ward(folder: Path, which: int, days: int, ends: Sequence[str] = ()) -> tuple[Context, str]:
    """A ward whose lead recorded one or the other outcome of each swap; everything else is the same.

    `ends`: for one or the other reason the plan was then closed.
    """
    clock = FakeClock()
    ctx, _ = sessions.first_run(folder, first_run(), clock, FAST)
    people.add(ctx, "p-lead", "S. Lead", "support_lead", PASSPHRASE)
    people.add(ctx, "p-wm", "B. Manager", "ward_manager", PASSPHRASE)
    me = _as(ctx, "p-lead", "support_lead")
    made = new_incident.log(ctx, answers(support_offered="NYT"), hold_seconds=0)
    held = plan_id(ctx, made.id)
    plan_care.take(me, held)
    clock.forward(hours=2)
    recordings.record(ctx, held, Said("S0-02", "DON"))
    for _, *said in SWAPS:
        recordings.record(me, held, said[which])
    recordings.add_note(me, held, ("Slept well.", "zqnote")[which])
    plan_care.choose(me, held, {"wants": ("nothing", "zqpeer")[which]})
    if ends:
        plan_end.close(me, held, ends[which])
    if which and days >= 3 and not ends:
        clock.forward(hours=72)
        recordings.record(me, held, Said("S3-02", "ACC"), taken=["S2-03"])
        clock.forward(days=days, hours=-72)
    else:
        clock.forward(days=days)
    return ctx, made.id


def _as(ctx: Context, user_id: str, role: str) -> Context:
    return replace(ctx, user=Person(user_id, f"P. {user_id}", "P.", role))


def _all_a_manager_gets(ctx: Context, incident_id: str) -> bytes:
    """Every view, list, count, CSV, PDF, JSON and message, with identities that differ by chance taken out."""
    held = plan_id(ctx, incident_id)
    person = views.incident(ctx, incident_id).parts["people"][0].id
    why = "needed for the review of this quarter"
    jobs: dict[str, Callable[[], Any]] = {
        "plan": lambda: asdict(support.plan(ctx, held)),
        "plans": lambda: [asdict(one) for one in support.plans_of(ctx, incident_id)],
        **{f"list {view}": lambda view=view: [_row(r) for r in worklist.page(ctx, view, limit=500)]  # type: ignore[misc]
           for view in worklist.VIEWS},
        "counts": lambda: [asdict(worklist.counts(ctx, view)) for view in worklist.VIEWS],
        "filtered": lambda: [_row(r) for r in worklist.page(ctx, text="again", limit=500)],
        "badge": lambda: worklist.overdue_count(ctx),
        "next": lambda: str(support.next_step(ctx, incident_id)),
        "missing": lambda: asdict(closing.standing(ctx, incident_id)),
        "refused closing": lambda: closing.close(ctx, incident_id),
        "riddor": lambda: [riddor.due(ctx), worklist.riddor_rows(ctx), riddor.find(ctx, incident_id)],
        "views' counts": lambda: [listing.view_counts(ctx, [v]) for v in LISTS],
        "searches": lambda: [listing.search(ctx, text) for text in ("zq", "declined", "not wanted", "wellbeing", "A")],
        "two versions": lambda: [conflicts.standing(ctx, views.incident(ctx, incident_id)), conflicts.subjects_of(ctx)],
        "sending": lambda: [sending.status(ctx), [replace(one, ops=()) for one in sending.queue(ctx)]],
        "missed": lambda: worklist.missed(ctx), "next moment": lambda: worklist.next_moment(ctx),
        "warnings": lambda: [sanctions.register(ctx), sanctions.dates(ctx), closing.checks_due(ctx)],
        "weeks": lambda: tallies.weeks(ctx),
        "view": lambda: to_json(views.incident(ctx, incident_id)),
        "history": lambda: history.history(ctx, incident_id),
        "conflicts": lambda: conflicts.conflicts(ctx),
        "home": lambda: home.home(ctx), "handover": lambda: home.handover(ctx),
        "incidents": lambda: [listing.page(ctx, ListQuery(view=v)) for v in LISTS],
        "facts": lambda: listing.facts(ctx, ListQuery()), "trust": lambda: trust_copy.block(ctx, incident_id),
        **{f"csv {copy}": lambda copy=copy: exports.to_csv(ctx, ListQuery(), copy)  # type: ignore[misc]
           for copy in ("redacted", "anonymous", "full")},
        "pdf": lambda: printing.summary(ctx, incident_id).data,
        "pdf full": lambda: printing.summary(ctx, incident_id, "full", why).data,
        "pdf anonymous": lambda: printing.summary(ctx, incident_id, "anonymous").data,
        "handover sheet": lambda: printing.handover_sheet(ctx).data,
        "list as pdf": lambda: [printing.register(ctx, ListQuery(view=v)).data.hex() for v in LISTS],
        "slip": lambda: printing.receipt_slip(ctx, incident_id).data,
        "checklist": lambda: sheets.checklist(ctx, incident_id, person).data,
        "referral": lambda: sheets.referral(ctx, incident_id, person).data,
        "referral full": lambda: sheets.referral(ctx, incident_id, person, "full", why).data,
        "police": lambda: sheets.police(ctx, incident_id).data,
        "police full": lambda: sheets.police(ctx, incident_id, "full", why).data,
        "f2508": lambda: [sheets.f2508(ctx, incident_id, person).data.hex(),
                          sheets.f2508(ctx, incident_id, person, "full", why).data],
        "you said": lambda: ward_sheets.you_said(ctx).data, "card": lambda: ward_sheets.support_card(ctx).data,
        "refused": lambda: recordings.add_note(ctx, held, "x"),
        "refused step": lambda: recordings.record(ctx, held, Said("S3-02", "ACC")),
    }  # fmt: skip
    found = {}
    for name, job in jobs.items():
        try:
            value = job()
            found[name] = value.hex() if isinstance(value, bytes) else repr(value)
        except KnownError as refused:
            found[name] = f"refused: {refused}"
    return json.dumps(found, sort_keys=True).replace(ctx.store.device_id, "this PC").encode()


@pytest.mark.parametrize(("days", "ends"), [(0, ()), (4, ()), (30, ()), (4, ("WSH", "LFT"))])
def test_others_outcomes_change_no_byte_of_what_a_manager_gets(
    tmp_path: Path, days: int, ends: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor why a plan was closed, which is told to its lead alone."""
    got = []
    for which in (0, 1):
        _same_chances(monkeypatch)
        ctx, incident_id = _ward(tmp_path / str(which), which, days, ends)
        try:
            manager = _as(ctx, "p-wm", "ward_manager")
            others = [_as(ctx, "p-pool", "support_lead"), _as(ctx, "p-vl", "vpr_lead")] if days == 4 else []
            got.append([_all_a_manager_gets(who, incident_id) for who in (manager, ctx, *others)])
        finally:
            sessions.lock(ctx)
    assert b"zq" not in got[1][0]
    refused = {name for name, said in json.loads(got[0][0]).items() if said.startswith("refused")}
    assert refused == REFUSED, "all else was read"
    for one, two in zip(*got, strict=True):
        assert _differing(one, two) == []


COMMANDS = (
    "show REF", "history REF", "list", "list --text zq", "conflicts", "support list", "support list --overdue",
    "support list --person A", "riddor list", "close REF", "export --out OUT.csv",
    "export --out OUT.csv --copy full --reason " + "needed_for_the_review", "print REF --out OUT.pdf",
    "print REF --out OUT.pdf --copy anonymous", "print REF --out OUT.pdf --sheet checklist --person A",
    "print REF --out OUT.pdf --sheet referral --person A",
)  # fmt: skip


def _all_commands_say(
    folder: Path, clock: FakeClock, reference: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, tuple[int, str, str, str]]:
    """By command: exit code, JSON, messages, and the file it wrote."""
    fast_keys(monkeypatch)
    monkeypatch.setattr(session, "SystemClock", lambda: clock)
    for name, value in (("HOME", str(folder)), ("USER", "p-wm"), ("PASSPHRASE", PASSPHRASE)):
        monkeypatch.setenv(f"VPR_{name}", value)
    found = {}
    for command in COMMANDS:
        out = folder.parent / ("out.pdf" if "OUT.pdf" in command else "out.csv")
        out.unlink(missing_ok=True)
        words = command.replace("OUT.pdf", str(out)).replace("OUT.csv", str(out)).replace("REF", reference).split(" ")
        capsys.readouterr()
        code = cli.main([*words, "--json"])
        said = capsys.readouterr()
        held = out.read_bytes().decode("latin-1") if out.exists() else ""
        found[command] = (code, said.out, said.err, held)
    return found


def test_others_outcomes_change_no_byte_of_what_a_managers_commands_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    got = []
    for which in (0, 1):
        _same_chances(monkeypatch)
        folder = tmp_path / str(which) / "ward"  # a folder of the same name
        folder.parent.mkdir()
        monkeypatch.chdir(folder.parent)
        ctx, incident_id = _ward(folder, which, 4)
        reference, device = views.incident(ctx, incident_id).reference, ctx.store.device_id
        sessions.lock(ctx)
        told = _all_commands_say(folder, ctx.clock, reference, monkeypatch, capsys)  # type: ignore[arg-type]
        apart = ((str(folder.parent), "there"), (device, "this PC"))
        got.append({name: _without(repr(said), apart) for name, said in told.items()})
    assert all(said.startswith(("(0,", "(3,")) for said in got[0].values()), got[0]
    assert "zq" not in repr(got).replace("--text zq", "")
    assert {name: said for name, said in got[0].items() if said != got[1][name]} == {}


def _without(text: str, apart: tuple[tuple[str, str], ...]) -> str:
    for chance, words in apart:
        text = text.replace(chance, words)
    return text


def _differing(one: bytes, two: bytes) -> list[tuple[str, str, str]]:
    first, second = json.loads(one), json.loads(two)
    return [(name, first[name], second[name]) for name in first if first[name] != second[name]]


def _row(row: worklist.WorkRow) -> dict[str, Any]:
    """All of a row but where the next slice starts, which is a row number of the file and grows with every save."""
    return {name: value for name, value in asdict(row).items() if name != "key"}


def _same_chances(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same sequence of random bytes for both wards, so that only what was recorded differs."""
    steps = itertools.count()

    def given(count: int | None = None) -> bytes:
        return hashlib.shake_256(str(next(steps)).encode()).digest(count or 32)

    monkeypatch.setattr(secrets, "token_bytes", given)


def test_a_lead_does_see_the_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof above could not fail if nothing differed."""
    got = []
    for which in (0, 1):
        _same_chances(monkeypatch)
        ctx, incident_id = _ward(tmp_path / str(which), which, 2)
        got.append(_all_a_manager_gets(_as(ctx, "p-lead", "support_lead"), incident_id))
        sessions.lock(ctx)
    told = {name for name, _, _ in _differing(*got)}
    assert {"plan", "list ask_again", "list closed", "counts"} <= told
