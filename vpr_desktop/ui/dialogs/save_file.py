"""Asks where a file shall go. Tests replace the one function."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFileDialog, QWidget


def ask_save_path(parent: QWidget, title: str, name: str, kinds: str, answered: Callable[[str], None]) -> None:
    """Opens the system's dialog without waiting; `answered` gets the path, and nothing where it is closed."""
    dialog = QFileDialog(parent, title, name, kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.fileSelected.connect(answered)
    dialog.open()


def ask_open_path(parent: QWidget, title: str, kinds: str, answered: Callable[[str], None]) -> None:
    """Opens the system's dialog for an existing file without waiting."""
    dialog = QFileDialog(parent, title, "", kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(answered)
    dialog.open()
