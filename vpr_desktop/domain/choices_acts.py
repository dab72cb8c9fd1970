"""Code lists about the event: what was done, by whom, where, with what, and what was going on."""

from __future__ import annotations

from vpr_desktop.domain.choices import Code, CodeList, listed

ACT = listed(
    "ACT",
    "What happened",
    """PHY Physical contact
    PHY01 Hit, punch, slap or kick
    PHY02 Push, grab, pull or hair pull
    PHY03 Bite
    PHY04 Scratch or pinch
    PHY05 Spat at or bodily fluid used
    PHY06 Neck hold, strangling or airway pressure
    PHY07 Object thrown or used as weapon
    PHY08 Attack with a weapon
    PHY09 Head-butt
    PHY98 Attempted contact, not made
    PHY99 Other physical
    THR Threat
    THR01 Verbal threat of harm
    THR02 Threat to kill
    THR03 Threatening gesture, blocking or intimidation
    THR04 Threat to family or home
    THR05 Following or stalking
    VER Verbal abuse
    VER01 Swearing or shouting at a person
    VER02 Insulting or degrading words
    VER03 Discriminatory words
    VER04 Malicious allegation
    SEX Sexual
    SEX01 Sexual assault (touching or more)
    SEX02 Indecent exposure
    SEX03 Sexual remarks, gestures or requests
    SEX04 Sexual images or messages
    HAT Racist or other hate
    WEA Weapon or object
    DAM Damage to property
    DAM01 Damage to property aimed at staff
    ONL By phone or online
    ONL01 Abuse by phone or message
    ONL02 Abuse on social media
    ONL03 Filming or sharing of staff without consent
    OTH Something else
    HST01 Prevented from leaving
    OTH99 Other""",
)
ACT_CLASSES = ("PHY", "THR", "VER", "SEX", "HAT", "WEA", "DAM", "ONL", "OTH")
SHORT_ACT = {
    "PHY": "Physical", "THR": "Threat", "VER": "Verbal", "SEX": "Sexual", "HAT": "Hate",
    "WEA": "Weapon or object", "DAM": "Damage to property", "ONL": "Phone or online", "OTH": "Something else",
}  # fmt: skip


def act_class(code: str) -> str:
    """The class code of an act: PHY for PHY01, OTH for HST01."""
    return "OTH" if code.startswith(("HST", "OTH")) else code[:3]


MOT = listed(
    "MOT",
    "Reason, as the affected person sees it",
    """NONE None apparent
    RACE Race, ethnicity or nationality
    RELI Religion or belief
    SEXX Sex or misogyny
    ORIE Sexual orientation
    TRAN Gender reassignment or trans identity
    DISA Disability
    AGEE Age
    PREG Pregnancy or maternity
    OTHR Other
    UNKN Not known
    PNTS Prefer not to say""",
)
HATE_MOTIVES = frozenset({"RACE", "RELI", "ORIE", "TRAN", "DISA"})
BASIS = listed(
    "BASIS",
    "How that is known",
    "VIC Felt by the person affected\nWIT Felt by a witness\nWORD Words or symbols used\nOTH Other",
)
PERP = listed(
    "PERP",
    "Who did it (alleged)",
    """PAT Patient
    PAO Patient of another ward
    EXP Former patient
    REL Visitor or relative
    PUB Member of the public
    STA Member of staff
    COL Colleague
    MAN Manager
    CON Contractor or other worker
    OWN Own partner or family member
    UNK Not known
    PNTS Prefer not to say""",
)
INTENT = listed(
    "INTENT",
    "How it seemed",
    "DEL Seemed deliberate\nMIX Mixed or unclear\nNOT Seemed without intent\nUNK Not known",
)
LOC = listed(
    "LOC",
    "Where",
    """BAY Bay or bed space
    SID Side room
    COR Corridor
    STN Nurses' station
    DAY Day room
    BTH Bathroom or toilet
    TRT Treatment or clinic room
    MED Medicines room
    SEC Seclusion or low-stimulus room
    REC Reception or waiting area
    ENT Entrance or exit
    OFF Office
    STF Staff room
    GRD Garden or courtyard
    TRA In transfer or lift
    CAR Car park or grounds
    HOM Patient's home
    REM Phone or online
    PHO Phone
    WEB Online
    OTH Other
    UNK Not sure""",
)
WEAP = listed(
    "WEAP",
    "Weapon or object",
    """NO None
    FUR Furniture
    MED Medical equipment or sharps
    KNI Knife or blade
    BLU Blunt object
    LIQ Hot liquid or chemical
    FIR Firearm or replica
    BOD Bodily fluid
    FOO Food, drink or crockery
    OTH Other""",
)
WSRC = listed("WSRC", "Where it came from", "WARD From the ward\nBROU Brought in\nUNK Not known")

