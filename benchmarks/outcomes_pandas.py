"""The benchmark's work in pandas, as an analyst at home in it would write it: merges, merge_asof, groupby."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

WINDOWS = {"return_to_prison": (90, 180, 365), "contact_made": (0, 1, 3, 7, 30), "treatment_started": (7, 21, 30, 90)}
QUALIFYING = ["new_sentence", "revocation_of_conditional_release", "conversion_of_sanction", "earlier_offence"]
SENTENCE = [
    "end_of_sentence", "conditional_release", "conditional_release_supervised", "court_order", "pardon",
]  # fmt: skip
JOINING = ["transfer_in", "return_from_absence"]
LAST_DAY = pd.Timestamp("2023-06-30")
TABLES = {"custody_stay": "stay_id", "service": "service_id", "case": "case_id", "treatment": "treatment_id",
          "person": "person_id"}  # fmt: skip
BOOKKEEPING = ("delivery_id", "file_id", "sheet", "row_number", "ordinal")
KEYS = ["measure", "cohort", "window", "prison", "quarter"]


def read(folder: Path, name: str, key: str, columns: list[str]) -> pd.DataFrame:
    """The newest version of each key; a table that tells no deliveries apart holds nothing else."""
    if "delivery_id" not in pq.read_schema(folder / f"{name}.parquet").names:
        return pd.read_parquet(folder / f"{name}.parquet", columns=[key, *columns])
    frame = pd.read_parquet(folder / f"{name}.parquet", columns=[key, *columns, "delivery_id", "row_number"])
    order = pd.read_parquet(folder / "delivery.parquet", columns=["delivery_id", "extract_date"])
    frame = frame.merge(order, on="delivery_id")
    repeated = frame[key].duplicated(keep=False)
    newest = frame[repeated].sort_values(["extract_date", "row_number"]).drop_duplicates(key, keep="last")
    return pd.concat([frame[~repeated], newest])[[key, *columns]]


def spells(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Stays placed in spells with effective releases, and a row per spell."""
    columns = ["person_id", "prison", "regime", "admission_date", "admission_reason", "release_date", "release_reason"]
    stays = read(folder, "custody_stay", "stay_id", columns)
    for name in ("admission_date", "release_date"):
        stays[name] = pd.to_datetime(stays[name])
    same = ["person_id", "prison", "admission_date", "release_date", "admission_reason"]
    stays = stays.sort_values(["person_id", "admission_date", "stay_id"], ignore_index=True).drop_duplicates(same)
    person = stays["person_id"]
    first = person != person.shift()
    ordered = stays.groupby("person_id", sort=False)
    latest = ordered["release_date"].cummax().groupby(person).ffill().groupby(person).shift()
    open_before = stays["release_date"].isna().shift(fill_value=False) & ~first
    place = ordered.cumcount()
    released = stays["release_reason"].isin([*SENTENCE, "remand_ended"]).astype("int64")
    rank = (stays["release_date"].astype("int64") // 1000 * 10 + released).where(stays["release_date"].notna(), -1)
    last = rank.groupby(person).cummax().groupby(person).shift()
    released_before = (last % 10 == 1) & ~open_before
    joining = stays["admission_reason"].isin(JOINING)
    same_day = open_before & (stays["admission_date"] == stays["admission_date"].shift())
    joins = (stays["admission_date"] <= latest) | (joining & ~released_before) | same_day
    stays["starts"] = first | ~joins
    stays["spell"] = stays["starts"].groupby(person).cumsum()
    stays["place"] = place
    after = stays["starts"].shift(-1, fill_value=True)
    next_day = stays["admission_date"].shift(-1)
    closes = stays["release_date"].isna() & ~first.shift(-1, fill_value=True)
    stays["release_reason"] = stays["release_reason"].mask(closes, np.where(after, "unknown", "transfer_out"))
    stays["release_date"] = stays["release_date"].mask(closes, next_day.where(~after, next_day - pd.Timedelta(days=1)))
    keys = ["person_id", "spell"]
    ending = stays.assign(is_open=stays["release_date"].isna()).sort_values([*keys, "release_date", "place"])
    whole = ending.drop_duplicates(keys, keep="last")
    starts = stays.groupby(keys, sort=False, as_index=False)["admission_date"].min()
    whole = whole.drop(columns="admission_date").merge(starts, on=keys)
    return stays, whole[~whole["is_open"]]


def members(folder: Path, ended: pd.DataFrame, covered: pd.Timestamp) -> pd.DataFrame:
    """A row per cohort member with day 0 and the partner."""
    seen = ended[ended["release_reason"].isin(SENTENCE) & (ended["release_date"] <= min(covered, LAST_DAY))]
    seen = seen[["person_id", "spell", "prison", "admission_date", "release_date"]].reset_index(drop=True)
    seen["release"] = seen.index
    cases = read(folder, "case", "case_id", ["partner", "programme", "person_id", "agreement_date", "end_date"])
    cases["agreement_date"] = pd.to_datetime(cases["agreement_date"])
    cases["end_date"] = pd.to_datetime(cases["end_date"])
    pairs = seen.merge(cases[cases["programme"] == "through_the_gate"], on="person_id")
    pairs = pairs[pairs["agreement_date"] <= pairs["release_date"]]
    chosen = pairs.sort_values(["agreement_date", "partner"], ascending=[False, True]).drop_duplicates("release")
    in_term = chosen[chosen["agreement_date"] >= chosen["admission_date"]]
    clients = in_term.sort_values(["release_date", "spell"]).drop_duplicates("person_id")
    reach = pd.read_parquet(folder / "delivery.parquet", columns=["partner", "period_to"])
    reach = pd.to_datetime(reach["period_to"]).groupby(reach["partner"]).max().rename("seen_to").reset_index()
    needed = pairs[pairs["end_date"].isna() | (pairs["end_date"] >= pairs["release_date"])]
    needed = pd.concat([needed[["release", "partner"]], in_term[["release", "partner"]]]).drop_duplicates()
    shortest = needed.merge(reach, on="partner").groupby("release")["seen_to"].min()
    clients = clients.assign(cohort="programme", seen_to=clients["release"].map(shortest).fillna(covered))
    both = pd.concat([seen.assign(cohort="all_releases"), clients], ignore_index=True)
    return both[["cohort", "person_id", "release", "spell", "prison", "release_date", "seen_to"]]


def observe(people: pd.DataFrame, stays: pd.DataFrame, covered: pd.Timestamp) -> pd.DataFrame:
    """Adds the day on which observation ends: coverage, or a deportation or death later on."""
    gone = stays[stays["release_reason"].isin(["deportation", "death"])][["person_id", "spell", "release_date"]]
    pairs = people[["cohort", "release", "person_id", "spell", "release_date"]].merge(
        gone.rename(columns={"spell": "later", "release_date": "gone"}), on="person_id"
    )
    pairs = pairs[(pairs["later"] >= pairs["spell"]) & (pairs["gone"] >= pairs["release_date"])]
    last = pairs.groupby("release")["gone"].min()
    people["observed_to"] = people["release"].map(last).fillna(covered).clip(upper=covered)
    return people.sort_values("release_date", ignore_index=True)


def first_day(people: pd.DataFrame, events: pd.DataFrame, on: str, same_day: bool) -> pd.Series:
    """Days from each release to the person's first event from then on, while observed."""
    found = pd.merge_asof(
        people[["person_id", "release_date", "observed_to"]],
        events[["person_id", on]].sort_values(on),
        left_on="release_date",
        right_on=on,
        by="person_id",
        direction="forward",
        allow_exact_matches=same_day,
    )
    day = (found[on] - found["release_date"]).dt.days
    return day.where(found[on] <= found["observed_to"])


def returns(people: pd.DataFrame, stays: pd.DataFrame, covered: pd.Timestamp) -> pd.DataFrame:
    """Adds the day of return, the day of an admission for an unknown reason, and remand that is still pending."""
    event = first_day(people, stays[stays["admission_reason"].isin(QUALIFYING)], "admission_date", False)
    unclear = first_day(people, stays[stays["admission_reason"] == "unknown"], "admission_date", False)
    people = people.assign(event=event, unclear=unclear)
    remand = stays[stays["regime"] == "remand"][["person_id", "admission_date", "release_date"]]
    without = people[people["event"].isna()][["person_id", "cohort", "release", "release_date", "observed_to"]]
    held = without.merge(remand.rename(columns={"release_date": "until"}), on="person_id")
    held = held[(held["admission_date"] > held["release_date"]) & (held["admission_date"] <= held["observed_to"])]
    held["day"] = (held["admission_date"] - held["release_date"]).dt.days
    held["until"] = (held["until"].where(held["until"] <= covered) - held["release_date"]).dt.days.fillna(100_000)
    for window in WINDOWS["return_to_prison"]:
        pending = held[(held["day"] <= window) & (held["until"] > window)]["release"].unique()
        people[f"pending_{window}"] = people["release"].isin(pending)
    return people


def care(folder: Path, clients: pd.DataFrame) -> pd.DataFrame:
    """Adds the first day of contact and of treatment."""
    columns = ["person_id", "service_date", "setting", "recipient", "attendance", "direct", "treatment_id", "partner"]
    services = read(folder, "service", "service_id", columns)
    services["service_date"] = pd.to_datetime(services["service_date"])
    attended = services[services["attendance"] == "attended"]
    contact = attended[
        attended["direct"]
        & attended["recipient"].isin(["client", "client_and_family"])
        & attended["setting"].isin(["gate", "community", "residential", "phone", "online"])
    ]
    columns = ["partner", "person_id", "treatment_type", "setting", "start_date"]
    treatments = read(folder, "treatment", "treatment_id", columns)
    treatments["start_date"] = pd.to_datetime(treatments["start_date"])
    wanted = treatments[(treatments["setting"] == "community") & (treatments["treatment_type"] != "aftercare")]
    started = first_day(clients, wanted, "start_date", True)
    on = attended[attended["treatment_id"].notna()][["partner", "treatment_id", "service_date"]]
    opened = wanted.merge(on, on=["partner", "treatment_id"])
    pairs = clients[["person_id", "release", "release_date", "observed_to"]].merge(
        opened[["person_id", "start_date", "service_date"]], on="person_id"
    )
    pairs = pairs[
        (pairs["start_date"] < pairs["release_date"])
        & (pairs["service_date"] >= pairs["release_date"])
        & (pairs["service_date"] <= pairs["observed_to"])
    ]
    went_on = (pairs["service_date"] - pairs["release_date"]).dt.days.groupby(pairs["release"]).min()
    return clients.assign(
        contact=first_day(clients, contact, "service_date", True),
        treatment=np.fmin(started, clients["release"].map(went_on)),
    )


def count(people: pd.DataFrame, measure: str, event: str, covered: pd.Timestamp) -> list[pd.DataFrame]:
    """Cells by cohort, window, prison and quarter."""
    cells = []
    period = people["release_date"].dt.to_period("Q")
    left = (covered - period.dt.end_time.dt.normalize()).dt.days
    quarter = period.astype(str)
    for window in WINDOWS[measure]:
        seen = left >= window
        x = people[event] <= window
        doubt = (
            (people["unclear"] <= window) | people[f"pending_{window}"]
            if measure == "return_to_prison"
            else people["unseen"] <= window
        )
        flags = people[["cohort", "prison"]].assign(
            quarter=quarter, n=seen, x=x & seen, possible=doubt & ~x & seen, too_early=~seen
        )
        summed = flags.groupby(["cohort", "prison", "quarter"], as_index=False)[["n", "x", "possible", "too_early"]]
        cells.append(summed.sum().assign(measure=measure, window=window))
    return cells


def keep(folder: Path, kept: Path) -> pd.DataFrame:
    """The same cells, with the tables that core and outcomes leave behind: newest versions of what was delivered, stays
    in spells, spells, members with what followed. Plain Parquet, as ours is plain too."""
    for name, key in TABLES.items():
        delivered = pq.read_schema(folder / f"{name}.parquet").names
        columns = [column for column in delivered if column not in {key, *BOOKKEEPING}]
        _write(kept, name, read(folder, name, key, columns))
    _write(kept, "delivery", pd.read_parquet(folder / "delivery.parquet"))
    return main(kept, kept)


def _write(kept: Path | None, name: str, frame: pd.DataFrame) -> None:
    if kept is not None:
        frame.to_parquet(kept / f"{name}.parquet", compression=None, index=False)


def main(folder: Path, kept: Path | None = None) -> pd.DataFrame:
    """Cells of three measures by prison and quarter; with `kept` the tables on the way are written there."""
    coverage = pd.read_parquet(folder / "delivery.parquet", columns=["partner", "period_to"])
    covered = pd.to_datetime(coverage[coverage["partner"] == "custody"]["period_to"]).max()
    stays, ended = spells(folder)
    people = observe(members(folder, ended, covered), stays, covered)
    people = returns(people, stays, covered)
    for name, frame in (("stay", stays), ("spell", ended), ("member", people)):
        _write(kept, name, frame)
    cells = count(people, "return_to_prison", "event", covered)
    clients = care(folder, people[people["cohort"] == "programme"].reset_index(drop=True))
    unseen = (clients["seen_to"] - clients["release_date"]).dt.days.clip(lower=-1) + 1
    clients["unseen"] = unseen.where(clients["seen_to"] < clients["observed_to"])
    _write(kept, "client", clients)
    cells += count(clients, "contact_made", "contact", covered)
    cells += count(clients, "treatment_started", "treatment", covered)
    return pd.concat(cells).sort_values(KEYS, ignore_index=True)[[*KEYS, "n", "x", "possible", "too_early"]]
