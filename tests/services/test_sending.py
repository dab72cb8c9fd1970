"""What waits and what asks, as each role may know of it: no text that is not theirs, no reference of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import logged
from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.user import User
from vpr_desktop.services import conflicts, enrolment, sending, views
from vpr_desktop.services.context import Context
from vpr_desktop.storage import outbox

AsRole = Callable[..., Context]


def two_versions(ctx: Context, incident_id: str, **values: tuple[Any, Any]) -> None:
    with ctx.unit() as unit:
        made = [unit.get(Incident, incident_id) for _ in range(2)]
        for place, one in enumerate(made):
            for name, pair in values.items():
                setattr(one, name, pair[place])
            unit.save(one)
        unit.commit("amend", incident_id)


def joined(ctx: Context) -> None:
    with ctx.unit() as unit:
        unit.put_state(enrolment.URL, b"https://server.example")
        unit.commit("")


def test_who_may_not_see_a_field_hears_nothing_of_its_versions(ctx: Context, as_role: AsRole) -> None:
    made = logged(ctx)
    two_versions(ctx, made.id, description=("Canary by the lift.", "Canary at the doors."))
    assert [one.field for one in conflicts.review(ctx, made.id)] == ["description"]
    lead = as_role("support_lead")  # nobody's lead here, so the narrative is not theirs
    assert conflicts.subjects_of(lead) == []
    assert conflicts.review(lead, made.id) == []
    joined(ctx)
    assert (sending.status(ctx).needs_you, sending.status(lead).needs_you) == (1, 0)
    assert "Canary" not in repr(sending.queue(lead)) + repr(sending.queue(ctx)) + sending.it_log(ctx)
    for role in ("reporter", "vpr_lead", "auditor", "device_admin"):
        other = as_role(role)
        assert conflicts.subjects_of(other) == []
        with pytest.raises((NotAllowed, NotFound)):
            conflicts.review(other, made.id)


def test_each_incident_in_conflict_is_read_once(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """With hundreds of them the chip waits for nothing else, and other work of this PC for the chip."""
    joined(ctx)
    made = [logged(ctx).id for _ in range(3)]
    for one in made:
        two_versions(ctx, one, description=("By the lift.", "At the doors."))
    read: list[str] = []
    glance = views.glance
    monkeypatch.setattr(views, "glance", lambda ctx, one: read.append(one) or glance(ctx, one))
    assert sending.status(ctx).conflicts == len(made)
    assert sorted(read) == sorted(made)


def test_a_reporter_sees_that_others_reports_wait_and_not_which(ctx: Context, as_role: AsRole) -> None:
    joined(ctx)
    made = logged(ctx)
    nurse = as_role("reporter", "cnurse")
    own = logged(nurse)
    seen = {item.reference for item in sending.queue(nurse) if item.what == "new"}
    assert seen == {own.reference, ""}
    assert made.reference in {item.reference for item in sending.queue(ctx)}
    admin = as_role("device_admin")
    assert {item.reference for item in sending.queue(admin)} == {""}
    assert sending.status(nurse).waiting == sending.status(admin).waiting


def test_a_role_with_two_versions_is_settled_by_who_manages_people(ctx: Context, as_role: AsRole) -> None:
    joined(ctx)
    as_role("support_lead", "slead")
    with ctx.unit() as unit:
        versions = [unit.find(User, user_id="slead")[0] for _ in range(2)]
        for version, role in zip(versions, ("reporter", "ward_manager"), strict=True):
            version.role = role
            unit.save(version)
        unit.commit("user")
    assert sending.queue(ctx)[0].what == "user"
    (found,) = conflicts.review(ctx, conflicts.PEOPLE)
    assert {version.words for version in found.versions} == {"Reporter", "Ward manager"}
    with pytest.raises(NotAllowed):
        conflicts.review(as_role("support_lead", "other"), conflicts.PEOPLE)
    conflicts.settle(ctx, found, "reporter")
    assert conflicts.subjects_of(ctx) == []
    assert ctx.reader().find(User, user_id="slead")[0].role == "reporter"


@pytest.mark.parametrize("chosen", [0, 1])
def test_either_version_can_be_chosen_also_the_one_that_shows(ctx: Context, chosen: int) -> None:
    made = logged(ctx)
    two_versions(ctx, made.id, effect=("UPS", "SER"))
    (found,) = conflicts.review(ctx, made.id)
    conflicts.settle(ctx, found, found.versions[chosen].value)
    record = ctx.reader().get(Incident, made.id)
    assert (record.effect, record.shown.clashes) == (found.versions[chosen].value, frozenset())


def test_a_version_that_came_meanwhile_is_looked_at_first(ctx: Context) -> None:
    made = logged(ctx)
    base = ctx.reader().get(Incident, made.id)
    two_versions(ctx, made.id, effect=("UPS", "SER"))
    (found,) = conflicts.review(ctx, made.id)
    with ctx.unit() as unit:
        base.effect = "NON"
        unit.save(base)
        unit.commit("amend", made.id)
    with pytest.raises(NotAllowed, match="further version"):
        conflicts.settle(ctx, found, "UPS")


def test_what_the_server_keeps_for_the_trust_can_be_taken_off_the_list_and_nothing_else(ctx: Context) -> None:
    joined(ctx)
    made = logged(ctx, description="Word for word.")
    n = ctx.store.db.execute("SELECT n FROM op WHERE ei = ?", (made.id,)).fetchone()[0]
    ctx.store.db.execute("UPDATE outbox SET state = ?, code = 'author-ended' WHERE op = ?", (outbox.REVIEW, n))
    with pytest.raises(NotAllowed):
        sending.take_off(ctx, (n,))
    ctx.store.db.execute("UPDATE op SET seq = 7 WHERE n = ?", (n,))
    assert next(item for item in sending.queue(ctx) if item.state == outbox.REVIEW).stored
    sending.take_off(ctx, (n,))
    assert sending.status(ctx).needs_you == 0
    with pytest.raises(NotFound):
        sending.send_again(ctx, (n,))


def test_an_entry_is_sent_again_or_taken_off_by_its_writer_or_who_runs_the_pc_and_the_audit_names_it(
    ctx: Context, as_role: AsRole
) -> None:
    joined(ctx)
    writer = as_role("reporter", "cnurse")
    made = logged(writer)
    ops = tuple(n for (n,) in ctx.store.db.execute("SELECT n FROM op WHERE ei = ?", (made.id,)))
    acts: dict[str, Callable[[Context, tuple[int, ...]], None]] = {
        "send again": sending.send_again, "took off the list": sending.take_off,
    }  # fmt: skip
    ctx.store.db.execute("UPDATE op SET seq = n WHERE ei = ?", (made.id,))
    for name, act in acts.items():
        for role in ("reporter", "support_lead", "vpr_lead", "auditor"):
            refuse(ctx, ops)
            other = as_role(role, f"p-{role}")
            assert not any(item.theirs for item in sending.queue(other) if item.ops == ops)
            with pytest.raises(NotAllowed):
                act(other, ops)
        for who in (writer, ctx, as_role("device_admin", "p-admin")):
            refuse(ctx, ops)
            assert next(item for item in sending.queue(who) if item.ops == ops).theirs
            act(who, ops)
            last = ctx.store.db.execute("SELECT user, act, obj FROM audit ORDER BY n DESC LIMIT 1").fetchone()
            assert tuple(last) == (who.user.user_id, name, made.id)


def refuse(ctx: Context, ops: tuple[int, ...]) -> None:
    """The entry needs somebody, also where somebody has acted on it before."""
    for op in ops:
        put = "INSERT INTO outbox (op, state, code, st) SELECT n, ?, 'author-ended', st FROM op WHERE n = ?"
        ctx.store.db.execute("DELETE FROM outbox WHERE op = ?", (op,))
        ctx.store.db.execute(put, (outbox.REVIEW, op))
