"""What is decided about whole deliveries before any row is converted: missing columns and files, totals."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass

from pipeline.settings import Settings
from pipeline.sources import (
    Contract,
    ControlGroups,
    SourceFile,
    fold,
    is_helper,
    is_template,
    load_contract,
)
from pipeline.staging.convert import BLANKS
from pipeline.staging.headers import Header, ignored_columns, missing_columns, repeated_columns
from pipeline.warehouse import Connection


@dataclass(frozen=True)
class Sheet:
    """One landed sheet and the contract entry that reads it; `file` is None when nothing does.

    `records` counts its source records, with the `erased` ones of which nothing is left; `filled` every row that is
    not blank.
    """

    partner: str
    delivery_id: str
    file_id: str
    file_name: str
    sheet: str
    header: Header
    file: SourceFile | None
    records: int
    filled: int
    erased: int = 0

    @property
    def place(self) -> str:
        """File and sheet as the sender knows them."""
        return f"{self.file_name}: {self.sheet}" if self.sheet else self.file_name


@dataclass(frozen=True)
class Refusal:
    """A whole delivery refused: the rule and where, in the sender's own names and no person's values."""

    delivery_id: str
    partner: str
    rule_id: str
    detail: str


def read_contracts(con: Connection, settings: Settings) -> dict[str, Contract]:
    """The contract of every partner that has delivered; raises SettingsError for a contract that cannot be used."""
    partners = con.execute("select distinct partner from landing.delivery order by partner").fetchall()
    return {partner: load_contract(settings, partner) for (partner,) in partners}


def read_sheets(con: Connection, contracts: dict[str, Contract]) -> list[Sheet]:
    """Every landed sheet, ordered by delivery, file and sheet."""
    rows = con.execute("""
        select
            f.partner, f.delivery_id, f.file_id, f.name, s.sheet, s.header, s.source,
            coalesce(r.records, 0), coalesce(r.filled, 0), coalesce(r.erased, 0)
        from landing.file as f
        join landing.sheet as s using (file_id)
        left join (
            select
                file_id, sheet, count(*) filter (where kind in ('record', 'erased')) as records,
                count(*) filter (where kind not in ('blank', 'erased')) as filled,
                count(*) filter (where kind = 'erased') as erased
            from landing.record group by file_id, sheet) as r on r.file_id = s.file_id and r.sheet = s.sheet
        order by f.partner, f.delivery_id, f.file_order, f.name, s.sheet""").fetchall()
    by_name = {partner: contract.files for partner, contract in contracts.items()}
    return [
        Sheet(p, d, f, n, s, Header(tuple(h or "" for h in header or ())), by_name[p].get(source), *counts)
        for p, d, f, n, s, header, source, *counts in rows
    ]


def refusals(con: Connection, contracts: dict[str, Contract], sheets: list[Sheet]) -> list[Refusal]:
    """Every reason to refuse a delivery, all of one delivery together."""
    by_delivery: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        by_delivery[sheet.delivery_id].append(sheet)
    totals = _total_cells(con)
    found = []
    for delivery_id, partner, tables in con.execute(
        "select delivery_id, partner, tables from landing.delivery order by partner, delivery_id"
    ).fetchall():
        delivered = by_delivery[delivery_id]
        reasons = _missing_files(contracts[partner], delivered, set(tables or ()))
        for sheet in delivered:
            reasons += _missing_columns(sheet) + _repeated_columns(sheet)
            reasons += _wrong_total(sheet, totals.get((sheet.file_id, sheet.sheet)))
            reasons += _wrong_controls(con, sheet, delivered)
        found += [Refusal(delivery_id, partner, rule, detail) for rule, detail in reasons]
    return found


def write_refusals(con: Connection, found: list[Refusal]) -> None:
    """Fill staging.delivery_refused."""
    for r in found:
        con.execute(
            "insert into staging.delivery_refused values (?, ?, ?, ?)", [r.delivery_id, r.partner, r.rule_id, r.detail]
        )


def write_unread(con: Connection, sheets: list[Sheet]) -> None:
    """List columns that nothing reads in staging.ignored_column, and sheets in staging.unread_sheet."""
    for s in sheets:
        where = [s.partner, s.delivery_id, s.file_id, s.sheet]
        if s.file is None and is_helper(s.file_name, s.sheet):
            continue
        if s.file is None:
            con.execute("insert into staging.unread_sheet values (?, ?, ?, ?, ?)", [*where, s.filled])
            continue
        if columns := ignored_columns(s.file, s.header) + _unnamed_columns(con, s):
            insert = "insert into staging.ignored_column select ?, ?, ?, ?, unnest(?::varchar[])"
            con.execute(insert, [*where, columns])


def _unnamed_columns(con: Connection, sheet: Sheet) -> list[str]:
    """Columns that hold something and have no name, as [position]."""
    unnamed = {n for n, text in enumerate(sheet.header.delivered, start=1) if not text.strip()}
    if not (unnamed and sheet.records):
        return []
    filled = con.execute(
        "select distinct position from (select unnest(cells) as cell, generate_subscripts(cells, 1) as position "
        "from landing.record where file_id = ? and sheet = ? and kind = 'record') where trim(cell) <> '' order by 1",
        [sheet.file_id, sheet.sheet],
    ).fetchall()
    return [f"[{position}]" for (position,) in filled if position in unnamed]


def _missing_files(contract: Contract, delivered: list[Sheet], tables: set[str]) -> list[tuple[str, str]]:
    """Entries that fill a declared table and must be there, and declared tables that nothing delivered fills."""
    there = {s.file.name for s in delivered if s.file}
    filled = {t for s in delivered if s.file for t in s.file.tables}
    templates = {t for s in delivered if s.file and is_template(s.file) and s.records for t in s.file.tables}
    wanted = tables - templates  # a table that the template fills needs no export
    missing = [f for f in contract.file if f.required and f.name not in there and wanted & set(f.tables)]
    said = {t for f in missing for t in f.tables}
    for table in sorted(tables - filled - said):
        missing += [f for f in contract.file if table in f.tables][:1]
    return [("missing_file", f"{f.pattern[0]} {f.sheet}".strip()) for f in missing]


def _missing_columns(sheet: Sheet) -> list[tuple[str, str]]:
    if not sheet.file or not (sheet.records or any(sheet.header.delivered)):
        return []  # an empty list of a JSON export names no columns
    gone = missing_columns(sheet.file, sheet.header)
    return [
        ("missing_column", f"{sheet.place}: {m.name}" + (f" ({m.candidate}?)" if m.candidate else "")) for m in gone
    ]


def _repeated_columns(sheet: Sheet) -> list[tuple[str, str]]:
    """Which of two columns of one name is meant cannot be known."""
    repeated = repeated_columns(sheet.file, sheet.header) if sheet.file else []
    return [("repeated_column", f"{sheet.place}: {name}") for name in repeated]


def _total_cells(con: Connection) -> dict[tuple[str, str], list[str | None]]:
    """The cells of each sheet's last total row."""
    rows = con.execute("""
        select file_id, sheet, to_json(arg_max(cells, row_number)) from landing.record
        where kind = 'total' group by all""").fetchall()
    return {(file_id, sheet): json.loads(cells) for file_id, sheet, cells in rows}


