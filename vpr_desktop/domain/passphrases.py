"""What makes a passphrase good enough, in words. Pure; keeps and logs nothing."""

from __future__ import annotations

SHORTEST = 12
COMMON_PARTS = (
    "password", "passw0rd", "letmein", "qwerty", "welcome", "iloveyou", "admin", "abc123", "123456", "hospital",
    "nhs", "ward", "nurse", "football", "liverpool", "monkey", "dragon", "sunshine", "princess", "summer", "winter",
    "spring", "autumn", "january", "december", "november", "changeme", "secret", "trustno1",
    "correct horse battery staple",
)  # fmt: skip


def passphrase_problem(text: str) -> str | None:
    """A sentence where a passphrase is too easy to guess."""
    if len(text) > 1024:
        return "Choose a passphrase of at most 1,024 characters."
    if len(text) < SHORTEST and not (len(text.split()) >= 3 and len(text) >= 10):
        return "Choose at least 12 characters, or three words."
    if strength(text) == "Weak":
        return "That one is easy to guess. Choose three or more words that do not belong together."
    return None


def strength(text: str) -> str:
    """How good a passphrase is, in a word: Too short, Weak, Good or Strong."""
    if len(text) < SHORTEST and len(text.split()) < 3:
        return "Too short"
    if len(_rest(text)) < 8 or len(set(text.lower())) < 6 or _runs(text) > len(text) // 2:
        return "Weak"
    return "Strong" if len(text) >= 20 and len(set(text.lower())) >= 10 else "Good"


def _rest(text: str) -> str:
    """What is left once the commonest words are taken out and repeats are counted once."""
    left = text.lower()
    for common in COMMON_PARTS:
        left = left.replace(common, "")
    return "".join(character for i, character in enumerate(left) if i == 0 or character != left[i - 1])


def _runs(text: str) -> int:
    """How many characters follow the one before in the alphabet, the digits, or repeat it."""
    return sum(1 for a, b in zip(text.lower(), text.lower()[1:], strict=False) if ord(b) - ord(a) in (0, 1, -1))
