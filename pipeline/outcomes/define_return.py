"""Definitions of return to prison. None of them is ever crossed with the Romodrom programme."""

from __future__ import annotations

from typing import Any

from pipeline.outcomes.definition import Measure, Text

COHORTS = ("programme", "programme_open", "programme_per_release", "all_releases", "comparison")
GROUPS = ("all", "partner", "prison", "quarter", "planned", "drug_user")
SIDE_BY_SIDE = ("programme", "comparison", "all_releases")
WINDOWS, YEAR = (90, 180, 365, 730), 365
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
    windows=WINDOWS,
    detail_to=YEAR,
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
    windows=WINDOWS,
    detail_to=YEAR,
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


def beside(name: str, title: Text, meaning: Text, numerator: Text, source: Text, **differs: Any) -> Measure:
    """One more definition of return on the same members, without breakdowns or ladder: it stands beside
    the headline."""
    fields: dict[str, Any] = {
        "windows": WINDOWS,
        "kind": "rate",
        "detail_to": 0,
        "denominator_text": RELEASES,
        "event": name,
        "competing": ("death", "deportation"),
        "tables": ("custody_stay",),
        "groups": ("all",),
    }
    return Measure(
        id=name,
        unit="releases",
        name=title,
        meaning=meaning,
        numerator_text=numerator,
        cohorts=SIDE_BY_SIDE,
        day_zero=DAY_ZERO,
        source=source.en,
        source_cs=source.cs,
        **(fields | differs),
    )


CZECH = Text("české trestní právo", "Czech criminal law")
DOUBT = Text(
    "Přijetí z neznámého důvodu návrat nepotvrzuje, zvyšuje však horní mez.",
    "An admission for an unknown reason is no confirmed return, but it raises the upper bound.",
)

RETURN_TO_CUSTODY = beside(
    "return_to_custody",
    Text("Návrat do vazby nebo vězení", "Return to custody"),
    Text(
        "Nové přijetí do vazby nebo do vězení z jakéhokoli důvodu, tedy i do vazby. Převoz z jiného zařízení "
        "ani návrat "
        "z přerušení trestu novým přijetím nejsou.",
        "A new admission to custody for any reason, remand included. A transfer from another institution or "
        "the end of "
        "a temporary absence is not a new admission.",
    ),
    Text("propuštění, po nichž následovalo nové přijetí", "releases followed by a new admission"),
    Text(
        "nejširší vymezení; obvyklé v mezinárodních přehledech", "the broadest reading, common in international reviews"
    ),
)

RETURN_ON_REVOCATION = beside(
    "return_on_revocation",
    Text("Návrat po zrušení podmíněného propuštění", "Return on revocation of conditional release"),
    Text(
        "Přijetí do vězení k výkonu zbytku trestu po zrušení podmíněného propuštění. Základem jsou pouze podmíněná "
        f"propuštění. Proč bylo propuštění zrušeno, není známo. {DOUBT.cs}",
        "Admission to serve the rest of a sentence after conditional release was revoked. The denominator is "
        f"conditional releases only. Why it was revoked is not known. {DOUBT.en}",
    ),
    Text("podmíněná propuštění, po nichž následovalo zrušení", "conditional releases followed by a revocation"),
    CZECH,
    subset="conditional",
    denominator_text=Text(
        "podmíněná propuštění z výkonu trestu, u nichž již uplynulo celé sledované období",
        "conditional releases from sentence whose whole window has passed",
    ),
)

RETURN_ON_CONVERSION = beside(
    "return_on_conversion",
    Text("Návrat po přeměně jiného trestu", "Return on conversion of another sanction"),
    Text(
        "Přijetí do vězení proto, že soud na trest odnětí svobody přeměnil jiný trest, například peněžitý trest nebo "
        f"obecně prospěšné práce. {DOUBT.cs}",
        "Admission to prison because a court converted another sanction, such as a fine or community service, into "
        f"imprisonment. {DOUBT.en}",
    ),
    Text("propuštění, po nichž následovala přeměna trestu", "releases followed by a conversion of a sanction"),
    CZECH,
)

RETURN_ON_REMAND = beside(
    "return_on_remand",
    Text("Návrat do vazby", "Return on remand"),
    Text(
        f"Nové přijetí do vazby. Vazba není odsouzení a může skončit propuštěním bez trestu. {DOUBT.cs}",
        f"A new admission on remand. Remand is no conviction and may end without a sentence. {DOUBT.en}",
    ),
    Text("propuštění, po nichž následovala vazba", "releases followed by remand"),
    CZECH,
)

RETURN_FOR_EARLIER_OFFENCE = beside(
    "return_for_earlier_offence",
    Text("Návrat do vězení za dřívější trestný čin", "Return to prison for an earlier offence"),
    Text(
        "Přijetí do vězení k výkonu trestu za čin spáchaný nejpozději v den propuštění. O životě po propuštění "
        "takový "
        "návrat nevypovídá, uvádí se proto zvlášť. Trest, u něhož datum činu není známo, a přijetí z neznámého "
        "důvodu "
        "návrat nepotvrzují, zvyšují však horní mez.",
        "Admission to serve a sentence for an offence committed no later than the day of release. Such a return says "
        "nothing about life after release and is shown apart. A sentence whose offence date is unknown and an "
        "admission "
        "for an unknown reason are no confirmed returns, but raise the upper bound.",
    ),
    Text(
        "propuštění, po nichž následoval trest za dřívější čin",
        "releases followed by a sentence for an earlier offence",
    ),
    Text("datum činu nejpozději v den propuštění", "offence date no later than the release"),
)

