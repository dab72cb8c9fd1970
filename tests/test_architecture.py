"""The layout and import rules, held by the build."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "vpr_desktop"
FILES = sorted(PACKAGE.rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in FILES]
FORBIDDEN_NAMES = {"utils", "misc", "helpers", "common", "manager"}
QT_MODULES = {"QtDBus", "QtNetwork", "QtCore", "QtGui", "QtWidgets", "QtSvg", "QtPrintSupport", "QtTest"}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_import_contracts_hold() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout[-3000:]


def test_every_file_of_tests_is_short() -> None:
    long = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "tests").rglob("*.py")}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_every_file_is_short_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.name == "__init__.py":
        assert path.parent == PACKAGE or not text.strip()
        return
    assert len(text.splitlines()) <= 400
    assert path.stem not in FORBIDDEN_NAMES
    parsed = tree(path)
    assert ast.get_docstring(parsed)
    for node in ast.walk(parsed):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, f"{node.name} is longer than 50 lines"
        if isinstance(node, ast.ExceptHandler) and not isinstance(node.body[0], ast.Raise):
            assert node.type is not None, "a bare except"
            assert not isinstance(node.body[0], ast.Pass), "an except that hides its error"
    assert "time.sleep(" not in text or path.name == "instance_lock.py"


@pytest.mark.parametrize("path", [p for p in FILES if "domain" in p.parts], ids=lambda p: p.stem)
def test_domain_reads_no_clock_file_or_environment(path: Path) -> None:
    assert not imported(path) & {"os", "pathlib", "time", "socket", "secrets", "random", "subprocess", "io"}
    assert not re.search(r"\b(now|today|utcnow)\(\)|(?<![.\w])open\(", path.read_text(encoding="utf-8"))


def test_only_the_vault_names_the_database_library() -> None:
    naming = [p.name for p in FILES if any(m.split(".")[0] == "sqlcipher3" for m in imported(p))]
    assert naming == ["vault.py"]


def test_pdfium_is_entered_by_one_thread_at_a_time() -> None:
    """Two threads in it end the app: product and tests open a PDF in one place, which lets one in at a time."""
    everywhere = [*FILES, *Path(__file__).parent.rglob("*.py")]
    assert [p.name for p in everywhere if "PdfDocument" + "(" in p.read_text(encoding="utf-8")] == ["pdf_file.py"]


def test_only_allowed_qt_modules_are_used() -> None:
    used = {m.split(".")[1] for p in FILES for m in imported(p) if m.startswith("PySide6.") and m.count(".") == 1}
    assert used <= QT_MODULES


def test_dependencies_are_pinned_with_hashes_and_name_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^([a-z0-9_.-]+)(?:\[[a-z]+\])?==([^ \\;]+)", lock, re.MULTILINE | re.IGNORECASE)
    assert len(pinned) > 40
    assert dict(pinned)["pyside6-essentials"].startswith("6.11.")
    assert lock.count("--hash=sha256:") >= len(pinned)
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", lock)


def tracked() -> list[Path]:
    """The files of the project: by git's list, or without git all but what is made here."""
    listed = b""
    if shutil.which("git"):
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    found = [ROOT / name for name in listed.decode().split("\0") if name] or [
        path
        for path in ROOT.rglob("*")
        if not any(part == "__pycache__" or part.startswith((".", "demo-out")) for part in path.relative_to(ROOT).parts)
    ]
    return [path for path in found if path.is_file()]


def test_no_path_of_a_machine_and_no_registry_in_the_project() -> None:
    forbidden = re.compile("/" + "work/|/" + "root/|pypi" + r"\.org|files\.python" + "hosted")
    assert len(tracked()) > len(FILES)
    for path in tracked():
        if path.suffix in {".png", ".pdf", ".ttf", ".lock"}:
            continue
        found = forbidden.search(path.read_text(encoding="utf-8", errors="replace"))
        assert found is None, f"{path.name}: {found and found.group()}"


def test_qt_returns_none_without_losing_it() -> None:
    """PySide6 6.12.0 loses a reference to None in most calls on Python 3.11, until the process dies."""
    from PySide6.QtCore import QObject

    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(20_000):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 1000
