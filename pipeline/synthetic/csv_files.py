"""Plain text files: CSV and TSV of four partners, and what all containers share.

A position is (table, key, file, sheet, row): the row number as the sender counts, the first line being 1.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime

import polars as pl

from pipeline.synthetic.deliveries import Delivery
from pipeline.synthetic.shapes import shape

MARK = "SYNTHETIC"
Files = dict[str, bytes]
Positions = list[pl.DataFrame]
FIXED = datetime(2023, 7, 31, 12, 0, 0)


def shown(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that go into a file."""
    return frame.select([c for c in frame.columns if not c.startswith("_")])


def position(table: str, keys: pl.Series, file: str, sheet: str, first: int) -> pl.DataFrame:
    """Where rows stand that follow one another from line `first`."""
    return pl.DataFrame({"key": keys}).select(
        pl.lit(table).alias("table"),
        pl.col("key").cast(pl.String),
        pl.lit(file).alias("file"),
        pl.lit(sheet).alias("sheet"),
        row=pl.int_range(pl.len()) + first,
    )


def csv_bytes(frame: pl.DataFrame, encoding: str, separator: str, end: str, trailer: list[str] | None = None) -> bytes:
    """A CSV with every option given; quotation marks only where they are needed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerow(frame.columns)
    writer.writerows(frame.rows())
    if trailer:
        writer.writerow(trailer)
    return text.getvalue().encode(encoding)


def _csv_folder(delivery: Delivery, suffix: str, encoding: str, separator: str, end: str) -> tuple[Files, Positions]:
    files, found = {}, []
    for name, frame in delivery.tables.items():
        file = f"{shape(delivery.partner).tables[name]['file']}_{MARK}.{suffix}"
        trailer = ["CELKEM", str(frame.height)] if delivery.partner == "vscr" else None
        files[file] = csv_bytes(shown(frame), encoding, separator, end, trailer)
        found.append(position(name, frame["_key"], file, "", 2))
    return files, found


def write_vscr(delivery: Delivery) -> tuple[Files, Positions]:
    """CSV cp1250 with a trailer, and a control sheet that states the counts."""
    files, found = _csv_folder(delivery, "csv", "cp1250", ";", "\r\n")
    own = shape("vscr")
    day = "{0.day}.{0.month}.{0.year}".format
    lines = [
        "Řídící list předání dat;SYNTETICKÁ DATA",
        f"Datum extraktu;{day(delivery.extract)}",
        f"Období od;{day(delivery.period_from)}",
        f"Období do;{day(delivery.period_to)}",
        "Druh dodávky;úplná",
        "",
        "Tabulka;Počet řádků",
        *(f"{own.tables[name]['file']};{frame.height}" for name, frame in delivery.tables.items()),
        "",
        "Kód věznice;Věznice;Počet pobytů",
    ]
    stays = delivery.tables["custody_stay"]
    counts = dict(stays.group_by(own.heading("custody_stay", "prison")).len().iter_rows())
    names = shape("cppt").codes["prison"]
    lines += [f"{code};{names[prison]};{counts.get(code, 0)}" for prison, code in own.codes["prison"].items()]
    files[f"ridici_list_{MARK}.csv"] = "".join(line + "\r\n" for line in lines).encode("cp1250")
    return files, found


def write_kotec(delivery: Delivery) -> tuple[Files, Positions]:
    """CSV UTF-8 with BOM."""
    return _csv_folder(delivery, "csv", "utf-8-sig", ",", "\n")


def write_magdalena(delivery: Delivery) -> tuple[Files, Positions]:
    """CSV cp1250."""
    return _csv_folder(delivery, "csv", "cp1250", ";", "\r\n")


def write_romodrom(delivery: Delivery) -> tuple[Files, Positions]:
    """TSV; relatives stand beneath their client in one table."""
    own = shape("romodrom")
    both = pl.concat(
        [
            delivery.tables[name].select(
                pl.lit(own.tables[name]["kind"][1]).alias("typ"),
                pl.all(),
                pl.lit(name).alias("_table"),
                pl.lit(order).alias("_order"),
            )
            for order, name in enumerate(("person", "family_member"))
        ],
        how="diagonal",
    )
    clients = delivery.tables["person"].select("_person", _place=pl.int_range(pl.len())).unique("_person", keep="first")
    both = both.join(clients, on="_person", how="left").sort("_place", "_order", "_key", nulls_last=True).fill_null("")
    rest = {name: frame for name, frame in delivery.tables.items() if name not in ("person", "family_member")}
    others = Delivery(
        delivery.partner,
        delivery.folder,
        delivery.extract,
        delivery.period_from,
        delivery.period_to,
        delivery.kind,
        rest,
    )
    files, found = _csv_folder(others, "tsv", "utf-8", "\t", "\n")
    file = f"lide_{MARK}.tsv"
    files[file] = csv_bytes(shown(both), "utf-8", "\t", "\n")
    places = position("", both["_key"], file, "", 2).with_columns(table=both["_table"])
    return dict(sorted(files.items())), [places, *found]
