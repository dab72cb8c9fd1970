"""Who can change who leads a case, in words: it stands on the plan of everybody who cannot simply do it there."""

from __future__ import annotations

from vpr_desktop.services.support_views import PlanView
from vpr_desktop.ui.words import say


def who_can(plan: PlanView) -> str:
    """What to do where a case should have another lead; empty where a button of the plan does it, or it is closed."""
    if plan.closed_on is not None or plan.self_care:
        return ""
    alone = plan.other_leads == 0
    if "pass_on" in plan.acts:
        words = say(
            "Nobody else here can lead this case. If you must not lead it or will be away, pass it on to any support"
            " lead all the same, and ask the ward manager to add one under Settings."
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
    if plan.is_led and alone:
        return say(
            "Only {name} passes this case on, and nobody else here can lead it: add a support lead under Settings."
            " Until then you can record and assign its steps. If {name} has left, end their access there, then name"
            " another here.",
            name=plan.lead_name,
        )
    if plan.is_led:
        return say(
            "Only {name} passes this case on. Until then you can record and assign its steps. If {name} has left, end"
            " their access under Settings, then name another here.",
            name=plan.lead_name,
        )
    if not alone:
        return ""
    if plan.may_name_lead:
        return say("Nobody here can lead this case. Add a support lead under Settings, then name them here.")
    return say("Nobody here can lead this case. Add a support lead under Settings: they take it themselves.")
