"""The answer behind a slip code on the locked PC: sealed, found by the code alone, 20 tries an hour."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import FAST
from tests.factories import answers
from tests.fakes import FakeClock
from vpr_desktop.domain.errors import NotAllowed, NotFound, NotWritable, ProblemsFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.response import Feedback
from vpr_desktop.services import closing, incidents, sessions, slip_lookup, slips, views
from vpr_desktop.services.closing import Answers
from vpr_desktop.services.context import Context
from vpr_desktop.services.new_incident import Logged, log
from vpr_desktop.services.slip_lookup import Answer
from vpr_desktop.storage import slips as store

TOLD = "The care plan now says two staff go together."
MILD = {"act_types": ["VER"], "effect": "UPS"}


def closed(ctx: Context, **more: object) -> Logged:
    made = log(ctx, answers(**MILD, **more))
    closing.close(ctx, made.id, Answers({"reporter": TOLD, "A": "For Person A alone."}))
    settle(ctx)
    return made


def settle(ctx: Context) -> None:
    while slips.catch_up(ctx):
        pass


def look(ctx: Context, code: str) -> Answer:
    return slip_lookup.look_up(ctx.home, code, ctx.now(), FAST)


def entries(home: Path) -> list[Path]:
    return [path for path in (home / "slips").rglob("*") if path.is_file() and path.name not in ("tries.json", "begun")]


def test_a_try_before_the_first_unlock_on_a_new_disk_takes_no_answer_away(ctx: Context) -> None:
    made = closed(ctx)
    shutil.rmtree(ctx.home / "slips")
    with pytest.raises(NotFound):
        look(ctx, made.slip_code)
    settle(ctx)
    assert look(ctx, made.slip_code).state == "Closed"


def test_the_code_opens_reference_state_and_last_message_and_nothing_else(ctx: Context) -> None:
    made = closed(ctx)
    assert look(ctx, made.slip_code) == Answer(made.reference, "Closed", TOLD, "22-Nov-2026")
    typed = f" {made.slip_code[:5].lower()}-{made.slip_code[5:].replace('1', 'i').replace('0', 'o')} "
    assert look(ctx, typed).reference == made.reference
    for path in entries(ctx.home):
        held = path.read_bytes()
        assert made.slip_code not in path.name
        for secret in (TOLD, made.reference, made.slip_code, "For Person A"):
            assert secret.encode() not in held


def test_an_entry_shows_nothing_by_its_length_and_another_code_or_ward_opens_nothing(ctx: Context) -> None:
    short, long = closed(ctx), log(ctx, answers(**MILD))
    closing.close(ctx, long.id, Answers({"reporter": TOLD * 4, "A": TOLD}))
    settle(ctx)
    assert len({path.stat().st_size for path in entries(ctx.home)}) == 1
    with pytest.raises(NotFound):
        look(ctx, short.slip_code[::-1])
    folder = entries(ctx.home)[0].parent
    folder.rename(folder.with_name("another-ward"))
    with pytest.raises(NotFound):
        look(ctx, short.slip_code)


def test_it_follows_every_message_reopening_and_withdrawal(ctx: Context, clock: FakeClock) -> None:
    made = log(ctx, answers(**MILD))
    settle(ctx)
    with pytest.raises(NotFound):
        look(ctx, made.slip_code)
    closing.answer(ctx, made.id, "reporter", "We look at the visiting times.")
    settle(ctx)
    assert look(ctx, made.slip_code).state == "Open"
    clock.forward(days=3)
    closing.close(ctx, made.id, Answers({"A": TOLD}, {}, {"A": "Bank nurse, not here again.", "team": "Not needed."}))
    settle(ctx)
    assert look(ctx, made.slip_code) == Answer(
        made.reference, "Closed", "We look at the visiting times.", "22-Nov-2026"
    )
    clock.forward(days=1)
    closing.reopen(ctx, made.id, "New facts.")
    closing.answer(ctx, made.id, "reporter", TOLD)
    settle(ctx)
    assert look(ctx, made.slip_code) == Answer(made.reference, "In review", TOLD, "26-Nov-2026")
    incidents.withdraw(ctx, views.incident(ctx, made.id), "Entered twice.")
    settle(ctx)
    assert look(ctx, made.slip_code).state == "Withdrawn"


def test_a_waived_one_says_its_state_and_goes_when_reopened(ctx: Context) -> None:
    made = log(ctx, answers(**MILD))
    closing.close(ctx, made.id, Answers({}, {"reporter": "Agency nurse, no address.", "A": "Agency nurse, left."}))
    settle(ctx)
    assert look(ctx, made.slip_code) == Answer(made.reference, "Closed", "", "")
    closing.reopen(ctx, made.id, "New facts.")
    settle(ctx)
    with pytest.raises(NotFound):
        look(ctx, made.slip_code)
    assert entries(ctx.home) == []


def test_twenty_tries_an_hour_also_after_a_restart_and_a_turned_back_clock(ctx: Context, clock: FakeClock) -> None:
    made = closed(ctx)
    for _ in range(store.MOST_TRIES):
        with pytest.raises(NotFound):
            look(ctx, "0000000000")
    for wrong in ("", "12345", "??????????", "1234567890123"):
        with pytest.raises(ProblemsFound):
            look(ctx, wrong)
    with pytest.raises(NotAllowed, match="You can try again at"):
        look(ctx, made.slip_code)
    clock.set(clock.now().replace(hour=1))
    with pytest.raises(NotAllowed):
        look(ctx, made.slip_code)
    clock.set(clock.now().replace(hour=15, minute=4))
    with pytest.raises(NotAllowed):
        look(ctx, made.slip_code)
    clock.forward(minutes=2)
    assert look(ctx, made.slip_code).message == TOLD


def test_a_spoilt_list_of_tries_opens_no_door(ctx: Context) -> None:
    made = closed(ctx)
    (ctx.home / "slips" / "tries.json").write_text("nonsense")
    with pytest.raises(NotWritable):
        look(ctx, made.slip_code)


def test_a_spoilt_entry_is_no_answer(ctx: Context) -> None:
    made = closed(ctx)
    (path,) = entries(ctx.home)
    held = bytearray(path.read_bytes())
    held[-1] ^= 1
    path.write_bytes(held)
    with pytest.raises(NotFound):
        look(ctx, made.slip_code)


def test_an_erased_code_or_message_is_told_no_more(ctx: Context) -> None:
    made = closed(ctx)
    with ctx.unit() as unit:
        (row,) = [one for one in unit.find(Feedback, parent_id=made.id) if one.to == "reporter"]
        row.message = None
        unit.save(row)
        unit.commit("erase", row.id)
    settle(ctx)
    assert look(ctx, made.slip_code) == Answer(made.reference, "Closed", "", "")
    with ctx.unit() as unit:
        record = unit.get(Incident, made.id)
        record.slip_code = None
        unit.save(record)
        unit.commit("erase", made.id)
    settle(ctx)
    assert entries(ctx.home) == []


def test_a_lost_folder_is_written_anew_and_history_without_a_code_waits_for_nothing(ctx: Context) -> None:
    made = closed(ctx)
    for path in entries(ctx.home):
        path.unlink()
    for folder in (ctx.home / "slips").glob("*"):
        folder.rmdir() if folder.is_dir() else folder.unlink()
    (ctx.home / "slips").rmdir()
    settle(ctx)
    assert look(ctx, made.slip_code).message == TOLD
    with ctx.unit() as unit:
        record = unit.save(Incident(ward_id=ctx.ward_id, status="closed", reference="OLD-1"))
        unit.commit("import", record.id)
    assert store.waiting(ctx.store.db, 9) == []


def test_the_floor_of_the_slow_key_is_64_mib(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real: Callable[..., object] = store.Argon2id

    def noted(**numbers: object) -> object:
        asked.append(int(str(numbers["memory_cost"])))
        return real(**{**numbers, "memory_cost": 64})

    monkeypatch.setattr(store, "Argon2id", noted)
    slip_lookup_policy = sessions.KdfPolicy()
    made = closed(ctx)
    asked.clear()
    slip_lookup.look_up(ctx.home, made.slip_code, ctx.now(), slip_lookup_policy)
    assert asked == [64 * 1024]
