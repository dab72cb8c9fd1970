"""How a request is refused: an exception that becomes a problem document. Never holds the text of a record."""

from __future__ import annotations

from vpr_desktop.sync.protocol import REFUSALS, Problem, problem


class Refused(Exception):
    """The request as a whole is not done; nothing of it stays. `kind` is one of the protocol's refusals."""

    def __init__(self, kind: str, detail: str = "", retry_after: int | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        """The HTTP status."""
        return REFUSALS[self.kind].status

    def document(self, instance: str) -> Problem:
        """The problem document; `instance` is the request's id in the log."""
        return problem(self.kind, self.detail, instance=instance)