_FACTORS = {
    "The person's health": """C01 Dementia
        C02 Delirium
        C03 Head or brain injury
        C04 Learning disability
        C05 Autism
        C06 Mental health condition or acute distress
        C07 Alcohol intoxication
        C08 Drug intoxication
        C09 Alcohol or drug withdrawal
        C10 Pain not controlled
        C11 Infection, low oxygen, low sugar or other physical cause
        C12 After a seizure
        C13 Medicine effect or reaction
        C14 Hearing, sight or speech difficulty
        C15 Cancer or end-of-life distress
        C16 Trauma history""",
    "The situation": """S01 Waiting or delay
        S02 Request refused or limit set
        S03 Wish to leave or smoke
        S04 Personal care or procedure
        S05 Bad news or bereavement
        S06 Fear or anxiety
        S07 Language or understanding barrier
        S08 Visiting rules
        S09 Conflict with another patient
        S10 Move or transfer
        S11 Feeling not listened to""",
    "The surroundings": """E01 Noise, heat or crowding
        E02 Corridor or boarded care
        E03 Poor sight lines or blocked exit
        E04 Items usable as weapons""",
    "The organisation": """O01 Short staffing
        O02 Unfamiliar staff
        O03 No or old care plan
        O04 Alert not seen
        O05 Handover gap
        O06 Alarm or device failed
        O07 Security delay
        O08 Lone working""",
    "Other": "X99 Other\nX00 None known",
}


def _grouped(groups: dict[str, str]) -> tuple[Code, ...]:
    found = []
    for group, text in groups.items():
        found += [Code(code.code, code.label, group=group) for code in listed("", "", text)]
    return tuple(found)


FACT = CodeList("FACT", "Things in the situation", _grouped(_FACTORS))
SHORT_FACTORS = (
    "S01", "C10", "C06", "C02", "C07", "C08", "S02", "S07", "E01", "O01", "S08", "S11", "X00", "X99",
)  # fmt: skip
ACTY = listed(
    "ACTY",
    "What was being done",
    """CARE Personal care
    MEDS Giving medicines
    OBS Observations or close observation
    PROC Procedure or treatment
    FOOD Mealtime
    TALK Talking or explaining
    VISI Visiting or reception
    MOVE Moving or escorting
    REST Restrictive intervention
    ADMI Admission or discharge
    DESK Desk work
    PHON On the phone
    BREA On a break or travelling
    OTH Other
    NK Not known""",
)
IMM = listed(
    "IMM",
    "Action taken now",
    """DEE Verbal de-escalation
    AWA Moved away
    COL Helped by colleagues
    ALA Alarm raised
    SEC Security attended
    POL Police called
    FAI First aid
    MED Medical review of patient
    MCN Medication offered
    ONE One-to-one started
    MOV Patient moved
    VIS Visitor asked to leave
    REL Relieved from duty
    MAN Manager told
    EVI Scene or evidence kept
    OTH Other
    NON None possible""",
)
DEESC = listed(
    "DEESC",
    "What was tried",
    """TAL Talked calmly
    SPA Gave space
    NEE Met a need (pain, food, toilet, phone)
    STA Changed staff
    QUI Quiet area
    FAM Family called
    INT Interpreter
    ACT Activity or distraction
    PLA Plan followed
    NON None (why)""",
)
