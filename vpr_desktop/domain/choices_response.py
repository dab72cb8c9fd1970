"""Code lists about the response: restraint, alarms, police, warnings, notices, and support recordings."""

from __future__ import annotations

from vpr_desktop.domain.choices import listed

REST = listed(
    "REST",
    "Restrictive intervention",
    """01 Physical restraint - prone
    04 Mechanical restraint
    05 Seclusion
    06 Segregation
    07 Physical - standing
    08 Physical - restrictive escort
    09 Physical - supine
    10 Physical - side
    11 Physical - seated
    12 Physical - kneeling
    13 Physical - other
    14 Chemical - injection (rapid tranquillisation)
    15 Chemical - injection (not rapid tranquillisation)
    16 Chemical - oral
    17 Chemical - other""",
    source="MHSDS restrictive intervention type",
)
ALARM = listed(
    "ALARM",
    "Alarm",
    """NAV None available
    NOT Not used
    PER Personal alarm
    WAL Wall alarm
    RAD 2222 or radio
    FAI Failed
    NK Not known""",
)
SEC = listed(
    "SEC",
    "Security",
    "NOT Not needed\nCAL Called\nATT Attended\nPRE Present already\nUNA Not available\nNK Not known",
)
BWV = listed("BWV", "Body-worn video", "NON None on ward\nOFF Worn, not on\nREC Recording\nFAI Failed\nNK Not known")
CCTV = listed("CCTV", "CCTV", "NON None\nCOV Covered\nREQ Requested\nSEC Secured\nNK Not known")
POL = listed(
    "POL",
    "Police",
    """NO Not reported
    WISH Not reported, the person's wish
    999 Called during the incident
    101 Reported later
    INV Under investigation
    NFA No further action
    RJ Out-of-court or community resolution
    CHG Charged
    CON Convicted
    ACQ Acquitted""",
)
YNUN = listed("YNUN", "Yes, no or undecided", "Y Yes\nN No\nU Undecided")
SANC = listed(
    "SANC",
    "Warning or sanction",
    """V Verbal warning
    A Behaviour agreement
    Y Written warning
    R Exclusion or treatment withheld
    M Marker on record
    C Court order
    N None""",
)
NOTI = listed(
    "NOTI",
    "Told",
    """MAT Matron or on-call manager
    SEC Security lead
    VPR VPR lead
    HS Health and safety
    OH Occupational health
    SAF Safeguarding
    TU Union rep, with consent
    CHA Chaplaincy
    NON Nobody yet""",
)
OUTCOME = listed(
    "OUTCOME",
    "Outcome of a step",
    """OFF Offered, no answer
    ACC Accepted
    DON Done
    DEC Declined
    DEL Declined for now, ask later
    NRE Not reached
    NAP Not applicable
    NPO Not possible
    REF Referred
    DNA Referred, not attended
    ADD Added by a change of facts""",
)
PLAN_CLOSED = listed(
    "PLAN_CLOSED",
    "Why a plan is closed",
    """AGR Agreed with the person
    WSH At the person's wish
    LFT The person left the trust
    NRE The person could not be reached
    NAP Not needed: a patient or visitor""",
)
CHANNEL = listed(
    "CHANNEL",
    "How",
    "FTF In person\nPHO Phone\nTXT Text message\nEMA E-mail\nLET Letter\nOTH Other\nNS Not stated",
)
CONTACT_KIND = listed(
    "CONTACT_KIND",
    "Contact",
    """MAN Manager on call
    OH Occupational health
    PEER Peer support
    UNI Union rep
    CHA Chaplaincy
    FTSU Freedom to Speak Up guardian
    NAT National line
    OTH Other""",
)
USER_ROLE = listed(
    "USER_ROLE",
    "Role",
    """reporter Reporter
    ward_manager Ward manager
    support_lead Support lead
    vpr_lead Trust VPR lead
    auditor Auditor
    device_admin Device administrator""",
)
