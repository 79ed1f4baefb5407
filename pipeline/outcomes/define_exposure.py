"""Definitions beside return: time at liberty, days to a share, time to proof, landmarks."""

from __future__ import annotations

from pipeline.outcomes.define_return import (
    DAY_ZERO,
    RECONVICTION_1Y,
    RECONVICTION_2Y,
    RELEASES,
    RETURN_FOR_EARLIER_OFFENCE,
    RETURN_FOR_NEW_OFFENCE,
    RETURN_ON_CONVERSION,
    RETURN_ON_REMAND,
    RETURN_ON_REVOCATION,
    RETURN_TO_CUSTODY,
    RETURN_TO_PRISON,
    SIDE_BY_SIDE,
    YEAR,
)
from pipeline.outcomes.definition import Measure, Part, Text

REPEATED = (
    RETURN_TO_CUSTODY,
    RETURN_FOR_NEW_OFFENCE,
    RETURN_FOR_EARLIER_OFFENCE,
    RETURN_ON_REVOCATION,
    RETURN_ON_CONVERSION,
    RETURN_ON_REMAND,
)
"""The other definitions of return that are counted per time at liberty, and day by day, beside the headline."""
SHARES = {10: 0.10, 25: 0.25}
"""The incidences of which the first day is asked for, by percent."""

NET_EXPOSURE = Measure(
    id="net_exposure",
    kind="rate_per_person_time",
    unit="person_days",
    windows=(YEAR,),
    detail_to=0,
    components=("", *(m.id for m in REPEATED), "days_free", "days_before_return"),
    parts=(
        *(Part(name, "person_days", "ratio", per=36_525) for name in ("", *(m.id for m in REPEATED))),
        Part("days_free", "person_days", "share"),
        Part("days_before_return", "person_days", "share"),
    ),
    name=Text("Návraty na dobu na svobodě", "Returns per time at liberty"),
    meaning=Text(
        "Počet návratů na 100 osoboroků strávených na svobodě během prvního roku po propuštění, podle jednotlivých "
        "vymezení návratu. K tomu podíl dnů prvního roku prožitých na svobodě a podíl dnů před prvním návratem do "
        "vězení (omezená střední doba bez návratu). Den propuštění se počítá; dny ve vazbě či vězení, po úmrtí a po "
        "vyhoštění se do doby na svobodě nepočítají. Kdo se vrátí a je znovu propuštěn, je opět na svobodě. Návraty "
        "po zrušení podmíněného propuštění se vztahují jen k podmíněným propuštěním.",
        "Returns per 100 person-years at liberty during the first year after release, under each definition of "
        "return. Beside them the share of the days of that year spent at liberty, and the share of its days before "
        "the first return to prison (the restricted mean time without a return). The day of release counts; days in "
        "custody, after death or after deportation are no time at liberty. Somebody who returns and is released again "
        "is at liberty again. Returns on revocation are set against conditional releases only.",
    ),
    numerator_text=Text("návraty; dny", "returns; days"),
    denominator_text=Text("dny na svobodě; dny prvního roku", "days at liberty; days of the first year"),
    cohorts=SIDE_BY_SIDE,
    event="exposure",
    day_zero=Text("den propuštění, který se počítá", "the day of release, which counts"),
    competing=("death", "deportation"),
    tables=("custody_stay",),
    groups=("all",),
    source="time at risk net of custody, as in studies of recidivism; restricted mean by Royston and Parmar (2013)",
    source_cs="doba na svobodě bez dnů ve vězení, jako ve studiích recidivy; omezená střední doba podle Roystona a "
    "Parmara (2013)",
)


