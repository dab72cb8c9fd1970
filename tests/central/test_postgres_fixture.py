"""The tests' PostgreSQL: Debian's, one on the path, or the packed one; where there is none, words and never a skip."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.central.postgres_server import binaries


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "postgres").write_text("")
    return folder


def test_the_newest_of_debian_comes_first(tmp_path: Path) -> None:
    made(tmp_path / "9" / "bin")
    newest = made(tmp_path / "15" / "bin")
    assert binaries(tmp_path) == newest


def test_then_one_on_the_path_then_the_packed_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, inside = made(tmp_path / "own"), made(tmp_path / "packed" / "pginstall" / "bin")
    packed = SimpleNamespace(origin=str(tmp_path / "packed" / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: packed)
    monkeypatch.setattr(shutil, "which", lambda _: str(named / "postgres"))
    assert binaries(tmp_path / "nothing") == named
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert binaries(tmp_path / "nothing") == inside


def test_where_there_is_none_the_tests_say_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(RuntimeError, match="apt-get install postgresql"):
        binaries(tmp_path)
