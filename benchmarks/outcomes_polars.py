"""The benchmark's work in Polars, lazily from Parquet to the cells: windows over sorted rows, joins, asof joins."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.outcomes_pandas import BOOKKEEPING, JOINING, KEYS, QUALIFYING, SENTENCE, TABLES, WINDOWS

LAST_DAY = date(2023, 6, 30)
P = "person_id"


def read(folder: Path, name: str, key: str, columns: list[str]) -> pl.LazyFrame:
    """The newest version of each key; a table that tells no deliveries apart holds nothing else."""
    frame = pl.scan_parquet(folder / f"{name}.parquet")
    if "delivery_id" not in frame.collect_schema().names():
        return frame.select(key, *columns)
    frame = frame.select(key, *columns, "delivery_id", "row_number")
    order = pl.scan_parquet(folder / "delivery.parquet").select("delivery_id", "extract_date")
    frame = frame.join(order, on="delivery_id")
    repeated = frame.group_by(key).len().filter(pl.col("len") > 1).select(key)
    newest = (
        frame.join(repeated, on=key, how="semi")
        .sort("extract_date", "row_number")
        .unique(key, keep="last", maintain_order=True)
    )
    return pl.concat([frame.join(repeated, on=key, how="anti"), newest]).select(key, *columns)


def spells(folder: Path) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Stays placed in spells with effective releases, and a row per ended spell."""
    columns = [P, "prison", "regime", "admission_date", "admission_reason", "release_date", "release_reason"]
    stays = read(folder, "custody_stay", "stay_id", columns)
    same = [P, "prison", "admission_date", "release_date", "admission_reason"]
    stays = stays.sort(P, "admission_date", "stay_id").unique(same, keep="first", maintain_order=True)
    first = pl.col(P).ne_missing(pl.col(P).shift())
    reason = pl.col("release_reason").is_in([*SENTENCE, "remand_ended"])
    stays = stays.with_columns(
        first=first,
        latest=pl.col("release_date").cum_max().forward_fill().shift().over(P),
        open_before=pl.col("release_date").is_null().shift(fill_value=False) & ~first,
        rank=(pl.col("release_date").cast(pl.Int64) * 10 + reason.fill_null(False).cast(pl.Int64)).fill_null(-1),
        place=pl.int_range(pl.len()).over(P),
    ).with_columns(last=pl.col("rank").cum_max().shift().over(P))
    released_before = (pl.col("last") % 10 == 1).fill_null(False) & ~pl.col("open_before")
    same_day = pl.col("open_before") & (pl.col("admission_date") == pl.col("admission_date").shift())
    joins = (
        (pl.col("admission_date") <= pl.col("latest")).fill_null(False)
        | (pl.col("admission_reason").is_in(JOINING) & ~released_before)
        | same_day.fill_null(False)
    )
    stays = stays.with_columns(starts=pl.col("first") | ~joins).with_columns(
        spell=pl.col("starts").cast(pl.Int32).cum_sum().over(P),
        after=pl.col("starts").shift(-1, fill_value=True),
        closes=pl.col("release_date").is_null() & ~pl.col("first").shift(-1, fill_value=True),
        next_day=pl.col("admission_date").shift(-1),
    )
    stays = stays.select(
        P, "stay_id", "spell", "place", "prison", "regime", "admission_date", "admission_reason",
        release_reason=pl.when("closes").then(
            pl.when("after").then(pl.lit("unknown")).otherwise(pl.lit("transfer_out"))
        ).otherwise("release_reason"),
        release_date=pl.when("closes").then(
            pl.when("after").then(pl.col("next_day").dt.offset_by("-1d")).otherwise("next_day")
        ).otherwise("release_date"),
    )  # fmt: skip
    by_release = pl.struct("release_date", "place")
    whole = stays.group_by(P, "spell").agg(
        pl.col("admission_date").min(),
        pl.col("release_date").is_null().any().alias("is_open"),
        pl.col("release_date", "release_reason", "prison").sort_by(by_release).last(),
    )
    return stays, whole.filter(~pl.col("is_open"))


