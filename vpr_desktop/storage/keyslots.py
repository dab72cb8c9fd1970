"""Who can open the file: one Argon2id slot for each user, and a recovery code. Keys never leave these calls.

The file's key is random. A passphrase opens the user's own key pair, to which the file's key is sealed by
HPKE, so that a new file key can later be given to people who are not there.
"""

from __future__ import annotations

import hmac
import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vpr_desktop.domain.errors import FileDamaged, NotAllowed, SlotDamaged, WeakPassphrase, WrongPassphrase
from vpr_desktop.domain.identity import uuid7
from vpr_desktop.domain.ops import canonical
from vpr_desktop.domain.passphrases import passphrase_problem
from vpr_desktop.domain.references import CROCKFORD, normal_slip_code
from vpr_desktop.storage import attempts, slot_file

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
MIB = 1024
NOT_OURS = "The key file names a key that this PC did not make. The file keeps its key. Call IT."
SEALED = b"VPRS1\0"
CODE_LENGTH = 32  # characters of 5 bits: 160 bits


@dataclass(frozen=True, slots=True)
class KdfPolicy:
    """Bounds of the Argon2id numbers, in KiB and passes: what is made, and what is accepted when read."""

    memory_kib: int = 128 * MIB
    passes: int = 3
    floor_kib: int = 64 * MIB
    cap_kib: int = 256 * MIB
    most_passes: int = 10

    def accepts(self, kdf: dict[str, Any]) -> bool:
        """Whether numbers read from a file are within bounds, so that no file can make us wait or be weak."""
        memory, passes, lanes = kdf.get("m"), kdf.get("t"), kdf.get("p")
        return (
            kdf.get("name") == "argon2id"
            and type(memory) is int
            and self.floor_kib <= memory <= self.cap_kib
            and type(passes) is int
            and 1 <= passes <= self.most_passes
            and lanes == 1
        )


@dataclass(frozen=True, slots=True)
class SlotInfo:
    """What a slot says in the clear, by design: who it is for."""

    user_id: str
    name: str
    disabled: bool


@dataclass(slots=True)
class Unlocked:
    """An opened slot. `dek` is overwritten by `wipe`; Python may keep copies, which the handbook says."""

    file_id: str
    user_id: str
    dek: bytearray
    signing_key: Ed25519PrivateKey | None = None

    def wipe(self) -> None:
        """Overwrites the file key."""
        for i in range(len(self.dek)):
            self.dek[i] = 0


def create(home: Path) -> Unlocked:
    """A new key file with no slot yet, and the random key it will guard."""
    file_id = uuid7(int.from_bytes(secrets.token_bytes(6), "big"), secrets.token_bytes(10))
    slot_file.write(home, {"file_id": file_id, "slots": [], "recovery": None, "trust_recovery": None, "attempts": {}})
    return Unlocked(file_id, "", bytearray(secrets.token_bytes(32)))


def users(home: Path) -> list[SlotInfo]:
    """Everybody who has a slot, in the order they were given one."""
    held = slot_file.slots(slot_file.read(home))
    return [SlotInfo(s["user_id"], str(s.get("name") or s["user_id"]), bool(s.get("disabled"))) for s in held]


def unlock(home: Path, user_id: str, passphrase: str, monotonic: float, policy: KdfPolicy | None = None) -> Unlocked:
    """Opens a user's slot. Wrong user and wrong passphrase answer alike, in the same time: WrongPassphrase.

    Raises SlotDamaged for a slot that cannot be tried at all.
    """
    policy = policy or KdfPolicy()
    attempts.begin(home, user_id, monotonic)
    document = slot_file.read(home)
    slot = slot_file.slot_of(document, user_id)
    if slot is not None and slot.get("disabled"):
        slot = None
    try:
        opened = _open_slot(document, slot, passphrase, policy)
    except InvalidTag:
        raise WrongPassphrase(attempts.waits(home, user_id, monotonic)) from None
    attempts.forget(home, user_id)
    return opened


def _open_slot(document: dict[str, Any], slot: dict[str, Any] | None, passphrase: str, policy: KdfPolicy) -> Unlocked:
    """Derives and opens; for an unknown user the same work is done before the same refusal."""
    file_id = str(document["file_id"])
    if slot is None:
        _slot_key(passphrase, _new_kdf(policy), file_id, "none")
        raise InvalidTag
    try:
        private = _private_of(slot, file_id, passphrase, policy)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SlotDamaged() from error
    try:
        x25519, ed25519 = X25519PrivateKey.from_private_bytes(private[:32]), private[32:64]
        dek = bytearray(SUITE.decrypt(b64decode(slot["dek"]), x25519, _info(file_id, slot["header"]["id"])))
        return Unlocked(file_id, slot["user_id"], dek, Ed25519PrivateKey.from_private_bytes(ed25519))
    except (InvalidTag, KeyError, TypeError, ValueError) as error:  # the passphrase was the right one
        raise SlotDamaged() from error


