"""Who can change who leads a case, in words: it stands on the plan of everybody who cannot simply do it there."""

from __future__ import annotations

from vpr_desktop.services.support import PlanView
from vpr_desktop.ui.words import say


def who_can(plan: PlanView) -> str:
    """What to do where a case should have another lead; empty where a button of the plan does it, or it is closed."""
    if plan.closed_on is not None or plan.self_care:
        return ""
    alone = plan.other_leads == 0
    if "pass_on" in plan.acts:
        words = say(
            "Nobody else on this ward can lead this case. If you must not lead it or will be away, pass it on to any"
            " support lead all the same, and ask the ward manager to add one under Settings, People on this PC."
        )
        return words if alone else ""
    if "name_lead" in plan.acts:
        return _to_manager(plan, alone)
    if "take" in plan.acts:
        if not plan.is_led:
            return ""
        return say("Only {name} passes this case on. If they left, the manager names another.", name=plan.lead_name)
    return say("The ward manager names who leads a case, and the support lead passes it on. Ask the ward manager.")


def _to_manager(plan: PlanView, alone: bool) -> str:
    add = say("Add a support lead under Settings, People on this PC")
    if plan.is_led:
        words = say(
            "Only {name} passes this case on, at any PC of the ward. Until then you can record its steps and assign"
            " them. If {name} has left, end their access under Settings, then name another here.",
            name=plan.lead_name,
        )
        return say("{words} Nobody else here can lead it. {add}.", words=words, add=add) if alone else words
    if not alone:
        return ""
    if plan.may_name_lead:
        return say("Nobody on this ward can lead this case. {add}, then name them here.", add=add)
    return say("Nobody on this ward can lead this case. {add}: they take it themselves.", add=add)