def _days_to(
    name: str, title: Text, meaning: Text, kinds: tuple[Measure, ...], tables: tuple[str, ...], who: Text
) -> Measure:
    """Days until the incidence of some events reaches each of SHARES."""
    return Measure(
        id=name,
        kind="median",
        unit="releases",
        components=tuple(f"{m.id}_{percent}" for m in kinds for percent in SHARES),
        parts=tuple(
            Part(f"{m.id}_{percent}", "releases", "median", per=round(1 / share))
            for m in kinds
            for percent, share in SHARES.items()
        ),
        name=title,
        meaning=meaning,
        numerator_text=kinds[0].numerator_text,
        denominator_text=who,
        cohorts=SIDE_BY_SIDE,
        event=name,
        day_zero=DAY_ZERO,
        competing=RETURN_TO_PRISON.competing,
        tables=tables,
        groups=("all",),
        source="cumulative incidence by Aalen and Johansen (1978)",
        source_cs="kumulativní incidence podle Aalena a Johansena (1978)",
    )


DAYS_TO_RETURN = _days_to(
    "days_to_return",
    Text("Za jak dlouho se vrátí desetina a čtvrtina propuštěných", "Days until a tenth and a quarter returned"),
    Text(
        "Počet dnů od propuštění, za který podíl návratů dosáhne 10 a 25 procent, podle jednotlivých vymezení návratu. "
        "Počítá se z křivky, která bere v úvahu úmrtí a vyhoštění. Nedosáhla-li křivka takového podílu, hodnota chybí "
        "a uvádí se „nedosaženo“.",
        "Days from release until the incidence of return reaches 10 and 25 per cent, under each definition of return. "
        "It is read from the curve that allows for death and deportation. Where the curve does not get there is no "
        "value, and “not reached” is said.",
    ),
    (RETURN_TO_PRISON, *REPEATED),
    ("custody_stay",),
    Text("propuštění z výkonu trestu v dané skupině", "releases from sentence in the cohort"),
)

DAYS_TO_RECONVICTION = _days_to(
    "days_to_reconviction",
    Text("Za jak dlouho spáchá čin desetina a čtvrtina propuštěných", "Days until a tenth and a quarter reoffended"),
    Text(
        "Počet dnů od propuštění, za který podíl osob s prokázaným trestným činem dosáhne 10 a 25 procent, podle "
        "anglického a severského vymezení. Rozhodný je den činu. Počítají se jen propuštění, u nichž již uplynulo celé "
        "období i lhůta k prokázání. Nedosáhla-li křivka takového podílu, hodnota chybí a uvádí se „nedosaženo“.",
        "Days from release until the incidence of a proven offence reaches 10 and 25 per cent, under the English and "
        "the Nordic definition. The day of the offence decides. Only releases whose whole window and time for proof "
        "have passed are counted. Where the curve does not get there is no value, and “not reached” is said.",
    ),
    (RECONVICTION_1Y, RECONVICTION_2Y),
    ("custody_stay", "conviction"),
    RELEASES,
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
    DAYS_TO_RECONVICTION,
    PROOF_TIME,
    RETURN_AFTER_CONTACT,
    RETURN_AFTER_TREATMENT,
)


def part_titles() -> dict[str, Text]:
    """Words for the components that are made of definitions."""
    titles = {m.id: m.name for m in REPEATED}
    for m in (RETURN_TO_PRISON, *REPEATED, RECONVICTION_1Y, RECONVICTION_2Y):
        for percent in SHARES:
            titles[f"{m.id}_{percent}"] = Text(f"{m.name.cs}: {percent} %", f"{m.name.en}: {percent}%")
    return titles


def return_parts() -> list[tuple[str, str, str, str, float | None]]:
    """Components made of definitions: measure, component, kind of event, part of the cohort, share of which the day
    is asked for."""
    parts: list[tuple[str, str, str, str, float | None]] = [
        (NET_EXPOSURE.id, "" if m is RETURN_TO_PRISON else m.id, m.id, m.subset, None)
        for m in (RETURN_TO_PRISON, *REPEATED)
    ]
    for measure, kinds in (
        (DAYS_TO_RETURN, (RETURN_TO_PRISON, *REPEATED)),
        (DAYS_TO_RECONVICTION, (RECONVICTION_1Y, RECONVICTION_2Y)),
    ):
        for m in kinds:
            parts += [(measure.id, f"{m.id}_{p}", m.event, m.subset, share) for p, share in SHARES.items()]
    return parts
