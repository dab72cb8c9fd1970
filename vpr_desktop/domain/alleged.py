"""The person alleged to have done it: fields F40 to F45. Allegation, not finding; seen on need only."""

from __future__ import annotations

from vpr_desktop.domain import choices as c
from vpr_desktop.domain import choices_people as people
from vpr_desktop.domain.fields import number, one_of, text
from vpr_desktop.domain.identifiers import nhs_number_problem
from vpr_desktop.domain.part import Part

SECTION = "The person who did it (alleged)"


class Alleged(Part, table=True):
    """One person alleged to have done it."""

    __tablename__ = "alleged"

    perp_key: str | None = text("Key", section=SECTION, block="alleged_name", longest=80)
    perp_name: str | None = text("Name (alleged)", section=SECTION, block="alleged_name", longest=120)
    nhs_number: str | None = text(
        "NHS number", section=SECTION, block="alleged_name", longest=12, check=nhs_number_problem, listed=True
    )
    perp_age_band: str | None = one_of("Age band", people.AGE, section=SECTION, block="alleged_rest")
    perp_sex: str | None = one_of("Sex", people.GEN, section=SECTION, block="alleged_rest")
    mha_status: str | None = one_of("Legal status", people.MHA, section=SECTION, block="alleged_rest")
    dols: str | None = one_of("Deprivation of liberty safeguards?", c.YNU, section=SECTION, block="alleged_rest")
    capacity_in_doubt: str | None = one_of("Capacity in doubt?", c.YNU, section=SECTION, block="alleged_rest")
    repeat_in_90d: int | None = number(
        "Earlier events in 90 days", section=SECTION, block="alleged_rest", most=1000, app=True
    )
    description_if_unknown: str | None = text("Description, if not known", section=SECTION, block="narrative", lines=3)