def _private_of(slot: dict[str, Any], file_id: str, passphrase: str, policy: KdfPolicy) -> bytes:
    """What the passphrase opens. Raises InvalidTag for a wrong one, ValueError and its like for a damaged slot."""
    header = slot["header"]
    if not policy.accepts(header["kdf"]):
        raise ValueError("numbers out of bounds")
    key = _slot_key(passphrase, header["kdf"], file_id, header["id"])
    return AESGCM(key).decrypt(b64decode(slot["nonce"]), b64decode(slot["box"]), canonical(header))


def _slot_key(passphrase: str, kdf: dict[str, Any], file_id: str, slot_id: str) -> bytes:
    salt = b64decode(kdf["salt"])
    derived = Argon2id(salt=salt, length=32, iterations=kdf["t"], lanes=kdf["p"], memory_cost=kdf["m"]).derive(
        passphrase.encode("utf-8")
    )
    return _hkdf(derived, b"vpr-slot-v1" + file_id.encode() + slot_id.encode())


def _hkdf(secret: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)


def _info(file_id: str, slot_id: str) -> bytes:
    return b"vpr-dek-v1" + file_id.encode() + slot_id.encode()


def _new_kdf(policy: KdfPolicy) -> dict[str, Any]:
    salt = b64encode(os.urandom(16)).decode()
    return {"name": "argon2id", "m": policy.memory_kib, "t": policy.passes, "p": 1, "salt": salt}


def set_passphrase(
    home: Path, unlocked: Unlocked, user_id: str, name: str, passphrase: str, policy: KdfPolicy | None = None
) -> None:
    """Gives a user a slot, or a new one in place of theirs. Raises WeakPassphrase."""
    problem = passphrase_problem(passphrase)
    if problem:
        raise WeakPassphrase(problem)
    document = slot_file.read(home)
    slot = _make_slot(document, unlocked, user_id, name, passphrase, policy or KdfPolicy())
    held = slot_file.slot_of(document, user_id)
    document["slots"] = [s for s in document["slots"] if s is not held] + [slot]
    slot_file.write(home, document)
    attempts.forget(home, user_id)


def _make_slot(
    document: dict[str, Any], unlocked: Unlocked, user_id: str, name: str, passphrase: str, policy: KdfPolicy
) -> dict[str, Any]:
    file_id, slot_id = str(document["file_id"]), secrets.token_hex(16)
    kdf = _new_kdf(policy)
    private = X25519PrivateKey.generate()
    header = {"v": 1, "id": slot_id, "user_id": user_id, "kek": "passphrase", "kdf": kdf}
    nonce = os.urandom(12)
    secret = private.private_bytes_raw() + Ed25519PrivateKey.generate().private_bytes_raw()
    box = AESGCM(_slot_key(passphrase, kdf, file_id, slot_id)).encrypt(nonce, secret, canonical(header))
    return {
        "user_id": user_id,
        "name": name,
        "disabled": False,
        **_public(unlocked.dek, file_id, slot_id, private.public_key()),
        "header": header,
        "nonce": b64encode(nonce).decode(),
        "box": b64encode(box).decode(),
        "dek": b64encode(SUITE.encrypt(bytes(unlocked.dek), private.public_key(), _info(file_id, slot_id))).decode(),
    }


def _public(dek: bytes | bytearray, file_id: str, slot_id: str, public: X25519PublicKey) -> dict[str, str]:
    """A slot's public key, authenticated by the file's key: a planted one must never be given the next key."""
    raw = public.public_bytes_raw()
    said = canonical([file_id, slot_id, raw.hex()])
    mac = hmac.new(_hkdf(bytes(dek), b"vpr-slot-pub-v1"), said, "sha256").hexdigest()
    return {"pub": b64encode(raw).decode(), "pub_mac": mac}


def resealed(document: dict[str, Any], unlocked: Unlocked, fresh: bytes | bytearray) -> dict[str, Any]:
    """The key file with the new key sealed to everybody in it. Raises FileDamaged where a public key is not ours."""
    file_id = str(document["file_id"])
    slots = [_reseal(slot, _id_of(slot), file_id, unlocked.dek, fresh) for slot in document["slots"]]
    recovery = document["recovery"] and _reseal(document["recovery"], "recovery", file_id, unlocked.dek, fresh)
    return {**document, "slots": slots, "recovery": recovery}


def _id_of(slot: Any) -> str:
    try:
        return str(slot["header"]["id"])
    except (KeyError, TypeError) as error:
        raise FileDamaged(NOT_OURS) from error


