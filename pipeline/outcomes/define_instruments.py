"""Definitions of change by instruments (TOP, WHOQOL-BREF, EuropASI, GAS)."""

from __future__ import annotations

from pipeline.outcomes.definition import Measure, Part, Text
from pipeline.outcomes.instruments import instruments

INSTRUMENTS = tuple(instruments().instrument)
SCALES = tuple(s.id for s in instruments().scale)
RELIABLE = tuple(s.id for s in instruments().scale if s.reliability)
_SOURCE = "scoring as published for each instrument (instruments.toml)"
_SOURCE_CS = "vyhodnocení podle publikace každého nástroje (instruments.toml)"
_RELEASE = Text("den propuštění", "the day of release")
_GAP = Text(
    "Kdo druhé měření nemá, zůstává v základu jako neznámý a zvyšuje horní mez.",
    "Those without a second measurement stay in the denominator as unknown and raise the upper bound.",
)

REPEATED = Measure(
    id="instrument_repeated",
    kind="rate",
    unit="persons",
    components=INSTRUMENTS,
    parts=tuple(Part(name, "persons", "share") for name in INSTRUMENTS),
    name=Text("Opakované měření dotazníkem", "Second measurement by instruments"),
    meaning=Text(
        "Podíl klientů s vyhodnoceným dotazníkem při vstupu do služby, u nichž byl týž dotazník vyhodnocen znovu tři "
        "měsíce po propuštění (s měsícem navíc). O změně u ostatních se nic neví.",
        "The share of clients with a scored instrument at intake for whom the same instrument was scored again three "
        "months after release (with a month of grace). Of the change of the others nothing is known.",
    ),
    numerator_text=Text("klienti s druhým měřením", "clients with a second measurement"),
    denominator_text=Text("klienti s prvním měřením", "clients with a first measurement"),
    cohorts=("programme",),
    event="instrument_repeated",
    day_zero=_RELEASE,
    tables=("case", "assessment"),
    groups=("all", "partner"),
    source="completeness of paired measurement",
    source_cs="úplnost párových měření",
)

CHANGE = Measure(
    id="instrument_change",
    kind="median",
    unit="persons",
    components=SCALES,
    parts=tuple(Part(scale, "persons", "median") for scale in SCALES),
    name=Text("Změna podle dotazníků", "Change by instruments"),
    meaning=Text(
        "Medián změny skóre mezi vstupem do služby a třemi měsíci po propuštění u klientů, kteří mají obě měření. "
        "Skóre se počítají tak, jak je autoři nástrojů publikovali; odpověď mimo rozsah se bere jako chybějící.",
        "The median change of the score between intake and three months after release, for clients with both "
        "measurements. Scores are computed as their authors published them; an answer out of range counts as missing.",
    ),
    numerator_text=Text("změna skóre v bodech", "change of the score in points"),
    denominator_text=Text("klienti s oběma měřeními", "clients with both measurements"),
    cohorts=("programme",),
    event="instrument_change",
    day_zero=_RELEASE,
    tables=("case", "assessment"),
    groups=("all",),
    source=_SOURCE,
    source_cs=_SOURCE_CS,
)


def _reliable(name: str, title: Text, side: Text) -> Measure:
    return Measure(
        id=name,
        kind="rate",
        unit="persons",
        components=RELIABLE,
        parts=tuple(Part(scale, "persons", "share") for scale in RELIABLE),
        name=title,
        meaning=Text(
            f"Podíl klientů, jejichž skóre se od vstupu do tří měsíců po propuštění {side.cs} o více, než kolik "
            f"vysvětlí chyba měření (index spolehlivé změny nad 1,96). Základem jsou klienti s prvním měřením. "
            f"{_GAP.cs}",
            f"The share of clients whose score {side.en} between intake and three months after release by more than "
            f"error of measurement explains (reliable change index above 1.96). The denominator is clients with a "
            f"first measurement. {_GAP.en}",
        ),
        numerator_text=Text(
            f"klienti, jejichž skóre se spolehlivě {side.cs}", f"clients whose score reliably {side.en}"
        ),
        denominator_text=Text("klienti s prvním měřením", "clients with a first measurement"),
        cohorts=("programme",),
        event=name,
        day_zero=_RELEASE,
        tables=("case", "assessment"),
        groups=("all",),
        source="Jacobson and Truax 1991; " + _SOURCE,
        source_cs="Jacobson a Truax 1991; " + _SOURCE_CS,
    )


BETTER = _reliable(
    "instrument_better", Text("Spolehlivé zlepšení", "Reliable improvement"), Text("zlepšilo", "improved")
)
WORSE = _reliable(
    "instrument_worse", Text("Spolehlivé zhoršení", "Reliable deterioration"), Text("zhoršilo", "worsened")
)

MEASURES: tuple[Measure, ...] = (REPEATED, CHANGE, BETTER, WORSE)
