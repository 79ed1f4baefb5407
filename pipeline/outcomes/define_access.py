"""Definitions of access to the service, of caseload, and of the way to housing and work."""

from __future__ import annotations

from pipeline.outcomes.define_case import AGREEMENT_DAY, BOTH, EVENT_DAY
from pipeline.outcomes.definition import Measure, Part, Text

LATER_STAGES = (("month_3", 121), ("month_6", 212), ("month_12", 395))
"""Later stages of a path, each with the last day after release on which its record may lie (a month of grace)."""
FIRST_STAGES = {"housing_path": ("release", 30), "work_path": ("intake", 0)}
"""Where a path begins: housing with the release (at intake most people live in prison), work with the intake."""


def path_steps(measure: str) -> list[tuple[str, str, str, int]]:
    """The steps of a path: component, first stage, later stage, last day of the later one."""
    first, _ = FIRST_STAGES[measure]
    return [(f"{first}_to_{later}", first, later, last_day) for later, last_day in LATER_STAGES]


APPLICATIONS = Measure(
    id="applications",
    kind="rate",
    unit="applications",
    components=("", "eligible", "refused"),
    name=Text("Žádosti o službu", "Applications for the service"),
    meaning=Text(
        "Žádosti o službu podle výsledku (přijaté, odmítnuté, čekající, stažené), podíl žádostí z cílové skupiny a "
        "podíl odmítnutých podle důvodu. Není-li příslušnost k cílové skupině nebo výsledek uveden, žádost zůstává "
        "v základu a zvyšuje horní mez. Žádost patří do čtvrtletí, v němž byla podána.",
        "Applications for the service by outcome (accepted, refused, waiting, withdrawn), the share from the target "
        "group, and the share refused, by reason. Where eligibility or the outcome is not stated, the application "
        "stays in the denominator and raises the upper bound. It belongs to the quarter in which it was made.",
    ),
    numerator_text=Text("žádosti s uvedeným výsledkem", "applications with that outcome"),
    denominator_text=Text("podané žádosti", "applications made"),
    cohorts=BOTH,
    event="application",
    day_zero=Text("den podání žádosti", "the day of the application"),
    tables=("application",),
    groups=("all", "partner", "quarter", "outcome", "reason"),
    source="programme definition",
    source_cs="definice programu",
)

REACH = Measure(
    id="reach",
    kind="rate",
    unit="releases",
    name=Text("Dosah programu a rovný přístup", "Reach of the programme and equal access"),
    meaning=Text(
        "Podíl propuštěných z trestu, u nichž bylo při přijetí zjištěno užívání drog a kteří vyšli z věznice zapojené "
        "do programu, jež s programem během trestu uzavřeli dohodu. Porovnává se podle pohlaví, věku při propuštění, "
        "občanství a kraje: ukazuje, zda se služba dostává ke všem stejně.",
        "The share of people released from sentence, with drug use recorded at admission and from a prison of the "
        "programme, who made an agreement with the programme during the term. It is compared by sex, age at release, "
        "citizenship and region: whether the service reaches all alike.",
    ),
    numerator_text=Text("propuštění s dohodou uzavřenou během trestu", "releases with an agreement made in the term"),
    denominator_text=Text(
        "propuštění uživatelů drog z věznic zapojených do programu",
        "releases of drug users from prisons of the programme",
    ),
    cohorts=("all_releases",),
    event="reach",
    day_zero=Text("den propuštění", "the day of release"),
    tables=("custody_stay",),
    groups=("all", "prison", "quarter", "sex", "age", "citizenship", "region"),
    source="programme definition; prisons by the dated list of the programme",
    source_cs="definice programu; věznice podle datovaného seznamu",
)

