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
