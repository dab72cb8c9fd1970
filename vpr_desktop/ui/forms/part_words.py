"""What the parts of a report are called in its forms."""

from __future__ import annotations

# Parts that a task may add to, with the words of the button.
ADDABLE = {
    "injury": "Add an injury",
    "spell": "Add time off or other duties",
    "alleged": "Add who did it (alleged)",
    "restrictive": "Add a physical intervention",
    "gap": "Add days between times off",
    "sanction": "Add a warning or sanction",
    "feedback": "Add an answer given",
    "notice": "Add who was told, and when",
}
# The title of a part's own card, behind the person it is about.
TITLES = {
    "injury": "Injury",
    "spell": "Time off or other duties",
    "alleged": "Who did it (alleged)",
    "restrictive": "Physical intervention",
    "gap": "Days between times off",
    "sanction": "Warning or sanction",
    "feedback": "Answer given",
    "notice": "Who was told",
}
