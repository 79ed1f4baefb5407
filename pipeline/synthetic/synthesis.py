"""From seed to files: the world, its deliveries, the planted faults, and the manifest of all answers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.errors import SettingsError
from pipeline.synthetic.containers import write_delivery
from pipeline.synthetic.csv_files import MARK, shown
from pipeline.synthetic.deliveries import Delivery, plan_deliveries
from pipeline.synthetic.faults import Fault, Planted, plant
from pipeline.synthetic.frame import generator
from pipeline.synthetic.rates import true_rates
from pipeline.synthetic.world import build_world

MANIFEST = f"manifest_{MARK}.json"
SAMPLE_PEOPLE, SAMPLE_SEED = 3_000, 2028
USUAL_PEOPLE, USUAL_CLIENTS, USUAL_AGREEMENTS = 5_000, 315, 60


def synthesize(
    people: int,
    seed: int,
    to: Path,
    *,
    clients: int | None = None,
    agreements: int | None = None,
    faults: bool = True,
) -> dict[str, Any]:
    """Write all partners' deliveries under `to`, one folder per partner, and return the manifest (also written).

    `people` counts people in custody data; programme clients and Romodrom agreements grow with them unless
    they are given. The manifest holds the true rates, the rows that must be refused and why, and the numbers
    of duplicates and of children of refused parents. Equal arguments write equal bytes. Raises SettingsError
    for too few people, or for a folder that holds something else.
    """
    share = people / USUAL_PEOPLE
    wanted = clients or max(6, round(USUAL_CLIENTS * share))
    agreed = agreements or max(2, round(USUAL_AGREEMENTS * share))
    _prepare(to)
    world = build_world(people, seed, wanted, agreed)
    deliveries = plan_deliveries(world)
    planted = plant(generator(seed, "faults"), deliveries) if faults else Planted()
    planted.duplicates += _redelivered(deliveries, planted)
    places = {d.title: _write(d, to / d.partner / d.folder) for d in deliveries}
    manifest = {
        "synthetic": True,
        "people": people,
        "clients": wanted,
        "agreements": agreed,
        "seed": seed,
        "rates": _in_digits(true_rates()),
        "rows": {d.title: {name: frame.height for name, frame in d.tables.items()} for d in deliveries},
        "quarantine": [_located(fault, places) for fault in planted.faults],
        "children": planted.children,
        "duplicates": [dict(zip(("delivery", "table", "rows"), entry, strict=True)) for entry in planted.duplicates],
        "warnings": [_located(fault, places) for fault in planted.warnings],
        "conflicts": planted.conflicts,
    }
    (to / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return manifest


def write_sample(to: Path) -> dict[str, Any]:
    """The sample of the repository: fewer people, but all clients of a programme of usual size."""
    return synthesize(SAMPLE_PEOPLE, SAMPLE_SEED, to, clients=USUAL_CLIENTS, agreements=USUAL_AGREEMENTS)


def _prepare(to: Path) -> None:
    """An empty folder, or one that was written here before: what it then held is taken away first."""
    before = to / MANIFEST
    if before.exists():
        for title in json.loads(before.read_text("utf-8"))["rows"]:
            shutil.rmtree(to / title, ignore_errors=True)
    elif to.exists() and any(to.iterdir()):
        raise SettingsError("The folder holds something else. Name an empty or a new one, so that nothing is mixed.")
    to.mkdir(parents=True, exist_ok=True)


def _write(delivery: Delivery, folder: Path) -> pl.DataFrame:
    files, places = write_delivery(delivery)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return places


def _located(fault: Fault, places: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """A planted row with the file, sheet and line where it stands."""
    here = (
        places[fault.delivery]
        .filter((pl.col("table") == fault.table) & (pl.col("key") == fault.key))
        .row(0, named=True)
    )
    partner, folder = fault.delivery.split("/")
    return {
        "partner": partner,
        "delivery": folder,
        "file": here["file"],
        "sheet": here["sheet"],
        "row_number": here["row"],
        "table": fault.table,
        "record_key": fault.key,
        "column": fault.column,
        "rule_id": fault.rule_id,
    }


def _in_digits(rates: Any) -> Any:
    """The same with twelve decimals: what sums leave beyond them differs from one processor to another."""
    if isinstance(rates, dict):
        return {name: _in_digits(rate) for name, rate in rates.items()}
    return round(float(rates), 12)


def _redelivered(deliveries: list[Delivery], planted: Planted) -> list[tuple[str, str, int]]:
    """Rows of a later full extract that stood in the earlier one with the same values, and were accepted there."""
    refused = {(fault.delivery, fault.table, fault.key) for fault in planted.faults}
    found = []
    earlier, later = (d for d in deliveries if d.partner == "kotec")
    for name, frame in later.tables.items():
        before = earlier.tables[name]
        before = before.filter(
            ~pl.Series([(earlier.title, name, key) in refused for key in before["_key"].to_list()], dtype=pl.Boolean)
        )
        same = shown(frame).join(shown(before), on=shown(frame).columns, how="semi", nulls_equal=True)
        found.append((later.title, name, same.height))
    return found
