"""The sentences of the practice data: roles instead of names, and nothing that ever happened."""

from __future__ import annotations

import random
from collections.abc import Sequence

WHO = {"PAT": "A patient", "REL": "A visitor", "PUB": "A member of the public", "STA": "A colleague", "UNK": "Somebody"}
WHERE = {
    "BAY": "in the bay", "SID": "in a side room", "COR": "in the corridor", "STN": "at the nurses' station",
    "DAY": "in the day room", "BTH": "in the bathroom", "REC": "at the entrance", "REM": "on the phone",
}  # fmt: skip
DEEDS = {
    "PHY": (
        "hit out while being helped to wash", "grabbed the nurse's wrist and would not let go",
        "kicked the healthcare assistant during a dressing change", "pushed the nurse against the door",
        "scratched the nurse's arm when medicine was offered", "threw a cup which struck the nurse",
    ),
    "THR": (
        "said they would wait outside after the shift", "raised a fist and came close to the nurse",
        "threatened to find out where staff live",
    ),
    "VER": (
        "shouted and swore at the team about the wait", "called the nurse insulting names in front of others",
        "shouted about visiting times",
    ),
    "HAT": ("used racist words towards the nurse", "refused care because of the nurse's background"),
    "SEX": ("touched the nurse without consent during observations",),
    "DAM": ("broke the drip stand and a chair", "kicked in the door of the linen room"),
    "ONL": ("rang four times and abused whoever answered", "posted a photo of the team with insulting words"),
    "WEA": ("held a broken mug towards the nurse",),
}  # fmt: skip
THEN = (
    "A second nurse came and talked calmly until it was quiet.", "The alarm was pressed and security came.",
    "The nurse stepped away and the patient was given space.", "The nurse in charge took over.",
    "The visitor was asked to leave and did.",
)  # fmt: skip
AFTER = {
    "MIN": "There is a bruise.", "TRE": "The arm was dressed in the emergency department.",
    "SER": "The wrist may be broken.", "UPS": "The nurse was shaken and took a break.",
}  # fmt: skip
CHANGES = (
    "The care plan now says to offer medicine after the meal, and two staff go together.",
    "Visiting times are on the door and in the letter. The visitor has had a first warning.",
    "A quiet room is kept free between 16:00 and 20:00.", "The alarm by bay 3 was moved to where it can be reached.",
    "The alert is on the record, and the handover sheet carries it.",
)  # fmt: skip


def describe(acts: Sequence[str], who: str, place: str, effect: str, chance: random.Random) -> str:
    """What happened, in two to four sentences."""
    deed = chance.choice(DEEDS[next(act for act in DEEDS if act in acts)])
    words = [f"{WHO[who]} {deed} {WHERE[place]}." if place != "REM" else f"{WHO[who]} {deed}.", chance.choice(THEN)]
    if effect in AFTER:
        words.append(AFTER[effect])
    return " ".join(words)


def outcome(acts: Sequence[str], chance: random.Random) -> str:
    """What changed."""
    return CHANGES[1] if "VER" in acts and chance.random() < 0.3 else chance.choice(CHANGES)
