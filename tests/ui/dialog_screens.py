"""How to come to the dialogs that stand over a page or the lock screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QWidget

from tests.ui.stage import Stage
from tests.window import settle
from vpr_desktop.domain.errors import WrongPassphrase
from vpr_desktop.services.sessions import WrongCode
from vpr_desktop.ui.dialogs.name_dialog import NameDialog
from vpr_desktop.ui.dialogs.passphrase_dialog import PassphraseDialog
from vpr_desktop.ui.dialogs.reason_dialog import ReasonDialog
from vpr_desktop.ui.dialogs.recover_dialog import RecoverDialog
from vpr_desktop.ui.dialogs.slip_dialog import SlipDialog


def over(make: Callable[[Stage], QDialog]) -> tuple[Callable[[Stage], QWidget], Callable[[Stage], None]]:
    opened: list[QDialog] = []

    def opens(stage: Stage) -> QWidget:
        dialog = make(stage)
        dialog.open()
        dialog.activateWindow()
        settle(stage.window)
        opened.append(dialog)
        return dialog

    def closes(stage: Stage) -> None:
        dialog = opened.pop()
        dialog.reject()
        dialog.deleteLater()
        settle(stage.window)
        stage.window.activateWindow()

    return opens, closes


def reason(stage: Stage) -> QDialog:
    return ReasonDialog(stage.window, "Withdraw this incident?", "It is not deleted.", "Withdraw incident", "Keep it")


def reason_error(stage: Stage) -> QDialog:
    dialog = ReasonDialog(stage.window, "Print a full copy?", "It is logged.", "Show full copy", "Keep redacted", 5)
    dialog.yes.click()
    return dialog


def name(stage: Stage) -> QDialog:
    return NameDialog(stage.window, "Keep these filters as a view", "Only you see your views.", "Keep")


def passphrase(stage: Stage) -> PassphraseDialog:
    return PassphraseDialog(stage.window, "Is it you?", "Type your passphrase again.", "Go on", "Change nothing")


def passphrase_error(stage: Stage) -> QDialog:
    dialog = passphrase(stage)
    dialog.yes.click()
    return dialog


def recover(stage: Stage) -> QDialog:
    return RecoverDialog(stage.window, stage.home, stage.clock, stage.window.lane)


def recover_wrong(stage: Stage) -> QDialog:
    dialog = recover(stage)
    assert isinstance(dialog, RecoverDialog)
    dialog._on_failed(WrongCode(WrongPassphrase()))
    return dialog


def slip(stage: Stage) -> QDialog:
    return SlipDialog(stage.window, stage.home, stage.clock, stage.window.lane)


def slip_answered(stage: Stage) -> QDialog:
    dialog = SlipDialog(stage.window, stage.home, stage.clock, stage.window.lane)
    dialog.code.setText(stage.ids["slip"])
    dialog.go.click()
    return dialog


def slip_error(stage: Stage) -> QDialog:
    dialog = SlipDialog(stage.window, stage.home, stage.clock, stage.window.lane)
    dialog.code.setText("12")
    dialog.go.click()
    return dialog
