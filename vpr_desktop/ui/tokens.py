"""The colours and sizes of the design, light and dark; every pair of text and ground is checked by a test."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tag:
    """Text and tint of a tag."""

    text: str
    tint: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme."""

    dark: bool
    page: str
    surface: str
    rail: str
    text: str
    second: str
    link: str
    on_link: str
    tint: str
    header: str
    header_button: str
    hairline: str
    option_edge: str
    control_edge: str
    primary: str
    primary_edge: str
    primary_rim: str
    error: str
    error_tint: str
    success: str
    success_tint: str
    warning: str
    tags: dict[str, Tag] = field(hash=False)
    on_header: str = "#ffffff"
    on_primary: str = "#ffffff"
    primary_hover: str = "#00662f"
    on_warning: str = "#212b32"
    needs_you: str = "#ffeb3b"
    ring_inside: str = "#212b32"
    ring_outside: str = "#ffeb3b"


LIGHT = Tokens(
    dark=False,
    page="#f0f4f5",
    surface="#ffffff",
    rail="#ffffff",
    text="#212b32",
    second="#4c6272",
    link="#005eb8",
    on_link="#ffffff",
    tint="#ecf4fb",
    header="#005eb8",
    header_button="#004b93",
    hairline="#d8dde0",
    option_edge="#c5d0d8",
    control_edge="#4c6272",
    primary="#007f3b",
    primary_edge="#00401e",
    primary_rim="",
    error="#d5281b",
    error_tint="#fdf1f0",
    success="#007f3b",
    success_tint="#e9f5ee",
    warning="#fff9c4",
    tags={
        "grey": Tag("#354550", "#e6eaec"),
        "blue": Tag("#004281", "#dcebf8"),
        "green": Tag("#004c23", "#d8ece0"),
        "red": Tag("#801810", "#f9dedb"),
        "yellow": Tag("#59400a", "#ffeabb"),
    },
)
DARK = Tokens(
    dark=True,
    page="#161d22",
    surface="#212b32",
    rail="#1b242a",
    text="#f0f4f5",
    second="#c3ccd2",
    link="#8ec5ff",
    on_link="#10212f",
    tint="#1f3a54",
    header="#0b3a6b",
    header_button="#072a4f",
    hairline="#35424b",
    option_edge="#495964",
    control_edge="#8796a1",
    primary="#007f3b",
    primary_edge="#00401e",
    primary_rim="#8796a1",
    error="#ff9d94",
    error_tint="#3a2526",
    success="#7fd6a2",
    success_tint="#1d3529",
    warning="#ffeb3b",
    tags={
        "grey": Tag("#d5dce1", "#38454e"),
        "blue": Tag("#a9d3ff", "#1d3c59"),
        "green": Tag("#9be3b9", "#1d3f2d"),
        "red": Tag("#ffb9b2", "#4d2725"),
        "yellow": Tag("#ffdf8a", "#473a16"),
    },
)

# Sizes in pixels at 96 dpi and 100 % text. Type is given in px here and set in points.
BODY, SMALL, CARD_TITLE, SECTION, H1, BIG = 17, 15, 18, 20, 26, 36
HEADER, RAIL, RAIL_NARROW, STATUS_BAR, DOCK = 44, 196, 56, 30, 320
CONTROL, PRIMARY, HEADER_BUTTON, LINK, MARK, TAG = 40, 43, 32, 28, 24, 26
RADIUS_CARD, RADIUS, RADIUS_TAG = 8, 6, 4
NARROW_BELOW = 1200  # window width under which the rail shows icons only
MENU_FROM = 150  # per cent of text size from which the rail becomes a menu
