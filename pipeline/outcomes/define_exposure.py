"""Definitions beside return: time at liberty, repeated convictions, time to proof, days to a share, landmarks."""

from __future__ import annotations

from pipeline.outcomes.define_return import CONVICTIONS, DAY_ZERO, RELEASES, RETURN_TO_PRISON, SIDE_BY_SIDE, YEAR
from pipeline.outcomes.definition import Measure, Part, Text

INCIDENCES = (("incidence_10", 0.10), ("incidence_25", 0.25))
"""Components of `days_to_return` and the incidence that each asks for."""

NET_EXPOSURE = Measure(
    id="net_exposure",
    kind="rate_per_person_time",
    unit="person_days",
    windows=(YEAR,),
    detail_to=0,
    components=("", "days_free"),
    parts=(Part("", "person_days", "ratio", per=36_525), Part("days_free", "releases", "ratio")),
    name=Text("Návraty na dobu na svobodě", "Returns per time at liberty"),
    meaning=Text(
        "Počet návratů do vězení na 100 osoboroků strávených na svobodě během prvního roku po propuštění a průměrný "
        "počet dnů na svobodě na jedno propuštění. Den propuštění se počítá; dny ve vazbě či vězení, po úmrtí a po "
        "vyhoštění nikoli. Kdo se vrátí a je znovu propuštěn, je opět na svobodě.",
        "Returns to prison per 100 person-years at liberty during the first year after release, and the mean number "
        "of days at liberty per release. The day of release counts; days in custody, after death or after deportation "
        "do not. Somebody who returns and is released again is at liberty again.",
    ),
    numerator_text=Text("návraty do vězení; dny na svobodě", "returns to prison; days at liberty"),
    denominator_text=Text("dny na svobodě; propuštění", "days at liberty; releases"),
    cohorts=SIDE_BY_SIDE,
    event="exposure",
    day_zero=Text("den propuštění, který se počítá", "the day of release, which counts"),
    competing=("death", "deportation"),
    tables=("custody_stay",),
    groups=("all",),
    source="time at risk net of custody, as in studies of recidivism",
    source_cs="doba na svobodě bez dnů ve vězení, jako ve studiích recidivy",
)

DAYS_TO_RETURN = Measure(
    id="days_to_return",
    kind="median",
    unit="releases",
    components=tuple(name for name, _ in INCIDENCES),
    name=Text("Za jak dlouho se vrátí desetina a čtvrtina propuštěných", "Days until a tenth and a quarter returned"),
    meaning=Text(
        "Počet dnů od propuštění, za který podíl návratů do vězení dosáhne 10 a 25 procent. Počítá se z křivky, která "
        "bere v úvahu úmrtí a vyhoštění. Nedosáhla-li křivka takového podílu, hodnota chybí a uvádí se „nedosaženo“.",
        "Days from release until the incidence of return to prison reaches 10 and 25 per cent. It is read from the "
        "curve that allows for death and deportation. Where the curve does not get there is no value, and “not "
        "reached” is said.",
    ),
    numerator_text=Text("návraty do vězení", "returns to prison"),
    denominator_text=Text("propuštění z výkonu trestu v dané skupině", "releases from sentence in the cohort"),
    cohorts=SIDE_BY_SIDE,
    event="days_to_return",
    day_zero=DAY_ZERO,
    competing=RETURN_TO_PRISON.competing,
    tables=("custody_stay",),
    groups=("all",),
    source="cumulative incidence by Aalen and Johansen (1978)",
    source_cs="kumulativní incidence podle Aalena a Johansena (1978)",
)

RECONVICTION_FREQUENCY = Measure(
    id="reconviction_frequency",
    kind="count",
    unit="releases",
    windows=(YEAR,),
    detail_to=0,
    proof_lag=183,
    parts=(Part("", "releases", "ratio", per=100),),
    name=Text("Četnost prokázaných trestných činů", "Frequency of proven offences"),
    meaning=Text(
        "Počet trestných činů spáchaných od prvního do 365. dne po propuštění a pravomocně odsouzených nejpozději 183 "
        "dnů po konci tohoto roku, na 100 propuštění. Činy téhož dne se počítají jednou. Kdo má odsouzení bez data "
        "činu, zvyšuje počet nejistých.",
        "Offences committed from day 1 to day 365 after release with a conviction that became final no later than 183 "
        "days after that year, per 100 releases. Offences of one day count once. Somebody with a conviction without "
        "an offence date is counted as possible.",
    ),
    numerator_text=Text("prokázané trestné činy", "proven offences"),
    denominator_text=RELEASES,
    cohorts=SIDE_BY_SIDE,
    event="conviction",
    day_zero=DAY_ZERO,
    competing=("death", "deportation"),
    tables=("custody_stay", "conviction"),
    groups=("all",),
    source=f"England and Wales, frequency of proven reoffending; {CONVICTIONS.en}",
    source_cs=f"anglická četnost opětovného páchání; {CONVICTIONS.cs}",
)

