"""A delivery as files: each partner's container and, where the files cannot say it, a sidecar."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from pipeline.synthetic.binary_files import write_cppt, write_podane_ruce, write_sananim
from pipeline.synthetic.csv_files import Files, Positions, write_kotec, write_magdalena, write_romodrom, write_vscr
from pipeline.synthetic.deliveries import Delivery
from pipeline.synthetic.nested_file import write_laxus

WRITERS: dict[str, Callable[[Delivery], tuple[Files, Positions]]] = {
    "vscr": write_vscr,
    "cppt": write_cppt,
    "kotec": write_kotec,
    "laxus": write_laxus,
    "magdalena": write_magdalena,
    "sananim": write_sananim,
    "podane_ruce": write_podane_ruce,
    "romodrom": write_romodrom,
}
WITH_SIDECAR = ("kotec", "laxus", "magdalena", "podane_ruce", "romodrom")


def sidecar(delivery: Delivery) -> bytes:
    """What a delivery says of itself where its files cannot."""
    tables = ", ".join(f'"{name}"' for name in delivery.tables)
    lines = [
        f'partner = "{delivery.partner}"',
        f"extract_date = {delivery.extract.isoformat()}",
        f"period_from = {delivery.period_from.isoformat()}",
        f"period_to = {delivery.period_to.isoformat()}",
        f'kind = "{delivery.kind}"',
        f"tables = [{tables}]",
        'lawful_basis = "synthetic data: nobody is concerned"',
        "keep_until = 2033-12-31",
        "synthetic = true",
    ]
    return ("\n".join(lines) + "\n").encode()


def write_delivery(delivery: Delivery) -> tuple[Files, pl.DataFrame]:
    """All files of a delivery by name, and where each model row stands in them."""
    files, found = WRITERS[delivery.partner](delivery)
    if delivery.partner in WITH_SIDECAR:
        files["delivery.toml"] = sidecar(delivery)
    return files, pl.concat([f.with_columns(pl.col("row").cast(pl.Int64)) for f in found])
