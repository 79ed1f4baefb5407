"""Definitions of return to prison. None of them is ever crossed with the Romodrom programme."""

from __future__ import annotations

from pipeline.outcomes.definition import Measure, Text

COHORTS = ("programme", "programme_open", "programme_per_release", "all_releases", "comparison")
GROUPS = ("all", "partner", "prison", "quarter", "planned", "drug_user")
RELEASES = Text(
    "propuštění z výkonu trestu v dané skupině, u nichž již uplynulo celé sledované období",
    "releases from sentence in the cohort whose whole window has passed",
)
DAY_ZERO = Text(
    "den propuštění; návrat se počítá od následujícího dne",
    "the day of release; a return counts from the day after",
)

RETURN_TO_PRISON = Measure(
    id="return_to_prison",
    kind="rate",
    unit="releases",
    windows=(90, 180, 365),
    name=Text("Návrat do vězení", "Return to prison"),
    meaning=Text(
        "Do vězení se vrátil ten, koho po propuštění z výkonu trestu znovu přijali do vězení kvůli novému "
        "trestu, zrušení "
        "podmíněného propuštění, přeměně jiného trestu nebo trestu za dřívější čin. Samotná vazba se za návrat "
        "nepovažuje. Rozhodný je den přijetí. Mezi ty, kdo se nevrátili, patří i lidé, kteří zemřeli nebo byli "
        "vyhoštěni. Horní mez počítá i s těmi, u nichž návrat nelze potvrdit ani vyloučit: s neznámým "
        "důvodem přijetí, "
        "s dosud neukončenou vazbou nebo s neúplnými záznamy.",
        "A person returned to prison when, after release from a sentence, they were admitted again because of a new "
        "sentence, revocation of conditional release, conversion of another sanction, or a sentence for an earlier "
        "offence. Remand alone is not a return. The day of admission decides. Those who did not return "
        "include people "
        "who died or left the country. The upper bound adds those whose return can be neither confirmed nor ruled "
        "out: admitted for an unknown reason, still on remand, or with incomplete records.",
    ),
    numerator_text=Text("propuštění, po nichž následoval návrat do vězení", "releases followed by a return to prison"),
    denominator_text=RELEASES,
    cohorts=COHORTS,
    event="return_to_prison",
    day_zero=DAY_ZERO,
    competing=("death", "deportation"),
    tables=("custody_stay",),
    groups=GROUPS,
    source="Czech penological reading of recidivism, given a clock",
    source_cs="české penologické pojetí recidivy, doplněné o sledované období",
    curve=True,
)

RETURN_FOR_NEW_OFFENCE = Measure(
    id="return_for_new_offence",
    kind="rate",
    unit="releases",
    windows=(90, 180, 365),
    name=Text("Návrat do vězení za nový trestný čin", "Return to prison for a new offence"),
    meaning=Text(
        "Návrat do vězení k výkonu nového trestu za čin spáchaný až po propuštění. Nový trest, u něhož datum činu "
        "není známo, nelze zařadit: nepočítá se jako potvrzený návrat, zvyšuje však horní mez. Zrušení podmíněného "
        "propuštění, přeměna trestu ani trest za dřívější čin se sem nepočítají.",
        "A return to prison to serve a new sentence for an offence committed after the release. A new sentence whose "
        "offence date is unknown cannot be classified: it is not a confirmed return, but it raises the upper bound. "
        "Revocation of conditional release, conversion of a sanction and sentences for earlier offences do "
        "not count.",
    ),
    numerator_text=Text(
        "propuštění, po nichž následoval návrat za čin spáchaný po propuštění",
        "releases followed by a return for an offence committed after the release",
    ),
    denominator_text=RELEASES,
    cohorts=COHORTS,
    event="return_for_new_offence",
    day_zero=DAY_ZERO,
    competing=("death", "deportation"),
    tables=("custody_stay",),
    groups=GROUPS,
    source="offence date after release, as in New Zealand and in England and Wales",
    source_cs="datum činu po propuštění, jako na Novém Zélandu a v Anglii a Walesu",
    curve=True,
)

MEASURES = (RETURN_TO_PRISON, RETURN_FOR_NEW_OFFENCE)
