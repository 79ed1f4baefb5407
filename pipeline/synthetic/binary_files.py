"""A workbook, Parquet files and a ZIP of CSVs, written so that equal rows give equal bytes."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import polars as pl

from pipeline.synthetic.csv_files import FIXED, MARK, Files, Positions, csv_bytes, position, shown
from pipeline.synthetic.deliveries import Delivery
from pipeline.synthetic.shapes import CASE_SERVICE_LIMIT, shape


def write_cppt(delivery: Delivery) -> tuple[Files, Positions]:
    """One workbook: two title rows, merged headings, columns, rows, a total."""
    import xlsxwriter

    file = f"cppt_export_{delivery.extract.isoformat()}_{MARK}.xlsx"
    target, found = io.BytesIO(), []
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"title": "SYNTETICKÁ DATA", "created": FIXED})
        merged = book.add_format({"bold": True, "align": "center"})
        for name, frame in delivery.tables.items():
            spec = shape("cppt").tables[name]
            _sheet(book.add_worksheet(spec["file"]), spec, shown(frame), merged, delivery)
            found.append(position(name, frame["_key"], file, spec["file"], 5))
    return {file: target.getvalue()}, found


def _sheet(sheet: Any, spec: dict[str, Any], frame: pl.DataFrame, merged: Any, delivery: Delivery) -> None:
    day = "{0.day}.{0.month}.{0.year}".format
    period = f"{day(delivery.period_from)}–{day(delivery.period_to)}"
    sheet.write_string(0, 0, f"{spec['file']} – SYNTETICKÁ DATA")
    sheet.write_string(1, 0, f"Stav k {day(delivery.extract)}; období {period}; úplná dodávka")
    column = 0
    for heading, width in spec["groups"]:
        if width > 1:
            sheet.merge_range(2, column, 2, column + width - 1, heading, merged)
        else:
            sheet.write_string(2, column, heading, merged)
        column += width
    sheet.write_row(3, 0, frame.columns)
    for row, values in enumerate(frame.iter_rows(), start=4):
        for place, value in enumerate(values):
            if value is not None:
                sheet.write(row, place, value)
    sheet.write_row(4 + frame.height, 0, ["Součet", frame.height])


def write_sananim(delivery: Delivery) -> tuple[Files, Positions]:
    """Parquet, a file a table, everything that it declares in its name."""
    files, found = {}, []
    for name, frame in delivery.tables.items():
        stem = shape("sananim").tables[name]["file"]
        dates = (delivery.period_from, delivery.period_to, delivery.extract)
        file = "_".join([stem, *(d.isoformat() for d in dates), delivery.kind, MARK]) + ".parquet"
        target = io.BytesIO()
        shown(frame).write_parquet(target, compression="zstd", compression_level=3, statistics=True)
        files[file] = target.getvalue()
        found.append(position(name, frame["_key"], file, "", 1))
    return files, found


def write_podane_ruce(delivery: Delivery) -> tuple[Files, Positions]:
    """A ZIP of CSVs in ISO-8859-2; client, agreement and contacts in one wide table."""
    file = f"podane_ruce_{delivery.extract.isoformat()}_{MARK}.zip"
    members, found = {}, []
    wide, places = _wide(delivery, file)
    members[f"klienti_siroka_{MARK}.csv"] = wide
    found += places
    for name, frame in delivery.tables.items():
        if name in ("person", "case", "service"):
            continue
        member = f"{shape('podane_ruce').tables[name]['file']}_{MARK}.csv"
        members[member] = csv_bytes(shown(frame), "iso-8859-2", ";", "\n")
        found.append(position(name, frame["_key"], file, member, 2))
    return {file: zip_bytes(members)}, found


def zip_bytes(members: dict[str, bytes]) -> bytes:
    """A ZIP with fixed times and without compression, so that its bytes depend on its members alone."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, FIXED.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return target.getvalue()


def _wide(delivery: Delivery, file: str) -> tuple[bytes, Positions]:
    persons, cases, services = (delivery.tables[name] for name in ("person", "case", "service"))
    numbered = services.with_columns(n=pl.int_range(1, pl.len() + 1).over("_parent"))
    base = cases.join(
        persons.rename({"_key": "_person_key"}).drop("_parent"), on="_person", how="left", maintain_order="left"
    )
    sheet = f"klienti_siroka_{MARK}.csv"
    found = [position("person", base["_person_key"], file, sheet, 2), position("case", base["_key"], file, sheet, 2)]
    rows = pl.DataFrame({"_parent": base["_key"], "row": range(2, base.height + 2)})
    where = numbered.join(rows, on="_parent", how="left", maintain_order="left")
    found.append(
        where.select(
            table=pl.lit("service"),
            key="_key",
            file=pl.lit(file),
            sheet=pl.lit(sheet),
            row=pl.col("row").cast(pl.Int64),
        )
    )
    out = shown(base.select([*shown(persons).columns, *shown(cases).columns, "_key"]).rename({"_key": "case key"}))
    for n in range(1, CASE_SERVICE_LIMIT + 1):
        nth = numbered.filter(pl.col("n") == n).select(
            "_parent", *(pl.col(c).alias(f"kontakt_{n}_{c}") for c in shown(services).columns)
        )
        out = out.join(nth, left_on="case key", right_on="_parent", how="left", maintain_order="left")
    return csv_bytes(out.drop("case key").fill_null(""), "iso-8859-2", ";", "\n"), found