def _wrong_total(sheet: Sheet, cells: list[str | None] | None) -> list[tuple[str, str]]:
    total = sheet.file.total if sheet.file else None
    if total is None:
        return []
    position = total.count if isinstance(total.count, int) else sheet.header.position(total.count) or 0
    stated = whole_number(cells[position - 1]) if cells and 0 < position <= len(cells) else None
    return _compare(sheet.place, stated, sheet.records)


def _wrong_controls(con: Connection, sheet: Sheet, delivered: list[Sheet]) -> list[tuple[str, str]]:
    control = sheet.file.control if sheet.file else None
    if control is None:
        return []
    name, count = sheet.header.position(control.name), sheet.header.position(control.count)
    if not name or not count:
        return []  # said as missing_column
    third = control.groups.count if control.groups else count
    rows = con.execute(
        "select cells[?], cells[?], cells[?] from landing.record "
        "where file_id = ? and sheet = ? and kind = 'record' order by row_number",
        [name, count, third, sheet.file_id, sheet.sheet],
    ).fetchall()
    groups = _group_counts(con, control.groups, delivered) if control.groups else {}
    erased = sum(s.erased for s in delivered if control.groups and s.file and s.file.name == control.groups.file)
    reasons, of_groups, missing = [], [], 0
    for sender, number, in_group in rows:
        file, stated = control.file_of(sender or ""), whole_number(in_group)
        if file:
            read = sum(s.records for s in delivered if s.file and s.file.name == file)
            reasons += _compare(f"{sheet.place}: {sender}", whole_number(number), read)
        elif control.groups and stated is not None:
            in_file = groups.get(fold(sender or ""), 0)
            of_groups += _compare(f"{sheet.place}: {sender}", stated, in_file)
            missing += stated - in_file if stated >= in_file else erased + 1
    # nobody may learn from the totals in which group an erased record was, so only their sum is compared
    return reasons + ([] if missing == erased else of_groups)


def _group_counts(con: Connection, groups: ControlGroups, delivered: list[Sheet]) -> dict[str, int]:
    """Records of a delivery's file by the folded value of one column."""
    counts: Counter[str] = Counter()
    for s in delivered:
        position = s.header.position(groups.column)
        if s.file and s.file.name == groups.file and position:
            for value, number in con.execute(
                "select cells[?], count(*) from landing.record "
                "where file_id = ? and sheet = ? and kind = 'record' group by all",
                [position, s.file_id, s.sheet],
            ).fetchall():
                counts[fold(value or "")] += number
    return dict(counts)


def _compare(place: str, stated: int | None, read: int) -> list[tuple[str, str]]:
    return [] if stated == read else [("trailer_total", f"{place}: {'?' if stated is None else stated} ≠ {read}")]


def whole_number(text: str | None) -> int | None:
    """A count as senders write it (1 234, 120.0), or None."""
    bare = (text or "").translate({ord(blank): None for blank in BLANKS + " "}).removesuffix(".0")
    return int(bare) if bare.isdecimal() else None
