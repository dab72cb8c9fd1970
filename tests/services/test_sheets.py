"""The working sheets: opened as PDF and read back, redacted unless asked with a reason, in the audit, by right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.factories import answers
from tests.pdfs import facts_of, pages_of, text_of
from vpr_desktop.domain.errors import NotAllowed, NotFound, ProblemsFound
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import closing, incidents, printing, riddor, sheets, views, ward_sheets, wards
from vpr_desktop.services.closing import Answers
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.lockscreen import SupportContact
from vpr_desktop.services.new_incident import log
from vpr_desktop.services.printing import Pdf

Become = Callable[..., Context]
NAME, NOTE, WHO = "Quillfeather", "Zanzibarnote: hit on the arm.", "Marrowbone"
REASON = "For the H&S adviser"


def words(pdf: Pdf) -> str:
    assert len(pages_of(pdf.data)) == pdf.pages
    return text_of(pdf.data)


@pytest.fixture
def case(ctx: Context) -> tuple[str, str]:
    """A broken and bruised nurse who is off, with names and police on record. Incident and person."""
    injuries = [{"injury": "BRU", "body_area": "ARM"}, {"injury": "FRA", "body_area": "WRI", "side": "L"}]
    people = [{"staff_name": NAME, "staff_no": "Q77", "staff_group": "NMR", "injuries": injuries}]
    parts = {"people": people, "alleged": [{"perp_name": WHO, "perp_age_band": "26T35"}]}
    made = log(ctx, answers(description=NOTE, police="999", crime_ref="XK/1", cctv="SEC"), parts=parts)
    seen = views.incident(ctx, made.id)
    person = seen.parts["people"][0].id
    riddor.save_facts(ctx, seen, [Edit("spell", None, {"absent_from": date(2026, 11, 23)}, parent_id=person)])
    return made.id, person


def test_f2508_is_ready_to_key_with_the_worst_injury_first(ctx: Context, case: tuple[str, str]) -> None:
    pdf = sheets.f2508(ctx, *case)
    text = words(pdf)
    assert "Specified injury. A specified injury is told without delay" in text
    assert "Report by 02-Dec-2026" in text
    assert text.index("Injury 1 Fracture, wrist, left") < text.index("Injury 2 Bruise")
    assert "Physically assaulted by a person" in text
    assert NAME not in text
    assert "Zanzibarnote" not in text
    with pytest.raises(ProblemsFound):
        sheets.f2508(ctx, *case, "full", "why")
    full = words(sheets.f2508(ctx, *case, "full", REASON))
    assert NAME in full
    assert NOTE in full
    assert "FULL COPY: CONTAINS PERSONAL DATA" in full


def test_no_section_of_the_f2508_sheet_is_torn_and_one_that_is_too_long_says_so(
    ctx: Context, case: tuple[str, str]
) -> None:
    first, second = pages_of(sheets.f2508(ctx, *case).data)
    assert "Injured person" in first
    assert second.split("\n")[3] == "Injury, the worst first"
    pages = pages_of(sheets.checklist(ctx, *case).data)
    assert len(pages) == 2
    assert "To do (continued)" in pages[1]
    assert "(continued)" not in pages[0]


def test_the_checklist_has_boxes_for_what_is_open_and_no_name(ctx: Context, case: tuple[str, str]) -> None:
    text = words(sheets.checklist(ctx, *case))
    assert "S2-01 Manager makes contact" in text
    assert "(due 23-Nov-2026 14:05)" in text
    assert "Not wanted now" in text
    assert "S6-01" not in text, "what is months away stands on the next one"
    assert "Back at work" in text
    assert NAME not in text


def test_referral_and_police_summary_say_alleged_and_keep_names_for_the_full_copy(
    ctx: Context, case: tuple[str, str]
) -> None:
    letter, summary = words(sheets.referral(ctx, *case)), words(sheets.police(ctx, case[0]))
    for text in (letter, summary):
        assert not any(secret in text for secret in (NAME, "Q77", "Zanzibarnote", WHO))
    assert "Who did it (alleged)" in summary
    assert "XK/1" in summary
    assert "Assaults on Emergency Workers (Offences) Act 2018" in summary
    full = words(sheets.police(ctx, case[0], "full", REASON))
    assert all(secret in full for secret in (NAME, "Zanzibarnote", WHO))
    assert NAME in words(sheets.referral(ctx, *case, "full", REASON))


def test_a_hate_incident_is_named_so_on_no_redacted_sheet(ctx: Context) -> None:
    made = log(ctx, answers(act_types=["HAT", "PHY"]))
    person = views.incident(ctx, made.id).parts["people"][0].id
    assert "Sensitive incident" in words(sheets.referral(ctx, made.id, person))
    assert "hate" not in words(sheets.police(ctx, made.id)).lower()


def test_each_sheet_is_counted_in_the_audit_and_has_title_and_language(ctx: Context, case: tuple[str, str]) -> None:
    made = [
        *(make(ctx, *case) for make in (sheets.f2508, sheets.checklist, sheets.referral)), sheets.police(ctx, case[0]),
        ward_sheets.support_card(ctx), ward_sheets.you_said(ctx),
    ]  # fmt: skip
    for pdf in made:
        assert b"/Lang (en-GB)" in pdf.data
        assert facts_of(pdf.data)["Title"]
        printing.printed(ctx, pdf, "paper")
        assert NAME not in pdf.file_name
    assert ctx.reader().count_acts("print", case[0]) == 4
    assert "copy 5" in words(sheets.police(ctx, case[0]))


def test_who_prints_what(ctx: Context, case: tuple[str, str], as_role: Become) -> None:
    one, person = case
    lead, vpr = as_role("support_lead"), as_role("vpr_lead")
    for make in (sheets.f2508, sheets.checklist, sheets.referral):
        for role in ("reporter", "support_lead", "vpr_lead", "auditor", "device_admin"):
            with pytest.raises((NotAllowed, NotFound)):
                make(as_role(role), one, person)
    assert words(sheets.police(vpr, one))
    with pytest.raises(NotAllowed):
        sheets.police(lead, one)
    with pytest.raises(NotAllowed):
        sheets.police(vpr, one, "full", REASON)
    with ctx.unit() as unit:
        (plan,) = unit.find(Plan, incident_id=one)
        plan.lead = lead.user.user_id
        unit.save(plan)
        unit.commit("assign", one)
    for make in (sheets.f2508, sheets.checklist, sheets.referral):
        assert words(make(lead, one, person))


def test_the_support_card_holds_the_wards_own_contacts(ctx: Context, as_role: Become) -> None:
    from dataclasses import replace

    contacts = (SupportContact("OH", "Occupational health", "01632 960 101"),)
    wards.save(ctx, replace(wards.settings(ctx), contacts=contacts))
    text = words(ward_sheets.support_card(as_role("reporter")))
    assert "Occupational health 01632 960 101" in text
    assert "Saying no is fine" in text


def test_you_said_we_did_shows_what_may_be_printed_and_nothing_else(ctx: Context) -> None:
    def closed(text: str, may: bool, acts: list[str]) -> str:
        made = log(ctx, answers(act_types=acts, effect="UPS"))
        values = {"outcome_text": text, "outcome_print": may, "review_what_happened": "x", "review_actions": "y",
                  "review_effect_on": ctx.now().date() + timedelta(days=9)}  # fmt: skip
        incidents.save(ctx, views.incident(ctx, made.id), [Edit("incident", made.id, values)])
        told = Answers({target.key: "We changed the visiting times." for target in
                        closing.standing(ctx, made.id).targets})  # fmt: skip
        closing.close(ctx, made.id, told)
        return made.reference

    shown = closed("Visiting times are on the door.", True, ["VER"])
    closed("Only for the reporter.", False, ["VER"])
    closed("Two staff go together.", True, ["HAT", "VER"])
    text = words(ward_sheets.you_said(ctx))
    assert "November 2026" in text
    assert "Verbal abuse Visiting times are on the door." in text
    assert "Sensitive incident Two staff go together." in text
    assert "Only for the reporter" not in text
    assert shown not in text
    assert "Nothing was released" in words(ward_sheets.you_said(ctx, date(2026, 10, 5)))


@pytest.mark.parametrize("kind", ["summary", "f2508", "referral", "police"])
def test_a_full_copy_is_logged_but_where_it_takes_the_place_of_a_full_copy_of_the_same_report(
    ctx: Context, case: tuple[str, str], kind: str
) -> None:
    def made(copy: str, reason: str = REASON, held: Pdf | None = None) -> Pdf:
        if kind == "summary":
            return printing.summary(ctx, case[0], copy, reason, held=held)
        if kind == "police":
            return sheets.police(ctx, case[0], copy, reason, held)
        return getattr(sheets, kind)(ctx, *case, copy, reason, held)  # type: ignore[no-any-return]

    def logged() -> int:
        return ctx.reader().count_acts("full copy", case[0])

    full = made("full")
    assert logged() == 1
    again = made("full", held=full)
    assert logged() == 1
    assert again.to_read == full.to_read is not None
    redacted = made("redacted")
    assert redacted.to_read is None
    made("full", held=redacted)
    assert logged() == 2
    made("full", held=printing.summary(ctx, log(ctx, answers()).id, "full", REASON))
    assert logged() == 3
    with pytest.raises(ProblemsFound):
        made("full", "why", full)