def _reseal(
    held: dict[str, Any], slot_id: str, file_id: str, dek: bytes | bytearray, fresh: bytes | bytearray
) -> dict[str, Any]:
    try:
        public = X25519PublicKey.from_public_bytes(b64decode(held["pub"]))
        ours = hmac.compare_digest(_public(dek, file_id, slot_id, public)["pub_mac"], held["pub_mac"])
    except (KeyError, ValueError, TypeError) as error:
        raise FileDamaged(NOT_OURS) from error
    if not ours:
        raise FileDamaged(NOT_OURS)
    sealed = SUITE.encrypt(bytes(fresh), public, _info(file_id, slot_id))
    return {**held, **_public(fresh, file_id, slot_id, public), "dek": b64encode(sealed).decode()}


def disable(home: Path, user_id: str) -> None:
    """Drops a user's slot. The last one stays, so that the file can always be opened: NotAllowed."""
    document = slot_file.read(home)
    left = [s for s in slot_file.slots(document) if s["user_id"] != user_id and not s.get("disabled")]
    if not left:
        raise NotAllowed("This is the last person who can open this PC. Add somebody else first.")
    held = slot_file.slot_of(document, user_id)
    document["slots"] = [s for s in document["slots"] if s is not held]
    slot_file.write(home, document)


def draw_recovery_code() -> str:
    """A paper code of 160 bits that opens nothing yet."""
    number = int.from_bytes(secrets.token_bytes(20), "big")
    letters = "".join(CROCKFORD[number >> 5 * (CODE_LENGTH - 1 - i) & 31] for i in range(CODE_LENGTH))
    letters += _check_letter(letters)
    return "-".join(letters[i : i + 5] for i in range(0, len(letters), 5))


def set_recovery_code(home: Path, unlocked: Unlocked, code: str) -> str:
    """Lets a drawn code open the file; the one before stops working. Returns the code. ValueError where it is none."""
    document = slot_file.read(home)
    public = _recovery_key(_code_bytes(code), str(document["file_id"])).public_key()
    sealed = SUITE.encrypt(bytes(unlocked.dek), public, _info(str(document["file_id"]), "recovery"))
    document["recovery"] = {
        "v": 1,
        **_public(unlocked.dek, str(document["file_id"]), "recovery", public),
        "dek": b64encode(sealed).decode(),
    }
    slot_file.write(home, document)
    return code


def _code_bytes(code: str) -> bytes:
    letters = normal_slip_code(code)
    if len(letters) != CODE_LENGTH + 1 or letters[-1] != _check_letter(letters[:-1]):
        raise ValueError("no recovery code")
    number = 0
    for letter in letters[:-1]:
        number = number << 5 | CROCKFORD.index(letter)
    return number.to_bytes(20, "big")


def _check_letter(letters: str) -> str:
    return CROCKFORD[sum((i + 1) * CROCKFORD.index(c) for i, c in enumerate(letters)) % 31]


def _recovery_key(raw: bytes, file_id: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(_hkdf(raw, b"vpr-recovery-v1" + file_id.encode()))


def has_recovery(home: Path) -> bool:
    """Whether a recovery code was made for this file."""
    return slot_file.read(home)["recovery"] is not None


def unlock_by_recovery(home: Path, code: str, monotonic: float) -> Unlocked:
    """Opens the file by its paper code; spaces, case and look-alike letters do not matter."""
    attempts.begin(home, attempts.RECOVERY, monotonic)
    document = slot_file.read(home)
    recovery = document["recovery"]
    try:
        if recovery is None:
            raise InvalidTag
        private = _recovery_key(_code_bytes(code), str(document["file_id"]))
        dek = SUITE.decrypt(b64decode(recovery["dek"]), private, _info(str(document["file_id"]), "recovery"))
    except (KeyError, TypeError) as error:
        raise SlotDamaged() from error
    except (InvalidTag, ValueError):
        wait = attempts.waits(home, attempts.RECOVERY, monotonic)
        raise WrongPassphrase(wait) from None
    attempts.forget(home, attempts.RECOVERY)
    return Unlocked(str(document["file_id"]), "", bytearray(dek))


def anchor_key(dek: bytes | bytearray) -> bytes:
    """The key under which the anchor is authenticated."""
    return _hkdf(bytes(dek), b"vpr-anchor")


def seal(dek: bytes | bytearray, file_id: str, data: bytes) -> bytes:
    """Encrypts what is copied out of the file, under a key of its own that whoever opens the file can make."""
    nonce = os.urandom(12)
    return SEALED + nonce + AESGCM(_hkdf(bytes(dek), b"vpr-rescue-v1")).encrypt(nonce, data, SEALED + file_id.encode())


def unseal(dek: bytes | bytearray, file_id: str, data: bytes) -> bytes:
    """Decrypts what `seal` made. Raises FileDamaged for anything else."""
    head, nonce, box = data[: len(SEALED)], data[len(SEALED) : len(SEALED) + 12], data[len(SEALED) + 12 :]
    try:
        return AESGCM(_hkdf(bytes(dek), b"vpr-rescue-v1")).decrypt(nonce, box, head + file_id.encode())
    except (InvalidTag, ValueError) as error:
        raise FileDamaged("This sealed file is damaged or belongs to another PC.") from error