CASELOAD = Measure(
    id="caseload",
    kind="count",
    unit="worker_months",
    name=Text("Počet klientů na pracovníka", "Clients per case manager"),
    meaning=Text(
        "Průměrný počet klientů s platnou dohodou, které má jeden case manager během kalendářního měsíce. Uvádí se "
        "pouze tam, kde pracovníků bylo alespoň tři. Klienti bez uvedeného pracovníka se nepočítají; koho mělo během "
        "měsíce více pracovníků, počítá se u každého z nich.",
        "The mean number of clients with an agreement per case manager in a calendar month. Given only where there "
        "were at least three workers. Clients without a named worker do not count; a client whom several workers had "
        "during the month counts for each of them.",
    ),
    numerator_text=Text("klientoměsíce jednotlivých pracovníků", "client-months of each named worker"),
    denominator_text=Text("měsíce jednotlivých pracovníků", "worker-months"),
    cohorts=BOTH,
    event="caseload",
    day_zero=EVENT_DAY,
    tables=("case",),
    groups=("all", "partner", "quarter"),
    source="programme definition",
    source_cs="definice programu",
    process=True,
)

COMPLAINTS_EXPLAINED = Measure(
    id="complaints_explained",
    kind="rate",
    unit="agreements",
    name=Text("Poučení o stížnostech při uzavření dohody", "Complaints procedure explained at the agreement"),
    meaning=Text(
        "Podíl dohod, při nichž byl klient nejpozději v den uzavření poučen, jak podat stížnost. Kde den poučení "
        "uveden není, nelze rozhodnout; dohoda zůstává v základu a zvyšuje horní mez.",
        "The share of agreements at which the client was told, no later than on that day, how to complain. Where no "
        "day is recorded this cannot be said; the agreement stays in the denominator and raises the upper bound.",
    ),
    numerator_text=Text("dohody s poučením o stížnostech", "agreements with the procedure explained"),
    denominator_text=Text("dohody uzavřené", "agreements made"),
    cohorts=BOTH,
    event="complaints_explained",
    day_zero=AGREEMENT_DAY,
    tables=("case",),
    groups=("all", "partner", "quarter"),
    source="standards of quality of social services",
    source_cs="standardy kvality sociálních služeb",
    process=True,
)


def _path(name: str, title: Text, stable: Text, first: Text) -> Measure:
    """A way from a first situation to a later one, of the same people."""
    components = tuple(step for step, _, _, _ in path_steps(name))
    return Measure(
        id=name,
        kind="rate",
        unit="persons",
        components=components,
        parts=tuple(Part(step, "persons", "share") for step in components),
        name=title,
        meaning=Text(
            f"Podíl klientů, kteří měli v uvedené době po propuštění {stable.cs}, podle toho, jak na tom byli "
            f"{first.cs}. Sledují se titíž lidé: základem jsou klienti se záznamem {first.cs}. Kdo později "
            "záznam nemá, neodpověděl nebo je ve vězení, zůstává v základu jako neznámý a zvyšuje horní mez.",
            f"The share of clients who had {stable.en} at the time stated after release, by how they stood "
            f"{first.en}. The same people are followed: the denominator is clients with a record {first.en}. Those "
            "with no later record or answer, or in prison, stay in it as unknown and raise the upper bound.",
        ),
        numerator_text=Text(f"klienti, kteří později měli {stable.cs}", f"clients who later had {stable.en}"),
        denominator_text=Text(f"klienti se záznamem {first.cs}", f"clients with a record {first.en}"),
        cohorts=("programme",),
        event=name,
        day_zero=Text("den propuštění", "the day of release"),
        tables=("case", "living_status"),
        groups=("all", "partner", "state_before"),
        source="programme definition; stages of the case model, one month of grace",
        source_cs="definice programu; období podle datového modelu s měsícem navíc",
        process=True,
    )


HOUSING_PATH = _path(
    "housing_path",
    Text("Cesta ke stálému bydlení", "The way to stable housing"),
    Text(
        "stálé bydlení (vlastní, pronajaté, u rodiny nebo v pobytové léčbě)",
        "stable housing (own, rented, with family or in residential treatment)",
    ),
    Text("při propuštění", "at release"),
)
WORK_PATH = _path(
    "work_path",
    Text("Cesta k práci", "The way to work"),
    Text("pravidelné zaměstnání nebo studium", "regular employment or studies"),
    Text("při vstupu do služby", "at intake"),
)

MEASURES = (APPLICATIONS, REACH, CASELOAD, COMPLAINTS_EXPLAINED, HOUSING_PATH, WORK_PATH)