def members(folder: Path, ended: pl.LazyFrame, covered: date) -> pl.LazyFrame:
    """A row per cohort member with day 0 and how far its partners were seen."""
    seen = ended.filter(pl.col("release_reason").is_in(SENTENCE), pl.col("release_date") <= min(covered, LAST_DAY))
    seen = seen.select(P, "spell", "prison", "admission_date", "release_date")
    cases = read(folder, "case", "case_id", ["partner", "programme", P, "agreement_date", "end_date"])
    pairs = seen.join(cases.filter(pl.col("programme") == "through_the_gate"), on=P)
    pairs = pairs.filter(pl.col("agreement_date") <= pl.col("release_date"))
    key = [P, "spell"]
    chosen = pairs.sort("agreement_date", "partner", descending=[True, False]).unique(key, keep="first")
    in_term = chosen.filter(pl.col("agreement_date") >= pl.col("admission_date"))
    clients = in_term.sort("release_date", "spell").unique(P, keep="first")
    reach = pl.scan_parquet(folder / "delivery.parquet").group_by("partner").agg(seen_to=pl.col("period_to").max())
    needed = pairs.filter(pl.col("end_date").is_null() | (pl.col("end_date") >= pl.col("release_date")))
    needed = pl.concat([needed.select(*key, "partner"), in_term.select(*key, "partner")]).unique()
    shortest = needed.join(reach, on="partner").group_by(key).agg(pl.col("seen_to").min())
    clients = clients.join(shortest, on=key, how="left").with_columns(
        pl.col("seen_to").fill_null(covered), cohort=pl.lit("programme")
    )
    columns = ["cohort", P, "spell", "prison", "release_date", "seen_to"]
    everybody = seen.with_columns(cohort=pl.lit("all_releases"), seen_to=pl.lit(None, pl.Date))
    return pl.concat([everybody.select(columns), clients.select(columns)])


def observe(people: pl.LazyFrame, stays: pl.LazyFrame, covered: date) -> pl.LazyFrame:
    """Adds the day on which observation ends: coverage, or a deportation or death later on."""
    gone = stays.filter(pl.col("release_reason").is_in(["deportation", "death"]))
    pairs = people.join(gone.select(P, later="spell", gone="release_date"), on=P)
    pairs = pairs.filter(pl.col("later") >= pl.col("spell"), pl.col("gone") >= pl.col("release_date"))
    last = pairs.group_by(P, "spell").agg(pl.col("gone").min())
    return (
        people.join(last, on=[P, "spell"], how="left")
        .with_columns(observed_to=pl.min_horizontal(pl.col("gone"), pl.lit(covered)))
        .drop("gone")
        .sort("release_date")
    )


def first_day(people: pl.LazyFrame, events: pl.LazyFrame, on: str, name: str, *, same_day: bool) -> pl.LazyFrame:
    """Adds days from each release to the person's first event from then on, while observed."""
    found = people.join_asof(
        events.select(P, pl.col(on).alias("when")).sort("when"),
        left_on="release_date",
        right_on="when",
        by=P,
        strategy="forward",
        allow_exact_matches=same_day,
        check_sortedness=False,
    )
    day = (pl.col("when") - pl.col("release_date")).dt.total_days()
    return found.with_columns(pl.when(pl.col("when") <= pl.col("observed_to")).then(day).alias(name)).drop("when")


def returns(people: pl.LazyFrame, stays: pl.LazyFrame, covered: date) -> pl.LazyFrame:
    """Adds the day of return, the day of an admission for an unknown reason, and remand that is still pending."""
    qualifying = stays.filter(pl.col("admission_reason").is_in(QUALIFYING))
    unknown = stays.filter(pl.col("admission_reason") == "unknown")
    people = first_day(people, qualifying, "admission_date", "event", same_day=False)
    people = first_day(people, unknown, "admission_date", "unclear", same_day=False)
    remand = stays.filter(pl.col("regime") == "remand").select(P, "admission_date", until="release_date")
    held = people.filter(pl.col("event").is_null(), pl.col("cohort") == "all_releases").join(remand, on=P)
    held = held.filter(
        pl.col("admission_date") > pl.col("release_date"), pl.col("admission_date") <= pl.col("observed_to")
    ).with_columns(
        day=(pl.col("admission_date") - pl.col("release_date")).dt.total_days(),
        until=pl.when(pl.col("until") <= covered)
        .then((pl.col("until") - pl.col("release_date")).dt.total_days())
        .otherwise(100_000),
    )
    covers = [
        ((pl.col("day") <= w) & (pl.col("until") > w)).any().alias(f"pending_{w}") for w in WINDOWS["return_to_prison"]
    ]
    pending = held.group_by(P, "spell").agg(covers)
    return people.join(pending, on=[P, "spell"], how="left").with_columns(pl.col("^pending_.*$").fill_null(False))


