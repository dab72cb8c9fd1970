"""Signing in from a command: folder, user, passphrase, and the session that ends with the command."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TypeVar

from vpr_desktop.bootstrap import SystemClock
from vpr_desktop.cli.output import tell
from vpr_desktop.domain.errors import NotFound, WrongPassphrase, WrongUse
from vpr_desktop.services import lockscreen, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.settings import home_folder

T = TypeVar("T")
WAIT_SECONDS = 10.0


def home_of(options: Namespace) -> Path:
    """The folder of the encrypted file."""
    return home_folder(options.home)


def user_of(options: Namespace) -> str:
    """Who works. Raises WrongUse."""
    user = options.user or os.environ.get("VPR_USER")
    if not user:
        raise WrongUse("Say who you are: --user ID or VPR_USER.")
    return str(user)


def passphrase_of(options: Namespace) -> str:
    """The passphrase from its file, from VPR_PASSPHRASE (for tests), or by asking. Raises WrongUse."""
    if options.passphrase_file:
        return read_secret(options.passphrase_file)
    given = os.environ.get("VPR_PASSPHRASE")
    return given if given is not None else ask("Passphrase: ")


def new_passphrase_of(path: str | None) -> str:
    """A new passphrase from a file or asked for twice. Raises WrongUse."""
    if path:
        return read_secret(path)
    first = ask("New passphrase: ")
    if ask("Once more: ") != first:
        raise WrongUse("The two passphrases differ. Nothing was changed.")
    return first


def ask(prompt: str) -> str:
    """A secret typed at the terminal. Raises WrongUse where nobody can type."""
    if not sys.stdin.isatty():
        raise WrongUse("There is nobody to ask for the passphrase. Use --passphrase-file FILE.")
    return getpass.getpass(prompt)


def read_secret(path: str) -> str:
    """The first line of a file. Raises NotFound."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise NotFound(f"The file {path} cannot be read. Check its name.") from None


def waited_out(unlock: Callable[[str], T], options: Namespace) -> T:
    """Unlocks; where earlier wrong passphrases make everybody wait, waits first, as every command is a new start."""
    secret = passphrase_of(options)
    try:
        return unlock(secret)
    except WrongPassphrase as error:
        if error.judged:
            raise
        seconds = error.wait_seconds
    tell(f"A wrong passphrase was given too often. Waiting {seconds} s before this one is tried.")
    Event().wait(seconds)
    return unlock(secret)


@contextmanager
def signed_in(options: Namespace) -> Iterator[Context]:
    """The session of a command; the file is closed and the key overwritten at its end."""
    home, user = home_of(options), user_of(options)
    if not lockscreen.is_set_up(home):
        raise NotFound("There is no file of VPR Desktop in this folder. Check --home, or run vpr init.")
    ctx = waited_out(lambda secret: sessions.unlock(home, user, secret, SystemClock(), wait=WAIT_SECONDS), options)
    try:
        yield ctx
    finally:
        sessions.lock(ctx)
