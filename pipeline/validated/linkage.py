"""Pseudonyms under which one person may stand twice: suspected with Splink, told to the data steward, never merged.

A pseudonym is split when a partner made it from a mistyped birth number or with another key. Then two pseudonyms agree
in sex and birth year, were in the same prison in the same month, or met the same release, and never were in two places
at once. How likely a match or a chance makes each agreement is stated in `COMPARED` and estimated from the data
(seeded, single-threaded: equal data give equal pairs); how many persons are split is assumed (`SPLIT_SHARE`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from pipeline.model import tables
from pipeline.validated.rows import make_newest_view
from pipeline.warehouse import Connection, in_memory, load_sql, split_statements

READ = ("person", "custody_stay", "case", "service", "living_status", "treatment")
SPLIT_SHARE = 0.01
"""One person in a hundred is assumed to stand under a second pseudonym."""
SUSPECTED_FROM = 0.1
"""A pair is told to the steward from this probability on; see docs/linkage.md for what that finds and misses."""
WEIGHED_FROM = 0.001
"""Less probable candidates do not weigh against the others."""
SEED = 1
OVERLAP_DAYS = 1
"""Two stays of one person overlap by the day of transfer at most."""


@dataclass(frozen=True)
class Level:
    """One level of agreement: SQL over `_l` and `_r`, its name, and how often a true match shows it."""

    sql: str
    name: str
    m: float


ELSE = "ELSE"
SHARED_PLACES = "len(list_intersect(places_l, places_r))"
ALL_PLACES = f"{SHARED_PLACES} = least(len(places_l), len(places_r))"
COMPARED: dict[str, tuple[str, tuple[Level, ...]]] = {
    "birth_year": (
        "birth_year_l is null or birth_year_r is null",
        (
            Level("birth_year_l = birth_year_r", "equal", 0.93),
            Level("abs(birth_year_l - birth_year_r) = 1", "one apart", 0.05),
            Level(ELSE, "differs", 0.02),
        ),
    ),
    "custody": (
        "false",
        (
            Level("(stays_l is null) <> (stays_r is null)", "one of them has no stay", 0.8),
            Level(ELSE, "both or neither have stays", 0.2),
        ),
    ),
    "region": (
        "region_l is null or region_r is null",
        (Level("region_l = region_r", "equal", 0.8), Level(ELSE, "differs", 0.2)),
    ),
    "citizenship": (
        "citizenship_l is null or citizenship_r is null",
        (Level("citizenship_l = citizenship_r", "equal", 0.97), Level(ELSE, "differs", 0.03)),
    ),
    "education": (
        "education_l is null or education_r is null",
        (Level("education_l = education_r", "equal", 0.8), Level(ELSE, "differs", 0.2)),
    ),
    "places": (
        "len(places_l) = 0 or len(places_r) = 0",
        (
            Level(f"{SHARED_PLACES} >= 3 and {ALL_PLACES}", "all, three months or more", 0.5),
            Level(f"{SHARED_PLACES} >= 1 and {ALL_PLACES}", "all, a month or two", 0.3),
            Level(f"{SHARED_PLACES} >= 1", "some", 0.1),
            Level(ELSE, "none", 0.1),
        ),
    ),
    "days": (
        "len(days_l) = 0 or len(days_r) = 0",
        (
            Level("len(list_intersect(days_l, days_r)) >= 2", "two days or more", 0.3),
            Level("len(list_intersect(days_l, days_r)) = 1", "one day", 0.4),
            Level(ELSE, "none", 0.3),
        ),
    ),
}
"""What is compared: when it cannot be (nothing is concluded then), and its levels."""


@dataclass(frozen=True)
class Suspicion:
    """Two pseudonyms that may be one person, with what agrees and who delivered them."""

    persons: tuple[str, str]
    probability: float
    agrees: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, ...], tuple[str, ...]]


def suspect(con: Connection, *, threshold: float = SUSPECTED_FROM) -> list[Suspicion]:
    """Pairs of pseudonyms in `validated` from a probability on, most probable first.

    Splink is imported here only, and works on a copy in memory.
    """
    for name in READ:
        make_newest_view(con, tables()[name])
    records = con.execute(split_statements(load_sql("pipeline.validated", "linkage"))[0]).to_arrow_table()
    for name in READ:
        con.execute(f"drop view temp.newest_{name}")
    return _link(records, threshold) if records.num_rows > 1 else []


def _link(records: Any, threshold: float) -> list[Suspicion]:
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    own = in_memory(threads=1)
    try:
        settings = SettingsCreator(
            link_type="dedupe_only",
            probability_two_random_records_match=min(2 * SPLIT_SHARE / (records.num_rows - 1), 0.1),
            comparisons=[_comparison(name) for name in COMPARED],
            blocking_rules_to_generate_predictions=[
                block_on("sex", "birth_year", "places", arrays_to_explode=["places"]),
                block_on("sex", "days", arrays_to_explode=["days"]),
            ],
            retain_intermediate_calculation_columns=False,
            retain_matching_columns=True,
        )
        database = DuckDBAPI(connection=own)
        logging.getLogger("splink").setLevel(logging.ERROR)
        linker = Linker(database.register(records, table_name="pseudonym"), settings, log_level=logging.ERROR)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
        found = linker.inference.predict(threshold_match_probability=WEIGHED_FROM)
        rows = own.execute(_PAIRS.format(predicted=found.physical_name), [threshold]).fetchall()
    finally:
        own.close()
    return [_suspicion(row) for row in rows]


def _comparison(name: str) -> Any:
    import splink.comparison_level_library as level
    import splink.comparison_library as comparison

    null, levels = COMPARED[name]
    made: list[Any] = [level.CustomLevel(null, label_for_charts="unknown").configure(is_null_level=True)]
    for one in levels:
        base = level.ElseLevel() if one.sql == ELSE else level.CustomLevel(one.sql, label_for_charts=one.name)
        made.append(base.configure(m_probability=one.m, fix_m_probability=True))
    return comparison.CustomComparison(output_column_name=name, comparison_levels=made)


def _suspicion(row: tuple[Any, ...]) -> Suspicion:
    one, other, probability, sources_one, sources_other, *gammas = row
    agrees = [
        (name, levels[len(levels) - 1 - gamma].name if gamma >= 0 else "unknown")
        for (name, (_, levels)), gamma in zip(COMPARED.items(), gammas, strict=True)
    ]
    return Suspicion((one, other), float(probability), tuple(agrees), (tuple(sources_one), tuple(sources_other)))


# Whoever was in two prisons at once is two persons. A pseudonym without stays is one person at most, so those with
# stays that it may be share its probability: eight equally good candidates are no suspicion.
_PAIRS = f"""
with possible as (
    select p.*, l.sources as sources_l, r.sources as sources_r,
        p.match_probability / greatest(1 - p.match_probability, 1e-12) as odds,
        case when l.stays is null and r.stays is not null then p.unique_id_l
            when r.stays is null and l.stays is not null then p.unique_id_r end as unheld
    from {{predicted}} p
    join pseudonym l on l.unique_id = p.unique_id_l
    join pseudonym r on r.unique_id = p.unique_id_r
    where not exists (
        select 1 from (select unnest(l.stays) as a), (select unnest(r.stays) as b)
        where date_diff('day', greatest(a.first, b.first), least(a.last, b.last)) > {OVERLAP_DAYS}
    )
),
weighed as (
    select *,
        odds / (1 + case when unheld is null then odds else sum(odds) over (partition by unheld) end) as probability
    from possible
)
select unique_id_l, unique_id_r, probability, sources_l, sources_r, {", ".join(f"gamma_{name}" for name in COMPARED)}
from weighed
where probability >= ?
order by probability desc, unique_id_l, unique_id_r
"""
