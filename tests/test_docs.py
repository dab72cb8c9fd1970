"""The words match the app: commands, options, keys, settings, links and pictures; and the wheel carries them."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import PASSPHRASE, first_run
from tests.window import fast_keys, make_window, settle, unlock
from vpr_desktop import __version__
from vpr_desktop.cli.arguments import parser
from vpr_desktop.domain import errors
from vpr_desktop.domain.choices_response import USER_ROLE
from vpr_desktop.services import handbook, import_mapping, listing, maintenance, practice, sessions, upkeep
from vpr_desktop.services.import_mapping import KEYS
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.ui import shortcuts
from vpr_desktop.ui.widgets.fields import Field

ROOT = Path(__file__).resolve().parent.parent
HELP = ROOT / "resources" / "help"
PAGES = sorted(HELP.glob("*.md"))
TEXTS = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
BANNED = (
    "victim", "complainant", "perpetrator", "offender", "aggressor", "challenging", "frequent attender", "failed to",
    "mandatory", "invalid", "are you sure", "successfully", "limited functionality", "don't",
)  # fmt: skip


def commands(made: argparse.ArgumentParser, name: str = "vpr") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that can be typed, with its options."""
    inner = [action for action in made._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        yield name, made
    for action in inner:
        for word, one in action.choices.items():
            yield from commands(one, f"{name} {word}")


def page(name: str) -> str:
    return (HELP / f"{name}.md").read_text(encoding="utf-8")


def test_every_command_and_option_is_in_the_handbook() -> None:
    rows = {m[1]: m[0] for m in re.finditer(r"^\| `(vpr [a-z -]+?)`.*$", page("command-line"), re.MULTILINE)}
    known = dict(commands(parser()))
    # What is a server's own is not a ward's; its commands have a page of their own.
    assert {name for name in known if not name.startswith("vpr central")} == set(rows)
    everywhere = set(re.findall(r"`(--[a-z-]+)`", page("command-line").split("## Commands")[0])) | {"--help"}
    filters = set(re.findall(r"`(--[a-z-]+)`", rows["vpr list"])) - {"--limit"}
    for name, row in rows.items():
        options = {word for action in known[name]._actions for word in action.option_strings if word.startswith("--")}
        told = set(re.findall(r"`(--[a-z-]+)`", row)) | (filters if "filters of list" in row else set())
        assert options - everywhere == told, name
    of_the_server = {name for name in known if name.startswith("vpr central")}
    assert [name for name in sorted(of_the_server) if name not in page("endpoint")] == []


def test_every_exit_code_is_in_the_handbook() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d) \|", page("command-line"), re.MULTILINE)}
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.KnownError)]
    assert {one.exit_code for one in kinds} | {0} == told


class _AnyWindow:
    """Stands where a window would, so that the table of keys can be read without one."""

    def __getattr__(self, name: str) -> str:
        return name


def test_every_shortcut_is_in_the_handbook() -> None:
    keys: Any = shortcuts.keys
    written = page("keyboard").replace("plus", "+").replace("minus", "-")
    listed = set(re.split(r"[ ,()]+", " ".join(re.findall(r"^\| (.+?) \|", written, re.MULTILINE))))
    same = {"Ctrl+Return": "Ctrl+Enter"}
    for key in keys(_AnyWindow()):
        assert same.get(key, key) in listed or key in ("Ctrl+,",), key
    assert "| Ctrl+, |" in written


