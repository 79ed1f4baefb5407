"""How often, not only whether: every later event of one definition of return or reconviction, per 100 releases."""

from __future__ import annotations

from pipeline.outcomes.define_exposure import REPEATED
from pipeline.outcomes.define_return import (
    CONVICTIONS,
    DAY_ZERO,
    RELEASES,
    RETURN_TO_PRISON,
    SIDE_BY_SIDE,
    YEAR,
    beside,
)
from pipeline.outcomes.definition import Measure, Part, Text

PER_100 = (Part("", "releases", "ratio", per=100),)
WINDOWS = (YEAR, 730)
NELSON = Text(
    "opakované události: průměrný kumulativní počet podle Nelsona (1995)",
    "repeated events: the mean cumulative count of Nelson (1995)",
)


def _frequency(name: str, definition: Measure, title: Text, counted: Text) -> Measure:
    """Later times in custody in which an event of one definition happened."""
    return beside(
        name,
        title,
        Text(
            "Počet pozdějších pobytů ve vězení či vazbě s událostí uvedenou v názvu, podle jejího vlastního vymezení, "
            "na 100 propuštění během sledovaného období. Jedno propuštění může mít takových pobytů více.",
            "The number of later times in custody with the event that the title names, by its own definition, per 100 "
            "releases in the window. One release may be followed by several.",
        ),
        counted,
        NELSON,
        kind="count",
        event=definition.event,
        windows=WINDOWS,
        parts=PER_100,
        subset=definition.subset,
        denominator_text=definition.denominator_text,
    )


def _reconvictions(name: str, title: Text, meaning: Text, window: int, proof_lag: int, source: Text) -> Measure:
    """Proven offences, counted by the day of the offence."""
    return Measure(
        id=name,
        kind="count",
        unit="releases",
        windows=(window,),
        detail_to=0,
        proof_lag=proof_lag,
        parts=PER_100,
        name=title,
        meaning=meaning,
        numerator_text=Text("prokázané trestné činy", "proven offences"),
        denominator_text=RELEASES,
        cohorts=SIDE_BY_SIDE,
        event="conviction",
        day_zero=DAY_ZERO,
        competing=("death", "deportation"),
        tables=("custody_stay", "conviction"),
        groups=("all",),
        source=f"{source.en}; {CONVICTIONS.en}",
        source_cs=f"{source.cs}; {CONVICTIONS.cs}",
    )


RETURN_FREQUENCY = _frequency(
    "return_frequency",
    RETURN_TO_PRISON,
    Text("Četnost návratů do vězení", "Frequency of returns to prison"),
    Text("pozdější pobyty s návratem do vězení", "later times in custody with a return to prison"),
)

RECONVICTION_FREQUENCY = _reconvictions(
    "reconviction_frequency",
    Text("Četnost prokázaných trestných činů", "Frequency of proven offences"),
    Text(
        "Počet trestných činů spáchaných od prvního do 365. dne po propuštění a pravomocně odsouzených nejpozději 183 "
        "dnů po konci tohoto roku, na 100 propuštění. Činy téhož dne se počítají jednou. Kdo má odsouzení bez data "
        "činu, zvyšuje počet nejistých.",
        "Offences committed from day 1 to day 365 after release with a conviction that became final no later than 183 "
        "days after that year, per 100 releases. Offences of one day count once. Somebody with a conviction without "
        "an offence date is counted as possible.",
    ),
    YEAR,
    183,
    Text("anglická četnost opětovného páchání", "England and Wales, frequency of proven reoffending"),
)

RECONVICTION_2Y_FREQUENCY = _reconvictions(
    "reconviction_2y_frequency",
    Text(
        "Četnost prokázaných trestných činů podle severského vymezení",
        "Frequency of proven offences, Nordic definition",
    ),
    Text(
        "Počet trestných činů spáchaných po propuštění, za něž byl do 730 dnů od propuštění pravomocně uložen trest "
        "odnětí svobody, domácí vězení, obecně prospěšné práce nebo podmíněný trest s dohledem, na 100 propuštění. "
        "Činy téhož dne se počítají jednou. Odsouzení bez data činu nebo bez druhu trestu zvyšuje počet nejistých.",
        "Offences committed after release for which a sentence of prison, house arrest, community service or a "
        "suspended sentence with supervision became final within 730 days of the release, per 100 releases. Offences "
        "of one day count once. A conviction without an offence date or sanction is counted as possible.",
    ),
    730,
    0,
    Text("severské srovnání recidivy", "Nordic comparison of recidivism"),
)

OTHER_FREQUENCIES = tuple(
    _frequency(
        f"{m.id}_frequency",
        m,
        Text(f"Četnost: {m.name.cs[0].lower()}{m.name.cs[1:]}", f"Frequency: {m.name.en[0].lower()}{m.name.en[1:]}"),
        Text(
            f"pozdější pobyty s touto událostí: {m.name.cs[0].lower()}{m.name.cs[1:]}",
            f"later times in custody with this event: {m.name.en[0].lower()}{m.name.en[1:]}",
        ),
    )
    for m in REPEATED
)

MEASURES = (RETURN_FREQUENCY, *OTHER_FREQUENCIES, RECONVICTION_FREQUENCY, RECONVICTION_2Y_FREQUENCY)
