"""Every page by name: the file and class that make it, loaded when first opened, and its place in the rail."""

from __future__ import annotations

PAGES = {
    "home": ("home_page", "HomePage"),
    "log": ("quick_log_page", "QuickLogPage"),
    "incidents": ("incidents_page", "IncidentsPage"),
    "worklist": ("worklist_page", "WorklistPage"),
    "plan": ("plan_page", "PlanPage"),
    "record": ("record_page", "RecordPage"),
    "task": ("task_page", "TaskPage"),
    "close": ("close_page", "ClosePage"),
    "riddor": ("riddor_page", "RiddorPage"),
    "sanctions": ("sanctions_page", "SanctionsPage"),
    "handover": ("handover_page", "HandoverPage"),
    "print": ("print_page", "PrintPage"),
    "data": ("data_page", "DataPage"),
    "audit": ("audit_page", "AuditPage"),
    "settings": ("settings_page", "SettingsPage"),
    "handbook": ("handbook_page", "HandbookPage"),
}
# What a person must be allowed to do for a page to open at all; what it shows is for the services to say.
NEEDS = {
    "log": "log",
    "incidents": "list",
    "record": "open",
    "task": "open",
    "close": "open",
    "riddor": "open",
    "sanctions": "sanctions",
    "handover": "handover",
    "worklist": "support",
    "audit": "read_audit",
}
ICONS_ONLY = frozenset({"log"})
PLACE_OF = {
    "plan": "worklist",
    "record": "incidents",
    "task": "incidents",
    "close": "incidents",
    "riddor": "incidents",
    "sanctions": "incidents",
    "print": "incidents",
    "handover": "home",
    "audit": "data",
    "handbook": "settings",
}