def care(folder: Path, clients: pl.LazyFrame) -> pl.LazyFrame:
    """Adds the first day of contact and of treatment."""
    columns = [P, "service_date", "setting", "recipient", "attendance", "direct", "treatment_id", "partner"]
    attended = read(folder, "service", "service_id", columns).filter(pl.col("attendance") == "attended")
    contact = attended.filter(
        pl.col("direct"),
        pl.col("recipient").is_in(["client", "client_and_family"]),
        pl.col("setting").is_in(["gate", "community", "residential", "phone", "online"]),
    )
    columns = ["partner", P, "treatment_type", "setting", "start_date"]
    treatments = read(folder, "treatment", "treatment_id", columns)
    wanted = treatments.filter(pl.col("setting") == "community", pl.col("treatment_type") != "aftercare")
    clients = first_day(clients, contact, "service_date", "contact", same_day=True)
    clients = first_day(clients, wanted, "start_date", "started", same_day=True)
    on = attended.filter(pl.col("treatment_id").is_not_null()).select("partner", "treatment_id", "service_date")
    opened = wanted.join(on, on=["partner", "treatment_id"]).select(P, "start_date", "service_date")
    went_on = (
        clients.select(P, "spell", "release_date", "observed_to")
        .join(opened, on=P)
        .filter(
            pl.col("start_date") < pl.col("release_date"),
            pl.col("service_date").is_between("release_date", "observed_to"),
        )
        .group_by(P, "spell")
        .agg(went_on=(pl.col("service_date") - pl.col("release_date")).dt.total_days().min())
    )
    return clients.join(went_on, on=[P, "spell"], how="left").with_columns(
        treatment=pl.min_horizontal("started", "went_on")
    )


def count(people: pl.LazyFrame, measure: str, event: str, covered: date) -> list[pl.LazyFrame]:
    """Cells by cohort, window, prison and quarter."""
    cells = []
    end = pl.col("release_date").dt.offset_by("0d").dt.truncate("1q").dt.offset_by("1q").dt.offset_by("-1d")
    people = people.with_columns(
        left=(pl.lit(covered) - end).dt.total_days(),
        quarter=pl.format("{}Q{}", pl.col("release_date").dt.year(), pl.col("release_date").dt.quarter()),
    )
    for window in WINDOWS[measure]:
        seen = pl.col("left") >= window
        x = (pl.col(event) <= window).fill_null(False)
        if measure == "return_to_prison":
            doubt = (pl.col("unclear") <= window).fill_null(False) | pl.col(f"pending_{window}")
        else:
            doubt = (pl.col("unseen") <= window).fill_null(False)
        summed = people.group_by("cohort", "prison", "quarter").agg(
            n=seen.sum(), x=(x & seen).sum(), possible=(doubt & ~x & seen).sum(), too_early=(~seen).sum()
        )
        cells.append(summed.with_columns(measure=pl.lit(measure), window=pl.lit(window)))
    return cells


def keep(folder: Path, kept: Path) -> pl.DataFrame:
    """The same cells, with the tables that core and outcomes leave behind: newest versions of what was delivered, stays
    in spells, spells, members with what followed. Plain Parquet, as ours is plain too."""
    for name, key in TABLES.items():
        delivered = pl.read_parquet_schema(folder / f"{name}.parquet")
        columns = [column for column in delivered if column not in {key, *BOOKKEEPING}]
        read(folder, name, key, columns).sink_parquet(kept / f"{name}.parquet", compression="uncompressed")
    pl.read_parquet(folder / "delivery.parquet").write_parquet(kept / "delivery.parquet")
    return main(kept, kept)


def _write(kept: Path | None, name: str, frame: pl.LazyFrame) -> None:
    if kept is not None:
        frame.collect().write_parquet(kept / f"{name}.parquet", compression="uncompressed")


def main(folder: Path, kept: Path | None = None) -> pl.DataFrame:
    """Cells of three measures by prison and quarter; with `kept` the tables on the way are written there."""
    coverage = pl.read_parquet(folder / "delivery.parquet", columns=["partner", "period_to"])
    covered = coverage.filter(pl.col("partner") == "custody")["period_to"].max()
    assert isinstance(covered, date)
    # Collected where several later steps need the same rows: one great plan of all of them comes to no end.
    stays, ended = (frame.lazy() for frame in pl.collect_all(spells(folder)))
    _write(kept, "stay", stays)
    _write(kept, "spell", ended)
    people = returns(observe(members(folder, ended, covered), stays, covered), stays, covered).collect().lazy()
    _write(kept, "member", people)
    cells = count(people, "return_to_prison", "event", covered)
    unseen = (pl.col("seen_to") - pl.col("release_date")).dt.total_days().clip(lower_bound=-1) + 1
    clients = care(folder, people.filter(pl.col("cohort") == "programme")).with_columns(
        unseen=pl.when(pl.col("seen_to") < pl.col("observed_to")).then(unseen)
    )
    clients = clients.collect().lazy()
    _write(kept, "client", clients)
    cells += count(clients, "contact_made", "contact", covered)
    cells += count(clients, "treatment_started", "treatment", covered)
    columns = [*KEYS, "n", "x", "possible", "too_early"]
    lazily = [frame.select(columns) for frame in cells]
    return pl.concat(pl.collect_all(lazily)).sort(KEYS)
