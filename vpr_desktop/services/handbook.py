"""The handbook the app brings along: its pages, their titles, and a search. Needs no session and no network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from vpr_desktop.settings import resource

FIRST = "index"
LINK = re.compile(r"\]\(([a-z0-9-]+)\.md\)")


@dataclass(frozen=True, slots=True)
class HelpPage:
    """One page: its name as in links, its title, its text in Markdown."""

    name: str
    title: str
    text: str


def folder() -> Path:
    """Where the pages and their pictures lie."""
    return resource("help")


def pages() -> list[HelpPage]:
    """Every page: the index, then the others in the order the index names them."""
    found = {path.stem: _read(path) for path in sorted(folder().glob("*.md"))}
    order = [FIRST, *LINK.findall(found[FIRST].text)]
    return [found[name] for name in dict.fromkeys([*order, *found]) if name in found]


def _read(path: Path) -> HelpPage:
    text = path.read_text(encoding="utf-8")
    return HelpPage(path.stem, text.splitlines()[0].removeprefix("# "), text)


def search(held: list[HelpPage], words: str) -> list[HelpPage]:
    """The pages that hold all the words: those that hold them in their title first."""
    wanted = words.casefold().split()

    def holds(text: str) -> bool:
        return all(word in text.casefold() for word in wanted)

    titled = [page for page in held if holds(page.title)]
    return titled + [page for page in held if page not in titled and holds(page.text)]