def test_every_role_and_mapping_entry_is_in_the_handbook() -> None:
    assert all(f"| {role.label} |" in page("roles-and-rights") for role in USER_ROLE)
    text = page("import")
    assert all(f"`{key}" in text for key in KEYS)
    example = import_mapping.load(ROOT / "resources" / "content" / "mapping_datix_like.json")
    assert all(f"`{key}`" in text for key in (f"columns.{name}" for name in example.columns))
    for rule in example.rules:
        name = rule.field if rule.entity == "incident" else f"{rule.entity}.{rule.field}"
        assert f"| `{name}` | {rule.column} |" in text


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_links_and_pictures_lead_somewhere_and_words_are_plain(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    targets = re.findall(r"\]\(([^)#]+)", text)
    for target in targets:
        assert "://" not in target
        assert (path.parent / target).is_file(), target
    if path != ROOT / "CHANGELOG.md":
        assert [word for word in BANNED if word in text.casefold()] == []
        assert not re.search(r"[a-z]!(?!\[)", text)


def test_the_index_names_every_page_once() -> None:
    linked = handbook.LINK.findall(page("index"))
    assert sorted(linked) == sorted(path.stem for path in PAGES if path.stem != "index")
    held = handbook.pages()
    assert [one.name for one in held] == ["index", *linked]
    assert handbook.search(held, "RECOVERY code")[0].name == "recovery-code"
    assert "for-it" in [one.name for one in handbook.search(held, "network drive")]
    assert handbook.search(held, "no-such-word-anywhere") == []


def test_readme_changelog_and_version() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"^    python3 dev\.py (\w+)$", readme, re.MULTILINE)
    assert told == ["demo", "test"]
    asked = subprocess.run([sys.executable, ROOT / "dev.py"], capture_output=True, text=True, check=False)
    assert all(f"dev.py {word}" in asked.stdout for word in told)
    assert (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").startswith("# Changelog\n\n## Unreleased\n")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'path = "vpr_desktop/__init__.py"' in project
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", __version__)


def test_the_practice_ward_of_the_demo_can_be_made(tmp_path: Path, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first command of the README: all of the history passes the rights as they stand today."""
    fast_keys(monkeypatch)
    told: list[str] = []
    practice.fill(tmp_path / "pc", clock, told=told.append)
    ctx = sessions.unlock(tmp_path / "pc", practice.USERS[0][0], practice.PASSPHRASE, clock)
    try:
        assert listing.count(ctx, ListQuery()) > 250
        assert maintenance.verify(ctx).ok
        assert upkeep.catch_up(ctx) < 10, "whoever opens it first does not wait for the answers of years"
    finally:
        sessions.lock(ctx)


def test_the_handbook_opens_in_the_window(
    qapp: Any, tmp_path: Path, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast_keys(monkeypatch)
    home = tmp_path / "pc"
    made, _ = sessions.first_run(home, first_run(), clock)
    user = made.user.user_id
    sessions.lock(made)
    window = make_window(qapp, home, clock)
    try:
        unlock(window, user, PASSPHRASE)
        shortcuts.keys(window)["Ctrl+/"]()
        settle(window)
        shown: Any = window.page()
        assert shown.reader.toPlainText().startswith("Keyboard")
        assert shown.first_focus().accessibleName() == "Handbook pages"
        shown.search.setText("recovery")
        shown.search.returnPressed.emit()
        assert shown.reader.accessibleName() == "Handbook: The recovery code"
        shown.reader.followed.emit("log-an-incident")
        settle(window)
        assert "Log an incident" in shown.reader.toPlainText()
        assert shown.reader.loadResource(2, "images/quick-log.png").width() <= shown.reader.viewport().width()
        assert shown.reader.loadResource(2, "../../../pyproject.toml") is None
        window.back()
        assert shown.reader.accessibleName() == "Handbook: The recovery code"
        window.go("settings")
        settle(window)
        assert_settings_are_told(window)
    finally:
        window.close()
        settle(window)


def assert_settings_are_told(window: Any) -> None:
    """Each section and each field of Settings has its words on the handbook's page."""
    told = (page("settings") + page("people-and-passphrases")).casefold()
    assert window.page().sections
    for name, section in window.page().sections.items():
        assert f"## {section.title}".casefold() in told, name
        for field in section.findChildren(Field):
            assert field.label.text().casefold() in told, field.label.text()


def test_the_wheel_carries_handbook_icons_and_content(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr[-2000:]
    wheel = next(tmp_path.glob("*.whl"))
    assert wheel.name.startswith(f"vpr_desktop-{__version__}-")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    for path in (ROOT / "resources").rglob("*"):
        carried = tmp_path / "site" / "vpr_desktop" / "resources" / path.relative_to(ROOT / "resources")
        assert not path.is_file() or carried.read_bytes() == path.read_bytes(), path
    entry = next((tmp_path / "site").glob("*.dist-info/entry_points.txt")).read_text(encoding="utf-8")
    assert "vpr = vpr_desktop.cli.main:main" in entry
    assert "vpr-desktop = vpr_desktop.__main__:main" in entry
    code = (
        "from vpr_desktop import settings; from vpr_desktop.services import handbook;"
        "print(settings.resource('icons', 'lock.svg').is_file(), len(handbook.pages()), settings.__file__)"
    )
    site = str(tmp_path / "site")
    found = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {site!r}); {code}"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.startswith(f"True {len(PAGES)} {site}")
