"""What a print says of support, and what is counted of it: offered or not, the next contact, missed check-ins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.factories import logged
from tests.fakes import FakeClock
from tests.pdfs import text_of
from tests.services.test_support import led, plan_id
from vpr_desktop.domain.errors import NotAllowed
from vpr_desktop.services import incidents, plan_end, printing, recordings, worklist
from vpr_desktop.services.context import Context
from vpr_desktop.services.recordings import Said
from vpr_desktop.storage import support_facts, support_said

Become = Callable[..., Context]


def states(ctx: Context, incident_id: str) -> support_said.States:
    return support_facts.plan_states(ctx.store.db, incident_id, ctx.store.zone)


def says(ctx: Context, incident_id: str) -> str:
    """The line of the summary about support."""
    text = text_of(printing.summary(ctx, incident_id).data)
    return (
        text[text.index("Offered: ") :].split(" Things in the situation")[0].split(" Factors and learning")[0].strip()
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [("NYT", "Offered: not yet."), ("ACC", "Offered: yes."), ("DEL", "Offered: yes.")],
)
def test_what_was_said_at_logging_counts(ctx: Context, said: str, words: str) -> None:
    assert says(ctx, logged(ctx, support_offered=said).id).startswith(words)


@pytest.mark.parametrize("outcome", ["DEC", "ACC", "OFF", "NRE"])
def test_an_offer_counts_whatever_came_of_it_until_it_is_struck_out(ctx: Context, outcome: str) -> None:
    made = logged(ctx)
    held = plan_id(ctx, made.id)
    done = recordings.record(ctx, held, Said("S2-03", outcome))
    assert says(ctx, made.id).startswith("Offered: yes.")
    recordings.strike(ctx, held, done.entry_ids)
    assert says(ctx, made.id).startswith("Offered: not yet."), "a recording taken back was never made"


@pytest.mark.parametrize("said", [Said("S2-03", "NAP", reason="Left the trust."), Said("S0-01", "DON")])
def test_what_is_no_offer_does_not_count(ctx: Context, said: Said) -> None:
    made = logged(ctx)
    recordings.record(ctx, plan_id(ctx, made.id), said)
    assert says(ctx, made.id).startswith("Offered: not yet.")


def test_the_next_contact_is_the_earliest_open_step_and_the_same_for_whoever_prints(
    ctx: Context, as_role: Become
) -> None:
    me, held, incident_id = led(ctx, as_role)
    assert says(ctx, incident_id) == "Offered: not yet. Next contact: by 22-Nov-2026."
    for row in worklist.page(me, limit=500):
        if row.person != worklist.TEAM and row.due is not None and row.due.date() == date(2026, 11, 22):
            recordings.record(me, held, Said(row.step, "DON"))
    assert says(ctx, incident_id).endswith("Next contact: by 23-Nov-2026.")
    reporter = replace(ctx, user=replace(ctx.user, role="reporter"))
    assert says(reporter, incident_id) == says(me, incident_id) == says(ctx, incident_id)


def test_a_second_offer_is_never_the_next_contact(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    """A print must not tell that somebody said no."""
    me, held, incident_id = led(ctx, as_role)
    before = says(ctx, incident_id)
    recordings.record(me, held, Said("S2-03", "DEL", until_on=date(2026, 11, 24)))
    recordings.record(me, held, Said("S2-02", "DEC"))
    assert says(ctx, incident_id).split("Next")[1] == before.split("Next")[1]
    clock.forward(days=60)
    found = support_said.next_contact(ctx.store.db, incident_id, states(ctx, incident_id), ctx.now())
    assert found is not None
    for row in worklist.page(me, limit=500):
        if row.step not in ("S3-02", "S2-03") and row.person != worklist.TEAM:
            recordings.record(me, held, Said(row.step, "DON"))
    assert says(ctx, incident_id).endswith("Next contact: none planned.")


def test_no_contact_is_planned_once_the_plan_is_closed_or_the_incident_withdrawn(ctx: Context, as_role: Become) -> None:
    me, held, incident_id = led(ctx, as_role)
    recordings.record(me, held, Said("S2-03", "DEC"))
    plan_end.close(me, held, "WSH")
    assert says(ctx, incident_id).endswith("Next contact: none planned.")
    other = logged(ctx).id
    incidents.withdraw(ctx, incidents.view(ctx, other), "Entered twice.")
    assert support_said.next_contact(ctx.store.db, other, states(ctx, other), ctx.now()) is None


def test_missed_check_ins_are_counted_for_the_trust_lead_alone(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    """S2-01 is due after 24 hours and missed one window later, at 48; three tries before that are not missed."""
    trust = as_role("vpr_lead")
    late, tried, in_time, declined, struck = (plan_id(ctx, logged(ctx).id) for _ in range(5))
    clock.forward(hours=20)
    for _ in range(3):
        recordings.record(ctx, tried, Said("S2-01", "NRE"))
    recordings.record(ctx, in_time, Said("S2-01", "DON"))
    recordings.record(ctx, declined, Said("S2-01", "DEC"))  # offered in time: a decline is never a missed offer
    taken_back = recordings.record(ctx, struck, Said("S2-01", "DON"))
    assert worklist.missed(trust) == 0
    clock.forward(hours=27, minutes=50)
    assert worklist.missed(trust) == 0
    clock.forward(minutes=15)
    assert worklist.missed(trust) == 1
    recordings.strike(ctx, struck, taken_back.entry_ids)
    assert worklist.missed(trust) == 2, "a recording taken back was never made"
    recordings.record(ctx, late, Said("S2-01", "DON"))
    assert worklist.missed(trust) == 2, "made up for, and still missed"
    assert worklist.missed(ctx) is None
    assert worklist.missed(as_role("support_lead")) is None
    with pytest.raises(NotAllowed):
        worklist.missed(as_role("reporter"))
    clock.forward(days=40)
    assert worklist.missed(trust) == 0, "four weeks are looked at"
