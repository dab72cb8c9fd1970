"""Items 5, 6, 7, 16 and 23: sizes, contrast, the focus ring, large text, and kinds of widgets."""

from __future__ import annotations

import pytest

from tests.ui.survey import Survey
from vpr_desktop.ui.tokens import DARK, LIGHT, Tokens

FITTING = ("light", "dark", "200 %", "smallest", "smallest, 200 %")


def test_item_05_targets_are_large_enough(survey: Survey) -> None:
    assert survey.of("targets") == []


def channel(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    red, green, blue = (channel(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#005eb8", "#ffffff") == pytest.approx(6.38, abs=0.01)


TEXT = (
    ("text", "page surface rail tint error_tint success_tint"),
    ("second", "page surface rail tint"),
    ("link", "page surface rail tint"),
    ("on_link", "link"),
    ("on_header", "header header_button"),
    ("on_primary", "primary primary_hover"),
    ("error", "page surface tint error_tint"),
    ("success", "page surface success_tint"),
    ("on_warning", "warning needs_you"),
)
EDGES = (
    ("control_edge", "page surface"),
    ("link", "surface tint"),
    ("error", "surface"),
    ("ring_inside", "ring_outside"),
    ("ring_outside", "ring_inside"),
)


def pairs(table: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(one, ground) for one, grounds in table for ground in grounds.split()]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("words", "ground"), pairs(TEXT))
def test_item_06_text_has_contrast(theme: Tokens, words: str, ground: str) -> None:
    assert contrast(getattr(theme, words), getattr(theme, ground)) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), pairs(EDGES))
def test_item_06_edges_and_ring_have_contrast(theme: Tokens, edge: str, ground: str) -> None:
    assert contrast(getattr(theme, edge), getattr(theme, ground)) >= 3


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_item_06_tags_have_contrast(theme: Tokens) -> None:
    assert {name for name, tag in theme.tags.items() if contrast(tag.text, tag.tint) < 7} == set()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_item_06_one_line_of_the_ring_shows_on_every_ground(theme: Tokens) -> None:
    for ground in (theme.page, theme.surface, theme.rail, theme.header, theme.tint, theme.primary):
        assert max(contrast(theme.ring_inside, ground), contrast(theme.ring_outside, ground)) >= 3


@pytest.mark.parametrize("look", ["light", "dark"])
def test_item_07_the_ring_is_there_and_not_covered(survey: Survey, look: str) -> None:
    assert survey.of("ring", look) == []


@pytest.mark.parametrize("look", FITTING)
def test_item_16_nothing_is_clipped(survey: Survey, look: str) -> None:
    assert survey.of("clipped", look) + survey.of("cut", look) == []


@pytest.mark.parametrize("look", FITTING)
def test_item_16_no_page_scrolls_sideways(survey: Survey, look: str) -> None:
    assert survey.of("sideways", look) == []


@pytest.mark.parametrize("look", FITTING)
def test_item_17_neighbours_do_not_overlap(survey: Survey, look: str) -> None:
    assert survey.of("overlap", look) == []


def test_item_15_symbols_in_tables_are_said_in_words(survey: Survey) -> None:
    assert survey.of("symbols") == []
    said = survey.cells["S5 list"]
    assert {("–", "None"), ("–", "Not shown")} <= set(said), "the list held no dash to say"


def test_item_23_no_editable_combo_box_and_no_bare_tree(survey: Survey) -> None:
    assert survey.of("kinds") == []
