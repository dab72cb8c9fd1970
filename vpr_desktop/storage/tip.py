"""Where the file's two chains end: what the anchor remembers and the next op and audit entry build on."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Tip:
    """Ends of the op chain and the audit chain, and this PC's own count of ops."""

    op_n: int
    op_chain: bytes
    audit_n: int
    audit_chain: bytes
    incarnation: int
    counter: int
    commits: int = 0  # how many units the file has seen
    loose: bytes = b""  # a hash over what no chain covers: the file's own state and drafts

    def after_op(self, n: int, chain: bytes, counter: int) -> Tip:
        """The tip once an op of this PC was added."""
        return replace(self, op_n=n, op_chain=chain, counter=counter)

    def after_arrival(self, n: int, chain: bytes) -> Tip:
        """The tip once ops of other PCs were added."""
        return replace(self, op_n=n, op_chain=chain)

    def after_audit(self, n: int, chain: bytes) -> Tip:
        """The tip once an audit entry was added."""
        return replace(self, audit_n=n, audit_chain=chain)
