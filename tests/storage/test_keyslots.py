"""Key slots, recovery code and the slowing down of wrong tries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import FAST
from tests.factories import PASSPHRASE
from vpr_desktop.domain.errors import FileDamaged, NotAllowed, SlotDamaged, WeakPassphrase, WrongPassphrase
from vpr_desktop.storage import attempts, keyslots, slot_file
from vpr_desktop.storage.keyslots import KdfPolicy, Unlocked


@pytest.fixture
def opened(tmp_path: Path) -> Unlocked:
    made = keyslots.create(tmp_path)
    keyslots.set_passphrase(tmp_path, made, "a", "A. Manager", PASSPHRASE, FAST)
    return made


def test_the_passphrase_gives_the_key_and_nothing_else_does(tmp_path: Path, opened: Unlocked) -> None:
    assert keyslots.unlock(tmp_path, "a", PASSPHRASE, 0, FAST).dek == opened.dek
    with pytest.raises(WrongPassphrase) as wrong:
        keyslots.unlock(tmp_path, "a", PASSPHRASE + "x", 0, FAST)
    with pytest.raises(WrongPassphrase) as unknown:
        keyslots.unlock(tmp_path, "nobody", PASSPHRASE, 0, FAST)
    assert str(wrong.value) == str(unknown.value)


def test_two_people_open_the_same_file_and_one_can_be_ended(tmp_path: Path, opened: Unlocked) -> None:
    keyslots.set_passphrase(tmp_path, opened, "b", "B. Lead", "seven green boats sail", FAST)
    assert keyslots.unlock(tmp_path, "b", "seven green boats sail", 0, FAST).dek == opened.dek
    keyslots.disable(tmp_path, "b")
    with pytest.raises(WrongPassphrase):
        keyslots.unlock(tmp_path, "b", "seven green boats sail", 0, FAST)
    with pytest.raises(NotAllowed):
        keyslots.disable(tmp_path, "a")


def test_the_recovery_code_opens_however_it_is_typed(tmp_path: Path, opened: Unlocked) -> None:
    code = keyslots.set_recovery_code(tmp_path, opened, keyslots.draw_recovery_code())
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("1", "l").replace("0", "O")):
        assert keyslots.unlock_by_recovery(tmp_path, typed, 0).dek == opened.dek
    newer = keyslots.set_recovery_code(tmp_path, opened, keyslots.draw_recovery_code())
    with pytest.raises(WrongPassphrase):
        keyslots.unlock_by_recovery(tmp_path, code, 0)
    assert keyslots.unlock_by_recovery(tmp_path, newer, 0).dek == opened.dek


def test_any_changed_letter_of_the_recovery_code_is_refused(tmp_path: Path, opened: Unlocked) -> None:
    code = keyslots.set_recovery_code(tmp_path, opened, keyslots.draw_recovery_code())
    for i in range(0, len(code), 7):
        if code[i] != "-":
            altered = code[:i] + ("X" if code[i] != "X" else "Y") + code[i + 1 :]
            with pytest.raises(WrongPassphrase):
                keyslots.unlock_by_recovery(tmp_path, altered, i * 10_000)


def test_numbers_of_the_key_derivation_are_bounded_when_read(tmp_path: Path, opened: Unlocked) -> None:
    assert opened.dek
    document = slot_file.read(tmp_path)
    for change in ({"m": 8}, {"m": 2**40}, {"t": 0}, {"t": 10**9}, {"p": 4}, {"m": "64"}, {"name": "pbkdf2"}):
        slot = json.loads(json.dumps(document["slots"][0]))
        slot["header"]["kdf"] |= change
        slot_file.write(tmp_path, {**document, "slots": [slot]})
        with pytest.raises(FileDamaged):
            keyslots.unlock(tmp_path, "a", PASSPHRASE, 0, FAST)
        attempts.forget(tmp_path, "a")


BROKEN = [
    *({key: None} for key in ("header", "nonce", "box", "dek")), {"header": {}}, {"header": {"kdf": {}, "id": 7}},
    {"header": []}, {"nonce": "%"}, {"nonce": ""}, {"box": 7}, {"dek": "AAAA"}, {"dek": {}}, {"name": 9, "header": "x"},
]  # fmt: skip


@pytest.mark.parametrize("change", BROKEN, ids=str)
def test_a_damaged_slot_whose_checksum_is_right_is_said_and_harms_no_other(
    tmp_path: Path, opened: Unlocked, change: dict[str, object]
) -> None:
    keyslots.set_passphrase(tmp_path, opened, "b", "B. Lead", "seven green boats sail", FAST)
    code = keyslots.set_recovery_code(tmp_path, opened, keyslots.draw_recovery_code())
    document = slot_file.read(tmp_path)
    mine, other = document["slots"]
    slot_file.write(tmp_path, {**document, "slots": [{**mine, **change}, other]})
    with pytest.raises(SlotDamaged, match="recovery code"):
        keyslots.unlock(tmp_path, "a", PASSPHRASE, 0, FAST)
    assert [one.user_id for one in keyslots.users(tmp_path)] == ["a", "b"]
    assert keyslots.unlock(tmp_path, "b", "seven green boats sail", 0, FAST).dek == opened.dek
    by_code = keyslots.unlock_by_recovery(tmp_path, code, 0)
    assert by_code.dek == opened.dek
    keyslots.set_passphrase(tmp_path, by_code, "a", "A. Manager", "a new start with words", FAST)
    assert keyslots.unlock(tmp_path, "a", "a new start with words", 0, FAST).dek == opened.dek


@pytest.mark.parametrize("slot", [7, "text", [], {}, {"user_id": 5}], ids=str)
def test_what_is_no_slot_is_nobodys(tmp_path: Path, opened: Unlocked, slot: object) -> None:
    document = slot_file.read(tmp_path)
    slot_file.write(tmp_path, {**document, "slots": [slot, *document["slots"]]})
    assert [one.user_id for one in keyslots.users(tmp_path)] == ["a"]
    assert keyslots.unlock(tmp_path, "a", PASSPHRASE, 0, FAST).dek == opened.dek
    with pytest.raises(WrongPassphrase):
        keyslots.unlock(tmp_path, "5", PASSPHRASE, 0, FAST)
    with pytest.raises(NotAllowed):
        keyslots.disable(tmp_path, "a")
    keyslots.set_passphrase(tmp_path, opened, "b", "B. Lead", "seven green boats sail", FAST)
    keyslots.disable(tmp_path, "a")
    assert [one.user_id for one in keyslots.users(tmp_path)] == ["b"]
    with pytest.raises(FileDamaged, match="a key that this PC did not make"):
        keyslots.resealed(slot_file.read(tmp_path), opened, b"k" * 32)


@pytest.mark.parametrize("recovery", [{}, {"dek": 7}], ids=str)
def test_a_damaged_recovery_slot_is_said(tmp_path: Path, opened: Unlocked, recovery: object) -> None:
    code = keyslots.set_recovery_code(tmp_path, opened, keyslots.draw_recovery_code())
    slot_file.write(tmp_path, {**slot_file.read(tmp_path), "recovery": recovery})
    with pytest.raises(SlotDamaged):
        keyslots.unlock_by_recovery(tmp_path, code, 0)


@pytest.mark.parametrize(
    "change",
    [{"slots": {}}, {"slots": None}, {"recovery": 7}, {"attempts": []}, {"file_id": 7}, {"generation": "9"}],
    ids=str,
)
def test_a_copy_that_is_no_key_file_gives_way_to_the_other(
    tmp_path: Path, opened: Unlocked, change: dict[str, object]
) -> None:
    document = slot_file.read(tmp_path)
    for name, other in (slot_file.NAMES, slot_file.NAMES[::-1]):
        newer = {**document, "generation": document["generation"] + 1, **change}
        (tmp_path / name).write_bytes(slot_file.bytes_of(newer))
        (tmp_path / other).write_bytes(slot_file.bytes_of(document))
        assert keyslots.unlock(tmp_path, "a", PASSPHRASE, 0, FAST).dek == opened.dek
    for name in slot_file.NAMES:
        (tmp_path / name).write_bytes(slot_file.bytes_of({**document, **change}))
    with pytest.raises(FileDamaged):
        keyslots.unlock(tmp_path, "a", PASSPHRASE, 0, FAST)


def test_a_changed_header_is_refused_by_the_seal(tmp_path: Path, opened: Unlocked) -> None:
    keyslots.set_passphrase(tmp_path, opened, "b", "B. Lead", PASSPHRASE, FAST)
    document = slot_file.read(tmp_path)
    document["slots"][0]["header"]["user_id"] = "b"
    slot_file.write(tmp_path, document)
    with pytest.raises(WrongPassphrase):
        keyslots.unlock(tmp_path, "a", PASSPHRASE, 0, FAST)


def test_either_copy_alone_opens_and_damage_to_both_is_said(tmp_path: Path, opened: Unlocked) -> None:
    for name in slot_file.NAMES:
        kept = (tmp_path / name).read_bytes()
        for damage in (b"", kept[:40], kept.replace(b"0", b"1"), b"[" * 10_000, b"\xff" * 100):
            (tmp_path / name).write_bytes(damage)
            assert keyslots.unlock(tmp_path, "a", PASSPHRASE, 0, FAST).dek == opened.dek
            (tmp_path / name).write_bytes(kept)
    for name in slot_file.NAMES:
        (tmp_path / name).write_bytes(b"gone")
    with pytest.raises(FileDamaged):
        keyslots.unlock(tmp_path, "a", PASSPHRASE, 0, FAST)


def test_a_flipped_byte_anywhere_is_found_or_without_effect(tmp_path: Path, opened: Unlocked) -> None:
    path = tmp_path / slot_file.NAMES[0]
    kept = path.read_bytes()
    (tmp_path / slot_file.NAMES[1]).unlink()
    for offset in range(0, len(kept), 17):
        path.write_bytes(kept[:offset] + bytes([kept[offset] ^ 4]) + kept[offset + 1 :])
        with pytest.raises((FileDamaged, WrongPassphrase)):
            keyslots.unlock(tmp_path, "a", PASSPHRASE, 0, FAST)
    path.write_bytes(kept)
    assert keyslots.unlock(tmp_path, "a", PASSPHRASE, 0, FAST).dek == opened.dek


@pytest.mark.parametrize("weak", ["short", "passwordpassword", "aaaaaaaaaaaaaaa", "Password123456", "abcdefghijklmnop"])
def test_a_passphrase_that_is_easy_to_guess_is_refused(tmp_path: Path, opened: Unlocked, weak: str) -> None:
    with pytest.raises(WeakPassphrase):
        keyslots.set_passphrase(tmp_path, opened, "b", "B. Lead", weak, FAST)


def wrong(home: Path, at: float) -> int:
    with pytest.raises(WrongPassphrase) as refused:
        keyslots.unlock(home, "a", "not the one at all", at, FAST)
    return refused.value.wait_seconds


def test_waits_grow_and_the_right_one_ends_them(tmp_path: Path, opened: Unlocked) -> None:
    assert opened.dek
    now, waits = 0.0, []
    for _ in range(11):
        waits.append(wrong(tmp_path, now))
        now += waits[-1] + 1
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 900, 900]
    keyslots.unlock(tmp_path, "a", PASSPHRASE, now, FAST)
    assert wrong(tmp_path, now) == 0


def test_i20_a_restart_or_an_old_key_file_gains_nothing(tmp_path: Path, opened: Unlocked) -> None:
    """The count survives; the wait runs again whole; the mirror holds where the key file was put back."""
    assert opened.dek
    fresh = {name: (tmp_path / name).read_bytes() for name in slot_file.NAMES}
    for i in range(6):
        wrong(tmp_path, i * 1000.0)
    attempts._WAITS.clear()  # what a restart forgets
    for name, content in fresh.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(WrongPassphrase) as refused:
        keyslots.unlock(tmp_path, "a", PASSPHRASE, 0.0, FAST)
    assert refused.value.wait_seconds == 2


def test_i20_at_most_sixty_tries_an_hour(tmp_path: Path, opened: Unlocked) -> None:
    assert opened.dek
    tried, now = 0, 0.0
    while now < 3600:
        with pytest.raises(WrongPassphrase) as refused:
            keyslots.unlock(tmp_path, "a", "not the one at all", now, FAST)
        tried += 1
        now += max(1, refused.value.wait_seconds)
    assert tried <= 60


def test_the_real_numbers_are_not_below_the_floor() -> None:
    assert KdfPolicy().memory_kib >= 64 * 1024
    assert KdfPolicy().floor_kib == 64 * 1024
    assert KdfPolicy().passes >= 3


def test_without_a_recovery_code_none_opens_the_file(tmp_path: Path, opened: Unlocked) -> None:
    assert opened.dek
    assert not keyslots.has_recovery(tmp_path)
    with pytest.raises(WrongPassphrase):
        keyslots.unlock_by_recovery(tmp_path, keyslots.draw_recovery_code(), 0)


def test_a_slot_that_was_switched_off_answers_like_a_wrong_passphrase(tmp_path: Path, opened: Unlocked) -> None:
    assert opened.dek
    document = slot_file.read(tmp_path)
    slot_file.write(tmp_path, {**document, "slots": [{**document["slots"][0], "disabled": True}]})
    assert [one.disabled for one in keyslots.users(tmp_path)] == [True]
    with pytest.raises(WrongPassphrase):
        keyslots.unlock(tmp_path, "a", PASSPHRASE, 0, FAST)