PROOF_TIME = Measure(
    id="proof_time",
    kind="median",
    unit="convictions",
    windows=(YEAR,),
    detail_to=0,
    proof_lag=183,
    components=("", "upper_tenth"),
    name=Text("Doba od činu k odsouzení", "Time from offence to conviction"),
    meaning=Text(
        "Počet dnů od činu spáchaného do roka po propuštění k pravomocnému odsouzení: medián a devadesátý percentil. "
        "Ukazuje, zda lhůta 183 dnů k prokázání stačí. Počítají se i odsouzení pozdější, pokud jsou již v údajích.",
        "Days from an offence committed within a year of release to the final conviction: the median and the 90th "
        "percentile. It shows whether 183 days are enough for proof. Later convictions count too where the data "
        "already hold them.",
    ),
    numerator_text=Text("odsouzení s datem činu", "convictions with an offence date"),
    denominator_text=Text("odsouzení s datem činu", "convictions with an offence date"),
    cohorts=SIDE_BY_SIDE,
    event="conviction",
    day_zero=Text("den činu", "the day of the offence"),
    tables=("custody_stay", "conviction"),
    groups=("all",),
    source="check of the lag of the England and Wales definition",
    source_cs="kontrola lhůty anglické definice",
)


def _landmark(name: str, event: str, day: int, title: Text, done: Text, tables: tuple[str, ...]) -> Measure:
    """Return to prison after a landmark, by what had happened by then: a description."""
    return Measure(
        id=name,
        kind="rate",
        unit="persons",
        windows=(YEAR,),
        proof_lag=day,
        name=title,
        meaning=Text(
            f"Popis, nikoli účinek: návrat do vězení během 365 dnů počítaných od {day}. dne po propuštění, a to podle "
            f"toho, zda do té doby došlo {done.cs}. Zahrnuti jsou jen klienti, kteří byli {day}. den naživu a po celou "
            "dobu na svobodě. Lidé v obou skupinách se liší i jinak, proto z rozdílu neplyne, že jej "
            "způsobila služba.",
            f"A description, not an effect: return to prison within 365 days counted from day {day} after release, by "
            f"whether {done.en} by then. Only clients alive on day {day} and free until then are included. "
            "People in the two groups differ in other ways too, so a difference does not show what the service caused.",
        ),
        numerator_text=RETURN_TO_PRISON.numerator_text,
        denominator_text=Text(
            f"klienti programu {day}. den po propuštění naživu a na svobodě",
            f"programme clients alive and free on day {day} after release",
        ),
        cohorts=("programme",),
        event=event,
        day_zero=Text(f"{day}. den po propuštění", f"day {day} after release"),
        competing=RETURN_TO_PRISON.competing,
        tables=tables,
        groups=("all", "landmark"),
        source="landmark analysis (Anderson, Cain and Gelber 1983); description",
        source_cs="landmarková analýza (Anderson, Cain a Gelber 1983); popis",
    )


RETURN_AFTER_CONTACT = _landmark(
    "return_after_contact",
    "landmark_contact",
    7,
    Text("Návrat podle kontaktu v prvním týdnu (popis)", "Return by contact in the first week (description)"),
    Text("ke kontaktu po propuštění", "contact had been made"),
    ("custody_stay", "case", "service"),
)
RETURN_AFTER_TREATMENT = _landmark(
    "return_after_treatment",
    "landmark_treatment",
    21,
    Text("Návrat podle zahájení léčby do tří týdnů (popis)", "Return by treatment in three weeks (description)"),
    Text("k zahájení léčby", "treatment had started"),
    ("custody_stay", "case", "service", "treatment"),
)

MEASURES = (
    NET_EXPOSURE,
    DAYS_TO_RETURN,
    RECONVICTION_FREQUENCY,
    PROOF_TIME,
    RETURN_AFTER_CONTACT,
    RETURN_AFTER_TREATMENT,
)
