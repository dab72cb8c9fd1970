"""What to tell a person when the endpoint refuses or is not reached: one plain sentence for every kind (I32)."""

from __future__ import annotations

from vpr_desktop.domain.errors import Offline
from vpr_desktop.sync.protocol import REFUSALS

LATER = "Nothing is lost. It is sent later by itself."
CALL_IT = "Nothing is lost. Call IT."
ASK = "Ask who looks after this PC."

TEXTS: dict[str, str] = {
    # Of this side.
    "no-connection": "This PC cannot reach the server. You can keep working. It will be sent later.",
    "no-answer": f"The server did not answer in time. {LATER}",
    "certificate": f"The server could not prove who it is, so nothing was sent. {CALL_IT}",
    "proxy": "The network asks for a sign-in before it lets this PC through. Nothing is lost. Call IT.",
    "not-the-endpoint": "Something else answered in the server's place, such as a sign-in page of the network."
    " Nothing is lost. It is sent later by itself.",
    "answer-too-large": f"The server's answer was larger than it may be, so it was not read. {CALL_IT}",
    "answer-not-accepted": f"The server's answer did not prove itself, so nothing of it was taken. {CALL_IT}",
    "refused": f"The server refused without a reason known here. {CALL_IT}",
    "disk-full": "The disk of this PC is full, so nothing is fetched. What you save is still sent. Call IT.",
    # Of a whole request.
    "unreadable-body": f"The server could not read what was sent. {CALL_IT}",
    "unreadable-request": f"The server could not read the request. {CALL_IT}",
    "wrong-idempotency-key": f"The server did not take the request as it was numbered. {CALL_IT}",
    "not-signed": f"The server saw no signature of this PC. {CALL_IT}",
    "bad-signature": f"The server did not accept this PC's signature. {CALL_IT}",
    "clock-skew": f"The clocks of this PC and the server differ too much. {CALL_IT}",
    "replayed": f"The server had received this request before. {LATER}",
    "unknown-device": f"The server does not know this PC. You can keep working. {ASK} It needs a new code.",
    "device-waiting": "An administrator has not accepted this PC yet. You can keep working. It is sent after that.",
    "device-revoked": f"This PC was withdrawn, so nothing is sent. What was saved is kept here. {ASK}",
    "bad-code": "The code is wrong, used up or out of date. Check each character, or ask for a new one.",
    "other-ward": "The code is for another ward than this PC's, and was not used. Ask IT for one for its ward.",
    "not-in-scope": f"This ward is not one that this PC may send. What was saved is kept here. {ASK}",
    "not-found": "There is no such server at this address. Check the address.",
    "wrong-method": f"The server does not take this request. {CALL_IT}",
    "too-slow": f"The network was too slow to send all of it. {LATER}",
    "key-in-use": f"Another PC has the key of this one. Was its file copied? {ASK}",
    "no-length": f"Something on the network changed the request. {CALL_IT}",
    "too-large": f"What was sent is larger than the server takes. {CALL_IT}",
    "wrong-encoding": f"Something on the network changed how the request is packed. {CALL_IT}",
    "too-many": f"This PC sent a great deal and was asked to wait. {LATER}",
    "busy": f"The server is busy. {LATER}",
    "fault": f"The server has a fault. {LATER}",
    # Of one batch.
    "batch-signature": f"The server did not accept the signature of these entries. {CALL_IT}",
    "batch-device-unknown": f"The server does not know the PC that wrote these entries. {CALL_IT}",
    "batch-stream": f"These entries are of another ward. {CALL_IT}",
    "batch-too-large": f"These entries are larger together than the server takes. {CALL_IT}",
    "batch-differs": f"The server holds other entries under the same number. They are sent anew. {CALL_IT}",
    # Of one op.
    "op-differs": f"The server holds another entry under the same number. Yours is kept here. {CALL_IT}",
    "op-too-large": "This entry is larger than the server takes. Make its texts shorter and save again.",
    "op-unreadable": f"The server could not read this entry and put it aside. It is kept here too. {CALL_IT}",
    "erase-not-entitled": "The server did not erase: the person who asked may not. The entry is kept.",
    "erase-differs": "The server did not erase: it holds something else under that number. The entry is kept.",
    # Kept, and looked at by the trust.
    "newer-version": "It was sent and kept. A newer version wrote it, so the trust takes a look.",
    "unknown-content": "It was sent and kept. It holds answers the server does not know, so the trust takes a look.",
    "not-normal-text": "It was sent and kept. Some characters are unusual, so the trust takes a look.",
    "author-ended": "It was sent and kept. Its author's access had ended, so the trust takes a look.",
    "author-not-entitled": "It was sent and kept. Its author's role does not include it, so the trust takes a look.",
    "key-ended": "It was sent and kept. The key of the PC had ended, so the trust takes a look.",
    "device-not-accepted": "It was sent and kept. Its PC was not accepted yet, so the trust takes a look.",
    "left-scope": "It was sent and kept. The ward is no longer one of this PC's, so the trust takes a look.",
}


class Refused(Offline):
    """A call that came to no answer, or to a refusal. `kind` is a key of TEXTS; `retry_after` in seconds."""

    def __init__(self, kind: str, retry_after: float = 0.0) -> None:
        super().__init__(text_of(kind))
        self.kind = kind
        self.retry_after = retry_after


def text_of(kind: str) -> str:
    """The sentence for a kind."""
    return TEXTS.get(kind, TEXTS["refused"])


def known_kind(kind: str) -> str:
    """A kind as the endpoint wrote it, where it is one of the protocol's."""
    return kind if kind in REFUSALS else "refused"
