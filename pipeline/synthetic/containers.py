"""Files: each partner's container, written with equal bytes for equal rows, and where each row then stands.

A position is (table, key, file, sheet, row): the row number as the sender counts, the first line being 1.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl

from pipeline.synthetic.deliveries import Delivery
from pipeline.synthetic.shapes import CASE_SERVICE_LIMIT, shape

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


def write_laxus(delivery: Delivery) -> tuple[Files, Positions]:
    """JSON: clients with agreements, needs, services, treatments, entries and assessments nested."""
    file = f"laxus_klienti_{MARK}.json"
    own, found = shape("laxus"), []
    nested: dict[str, dict[str, list[dict[str, Any]]]] = {}
    owner = {"service": "_parent", "need": "_parent"}
    clients = {key: place for place, key in enumerate(delivery.tables["person"]["_key"].to_list())}
    cases = delivery.tables["case"]
    rank = {key: (clients[person], place) for place, (key, person) in enumerate(cases.select("_key", "_person").rows())}
    for name, frame in delivery.tables.items():
        parent = owner.get(name, "_person")
        places: dict[str, Any] = dict(clients if parent == "_person" else rank)
        keys = frame[parent].to_list()
        order = sorted(range(frame.height), key=[(places[key], place) for place, key in enumerate(keys)].__getitem__)
        ordered = frame[order]
        nested[name] = {}
        for values, key in zip(shown(ordered).iter_rows(named=True), ordered[parent].to_list(), strict=True):
            nested[name].setdefault(key, []).append({k: v for k, v in values.items() if v is not None})
        found.append(position(name, ordered["_key"], file, own.tables[name]["file"], 1))
    case_key, person_key = own.heading("case", "case_id"), own.heading("person", "person_id")
    for rows in nested["case"].values():
        for row in rows:
            row["vykony"] = nested["service"].get(row[case_key], [])
            row["zakazky"] = nested["need"].get(row[case_key], [])
    people = [row for rows in nested["person"].values() for row in rows]
    for row in people:
        key = row[person_key]
        row["dohody"] = nested["case"].get(key, [])
        row["lecby"] = nested["treatment"].get(key, [])
        row["vstupy"] = nested["treatment_entry"].get(key, [])
        row["hodnoceni"] = nested["assessment"].get(key, [])
    head = {"export": {"system": "Klientská databáze Laxus", "poznamka": "SYNTETICKÁ DATA"}, "klienti": people}
    return {file: (json.dumps(head, ensure_ascii=False, indent=1) + "\n").encode()}, found


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