RETURN_DATED_BY_SPELL = beside(
    "return_to_prison_by_spell",
    Text("Návrat do vězení datovaný začátkem pobytu", "Return to prison dated to the start of custody"),
    Text(
        "Zkouška citlivosti: stejné návraty jako v hlavním ukazateli, datované však prvním dnem souvislého pobytu, v "
        "němž k návratu došlo, například dnem vzetí do vazby, po níž následoval trest.",
        "A sensitivity check: the same returns as in the headline, but dated to the first day of the unbroken "
        "time in "
        "custody in which the return lies, for instance to the remand that a sentence followed.",
    ),
    RETURN_TO_PRISON.numerator_text,
    Text("zkouška citlivosti hlavního ukazatele", "sensitivity check of the headline"),
)

CAUSE_OF_RETURN = beside(
    "cause_of_return",
    Text("Příčina prvního návratu do vězení", "Cause of the first return to prison"),
    Text(
        "První návrat do vězení podle příčiny: nový čin, dřívější čin, zrušení podmíněného propuštění, přeměna "
        "jiného "
        "trestu, nebo nový trest, u něhož datum činu není známo. Každé propuštění má nejvýše jednu příčinu, proto se "
        "podíly sčítají na podíl všech návratů. Ostatní ukazatele návratu jsou samostatné otázky a sčítat se nemusí.",
        "The first return to prison by its cause: a new offence, an earlier offence, revocation of conditional "
        "release, "
        "conversion of another sanction, or a new sentence whose offence date is not known. Each release has "
        "at most one "
        "cause, so the shares add up to that of all returns. The other measures of return are separate questions and "
        "need not add up.",
    ),
    Text(
        "propuštění, po nichž následoval první návrat z dané příčiny",
        "releases followed by a first return of that cause",
    ),
    Text("konkurující si příčiny", "competing causes"),
    event="return_to_prison",
    windows=(YEAR, 730),
    groups=("all", "reason"),
    curve=True,
)

CONVICTIONS = Text(
    "pravomocná odsouzení podle výpisu z rejstříku, datovaná dnem činu",
    "final convictions from the register extract, dated by the offence",
)

RECONVICTION_1Y = beside(
    "reconviction_1y",
    Text("Odsouzení za čin spáchaný do jednoho roku", "Reconviction for an offence within a year"),
    Text(
        "Odsouzení za čin spáchaný od prvního do 365. dne po propuštění, pravomocné nejpozději 183 dnů po "
        "konci tohoto "
        "roku, bez ohledu na druh trestu. Odsouzení bez data činu nelze zařadit; zvyšuje horní mez.",
        "A conviction for an offence committed from day 1 to day 365 after release that became final no later "
        "than 183 "
        "days after that year, whatever the sanction. A conviction without an offence date cannot be classified; it "
        "raises the upper bound.",
    ),
    Text("propuštění, po nichž následovalo odsouzení", "releases followed by a conviction"),
    Text(
        f"anglické prokázané opětovné páchání (proven reoffending); {CONVICTIONS.cs}",
        f"England and Wales, proven reoffending; {CONVICTIONS.en}",
    ),
    windows=(YEAR,),
    proof_lag=183,
    tables=("custody_stay", "conviction"),
)

RECONVICTION_2Y = beside(
    "reconviction_2y_nordic",
    Text("Odsouzení do dvou let podle severského vymezení", "Reconviction within two years, Nordic definition"),
    Text(
        "Odsouzení k trestu odnětí svobody, domácímu vězení, obecně prospěšným pracím nebo podmíněnému trestu "
        "s dohledem "
        "za čin spáchaný po propuštění, pravomocné do 730 dnů od propuštění. Odsouzení bez data činu nebo bez druhu "
        "trestu nelze zařadit; zvyšuje horní mez.",
        "A conviction to prison, house arrest, community service or a suspended sentence with supervision for "
        "an offence "
        "committed after release, final within 730 days of the release. A conviction without an offence date or "
        "sanction cannot be classified; it raises the upper bound.",
    ),
    Text("propuštění, po nichž následovalo takové odsouzení", "releases followed by such a conviction"),
    Text(f"severské srovnání recidivy; {CONVICTIONS.cs}", f"Nordic comparison of recidivism; {CONVICTIONS.en}"),
    windows=(730,),
    tables=("custody_stay", "conviction"),
)

MEASURES = (
    RETURN_TO_PRISON,
    RETURN_FOR_NEW_OFFENCE,
    RETURN_FOR_EARLIER_OFFENCE,
    RETURN_ON_REVOCATION,
    RETURN_ON_CONVERSION,
    RETURN_ON_REMAND,
    RETURN_TO_CUSTODY,
    RETURN_DATED_BY_SPELL,
    CAUSE_OF_RETURN,
    RECONVICTION_1Y,
    RECONVICTION_2Y,
)
