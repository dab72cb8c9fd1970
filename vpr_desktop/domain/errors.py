"""What can go wrong that a person can do something about: each kind carries its own plain sentence.

Messages never hold the content of a record. Everything that is no KnownError is a fault of the app.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right before a record can be saved: which field, and what to do."""

    field: str
    message: str
    record: str = ""


class KnownError(Exception):
    """The base of all kinds. `str()` is the sentence for the user, `exit_code` that of the command line."""

    exit_code = 1
    message = "Something did not work. Your data is safe on this PC. Try again."

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.message)


class WrongUse(KnownError):
    """A command was given in a way that has no meaning."""

    exit_code = 2
    message = "That command is not complete. Use --help to see how it is written."


class ProblemsFound(KnownError):
    """Answers that need putting right; nothing was saved and nothing was lost."""

    exit_code = 3
    message = "Some answers need another look. Nothing you typed is lost."

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems) or self.message)
        self.problems = list(problems)


class Stopped(KnownError):
    """Somebody stopped a long reading; nothing was changed."""

    message = "Stopped. What you see is as it was before. Open the page again to load it."


class NotFound(KnownError):
    """No such record, or none that this person may know of."""

    exit_code = 3
    message = "There is no such record on this PC. Check the reference."


class NotAllowed(KnownError):
    """The one table says no."""

    exit_code = 4
    message = "Your role does not include this. Ask the ward manager if you need it."


class WrongPassphrase(KnownError):
    """Wrong user or wrong passphrase: the same answer for both. `wait_seconds` is how long to wait.

    `judged` is False where a wait was running and the passphrase was not even looked at.
    """

    exit_code = 5
    message = "That passphrase did not work. Check the name and type it again."

    def __init__(self, wait_seconds: int = 0, judged: bool = True) -> None:
        if wait_seconds > 0:
            super().__init__(f"That passphrase did not work. You can try again in {wait_seconds} s.")
        else:
            super().__init__()
        self.wait_seconds = wait_seconds
        self.judged = judged


class WeakPassphrase(KnownError):
    """A new passphrase that is too easy to guess."""

    exit_code = 3
    message = "Choose a passphrase of at least 12 characters, such as three or more words."


class Offline(KnownError):
    """The endpoint cannot be reached or did not accept this PC."""

    exit_code = 6
    message = "This PC cannot reach the server. You can keep working. It will be sent later."


class FileDamaged(KnownError):
    """The file cannot be read as it should."""

    exit_code = 7
    message = "The file of this PC is damaged. Nothing was changed. Call IT: a backup can be restored."


class SlotDamaged(FileDamaged):
    """One person's key, or the recovery code's, does not read as it should; those of others do."""

    message = (
        "The key of this person on this PC is damaged. Nothing was changed. Use the recovery code, or ask the ward"
        " manager for a new passphrase. Else call IT: a backup can be restored."
    )


class FileAltered(FileDamaged):
    """Content and chains of the file contradict each other."""

    message = "The file of this PC was altered outside VPR Desktop. It is kept as found. Call IT before going on."


class FileRolledBack(FileDamaged):
    """The file is older than what this PC last saved."""

    message = "The file of this PC was replaced by an older one. It is kept as found. Call IT before going on."


class FileTooNew(FileDamaged):
    """A newer version of the app has written the file."""

    message = (
        "A newer version of VPR Desktop wrote this file: it can be read here, not changed. Ask IT to update this PC."
    )


class NoCipher(FileDamaged):
    """The database library does not encrypt."""

    message = "Encryption is missing on this PC, so VPR Desktop does not start. Ask IT to install it again."


class NotWritable(KnownError):
    """The folder or file refuses writing."""

    exit_code = 8
    message = "Not saved: this PC does not let VPR Desktop write its file. Keep this open and call IT."


class DiskFull(NotWritable):
    """There is no room left."""

    message = "Not saved: the disk is full. Keep this open and call IT."


class NetworkDrive(NotWritable):
    """The folder lies on a network drive, where saves cannot be made safe."""

    message = "The folder lies on a network drive. Choose a folder on this PC, so that every save is safe."


class AlreadyOpen(KnownError):
    """Another window or command has the file."""

    exit_code = 9
    message = "VPR Desktop is already open on this PC. Use that window, or close it first."
