"""Code lists about people: who was affected, their work, what it did to them, and who is alleged."""

from __future__ import annotations

from vpr_desktop.domain.choices import listed

AFF = listed(
    "AFF",
    "Who was affected",
    """ME Me
    ONE One colleague
    MANY More than one of us
    ELSE Someone else
    PNTS Prefer not to say""",
)
PKIND = listed("PKIND", "Kind of person", "STA Staff\nPAT Patient\nVIS Visitor or public\nUNK Not known")
ROLE = listed("ROLE", "Part in it", "AFF Directly affected\nWIT Witness\nRES Responder\nREP Reporter only")
EFF = listed(
    "EFF",
    "Most serious effect so far",
    """NON No harm
    UPS Upset or shaken
    MIN Minor injury
    TRE Needed treatment
    SER Serious injury
    NYK Not known yet""",
)
PHYS = listed(
    "PHYS",
    "Physical harm",
    "5 No physical harm\n4 Low\n3 Moderate\n2 Severe\n1 Fatal",
    source="LFPSE",
    official=True,
)
PSY = listed("PSY", "Psychological harm", "4 None\n3 Low\n2 Moderate\n1 Severe", source="LFPSE", official=True)
SOFF = listed("SOFF", "Support offered", "ACC Yes, taken up\nDEL Yes, not wanted for now\nNYT Not yet")
SG = listed(
    "SG",
    "Job group",
    """NMR Nurse or midwife
    ACS Healthcare assistant or other clinical support
    MED Doctor or dentist
    AHP Allied health professional
    APS Other scientist or technician
    HCS Healthcare scientist
    ADC Administration
    EAN Porter, domestic or estates
    SEC Security
    STU Student
    VOL Volunteer
    OTH Other
    NK Not known""",
)
BAND = listed(
    "BAND",
    "Band or grade",
    """1 Band 1
    2 Band 2
    3 Band 3
    4 Band 4
    5 Band 5
    6 Band 6
    7 Band 7
    8A Band 8A
    8B Band 8B
    8C Band 8C
    8D Band 8D
    9 Band 9
    VSM Very senior manager
    RES Resident doctor
    SAS SAS doctor
    CON Consultant
    AGE Agency grade
    STU Student
    VOL Volunteer
    NK Not known""",
)
EMP = listed(
    "EMP",
    "Employed as",
    """PER Permanent
    FIX Fixed term
    BAN Bank
    AGE Agency
    CON Contractor
    STU Student
    VOL Volunteer
    HON Honorary
    NK Not known""",
)
POST = listed(
    "POST",
    "Time in post",
    "L3M Under 3 months\nL1Y 3 to 12 months\nL5Y 1 to 5 years\nM5Y Over 5 years\nNK Not known",
)
DEV = listed("DEV", "Lone worker device", "NON None\nCAR Carried\nUSE Used\nFAI Failed\nNK Not known")
INJ = listed(
    "INJ",
    "Injury",
    """BRU Bruise or swelling
    CUT Cut or graze
    BIT Bite wound
    SPR Sprain or strain
    FRA Fracture
    FRD Fracture of finger, thumb or toe
    HED Head injury
    LOC Loss of consciousness
    EYE Eye injury
    BUR Burn or scald
    AMP Amputation
    CRU Crush to head or torso
    DEN Tooth
    STR Neck compression
    SHP Sharps or needlestick
    MUL Multiple
    PAI Pain only
    OTH Other""",
)
BODY = listed(
    "BODY",
    "Body area",
    """HEA Head
    FAC Face
    EYE Eye
    EAR Ear
    MOU Mouth or teeth
    NEC Neck
    SHO Shoulder
    ARM Arm
    ELB Elbow
    WRI Wrist
    HAN Hand
    FIN Finger or thumb
    CHE Chest
    ABD Abdomen
    BAC Back
    HIP Hip
    LEG Leg
    KNE Knee
    ANK Ankle
    FOO Foot
    TOE Toe
    SEV Several
    NON None""",
)
SIDE = listed("SIDE", "Side", "L Left\nR Right\nB Both\nC Middle\nNK Not known")
TREAT = listed(
    "TREAT",
    "Treatment",
    """NON None
    FAO First aid on ward
    ED Emergency department
    OH Occupational health
    GP GP
    ADM Admitted
    ADM24 Admitted over 24 h
    DEC Declined""",
)
FLUID = listed(
    "FLUID",
    "Contact with bodily fluid",
    """SKI Spit on intact skin
    EYE Spit to eye or mouth
    BSI Bite, skin intact
    BSB Bite, skin broken
    BLO Blood
    OTH Other""",
)
ABS = listed("ABS", "Reason for time off", "PHY The physical injury\nPSY Psychological only\nBOTH Both\nNK Not known")
GAP = listed(
    "GAP",
    "Between times off",
    "WRK Worked normally\nFIT Rest days, fit for normal work\nUNF Rest days, not fit\nNK Rest days, not known if fit",
)
SPEC = listed(
    "SPEC",
    "Specified injury",
    """FRA Fracture, not finger, thumb or toe
    AMP Amputation
    SIG Sight lost or reduced for good
    CRU Crush with brain or organ damage
    BUR Burn over 10 % or to eyes, airway, vital organs
    SCA Scalping
    UNC Unconscious from head injury or lack of air
    ENC Enclosed space
    NONE None of these""",
    source="RIDDOR 2013 regulation 4",
)
RID = listed(
    "RID",
    "RIDDOR",
    """NA No physical injury
    SCR To be screened
    NR Screened, not reportable
    REC3 Over 3 days, record only
    SPEC Specified injury
    O7 Over 7 days
    DEA Death
    DO Dangerous occurrence
    NWK Person not at work, for health and safety
    SENT Sent""",
)
GEN = listed("GEN", "Sex", "F Female\nM Male\nO Other\nNK Not known\nPNTS Prefer not to say")
AGE = listed(
    "AGE",
    "Age band",
    """U18 Under 18
    18T25 18 to 25
    26T35 26 to 35
    36T45 36 to 45
    46T55 46 to 55
    56T65 56 to 65
    66T75 66 to 75
    76T85 76 to 85
    86P 86 or over
    NK Not known
    PNTS Prefer not to say""",
)
ETH = listed(
    "ETH",
    "Ethnic group",
    """A White British
    B White Irish
    C Other White
    D White and Black Caribbean
    E White and Black African
    F White and Asian
    G Other mixed
    H Indian
    J Pakistani
    K Bangladeshi
    L Other Asian
    M Caribbean
    N African
    P Other Black
    R Chinese
    S Any other
    Z Not stated""",
    source="NHS Data Dictionary ethnic category",
)
ORI = listed(
    "ORI",
    "Sexual orientation",
    "HET Heterosexual\nGAY Gay or lesbian\nBI Bisexual\nOTH Other\nPNTS Prefer not to say",
)
REL = listed(
    "REL",
    "Religion or belief",
    """NON None
    CHR Christian
    MUS Muslim
    HIN Hindu
    SIK Sikh
    JEW Jewish
    BUD Buddhist
    OTH Other
    PNTS Prefer not to say""",
)
YNP = listed("YNP", "Yes, no or prefer not to say", "Y Yes\nN No\nPNTS Prefer not to say")
MHA = listed(
    "MHA",
    "Legal status",
    "INF Informal\nDET Detained under a section\nNAP Not a mental health patient\nNK Not known",
)
