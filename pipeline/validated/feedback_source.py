"""Gathering the feedback of all deliveries from the warehouse; each delivery gets its own partner's rows only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import SettingsError
from pipeline.model import tables
from pipeline.settings import Settings
from pipeline.sources import Contract, load_contract
from pipeline.validated.feedback_content import Accounted, Feedback, Place, group
from pipeline.validated.rules import Rule
from pipeline.warehouse import Connection


def gather(con: Connection, settings: Settings, rules: dict[str, Rule], language: str) -> list[Feedback]:
    """The feedback of every delivery in the warehouse, sorted by partner, extract date and id."""
    deliveries = con.execute(
        "select delivery_id, partner, extract_date, period_from, period_to, kind, synthetic, verdict = 'refused' "
        "from validated.delivery order by partner, extract_date, delivery_id"
    ).fetchall()
    source = _Source(con, settings, language)
    return [
        Feedback(
            partner=partner,
            title=source.title(partner),
            delivery_id=delivery_id,
            extract_date=extract,
            period=(first, last),
            kind=kind,
            refused=refused,
            synthetic=synthetic,
            files=tuple(source.files[delivery_id]),
            records=sum(source.records[delivery_id]),
            accounting=tuple(source.accounting[delivery_id]),
            groups=group(source.findings(delivery_id, partner), rules),
            ignored=tuple(source.ignored[delivery_id]),
            unread=tuple(source.unread[delivery_id]),
        )
        for delivery_id, partner, extract, first, last, kind, synthetic, refused in deliveries
    ]


def partner_title(settings: Settings, partner: str) -> str:
    """The partner's full name by its contract, or its short one where there is no contract any more."""
    try:
        return load_contract(settings, partner).title
    except SettingsError:
        return partner


@dataclass
class _Source:
    """What the pages of all deliveries share, read once."""

    con: Connection
    settings: Settings
    language: str
    contracts: dict[str, Contract | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        query = self._by_delivery
        self.files = query("select delivery_id, name from landing.file order by file_order, name", lambda row: row[0])
        self.records = query(
            "select f.delivery_id, f.partner, coalesce(s.source, ''), count(*) from landing.record r "
            "join landing.file f on f.file_id = r.file_id "
            "left join landing.sheet s on s.file_id = r.file_id and s.sheet = r.sheet "
            "where r.kind = 'record' group by all",
            lambda row: row[2] if self._gives_rows(row[0], row[1]) else 0,
        )
        self.accounting = query(
            "select delivery_id, table_name, produced, accepted, quarantined, parent_refused, duplicate "
            "from validated.accounting",
            lambda row: Accounted(*row),
        )
        order = list(tables())
        for lines in self.accounting.values():
            lines.sort(key=lambda line: order.index(line.table))
        self.ignored = query(
            "select i.delivery_id, f.name, i.sheet, i.column_name from staging.ignored_column i "
            "join landing.file f on f.file_id = i.file_id order by all",
            lambda row: Place(file=row[0], sheet=row[1], column=row[2]),
        )
        self.unread = query(
            "select f.delivery_id, f.name, s.sheet from landing.sheet s join landing.file f on f.file_id = s.file_id "
            "where s.source = '' and exists (select 1 from landing.record r "
            "where r.file_id = s.file_id and r.sheet = s.sheet and r.kind <> 'blank') order by all",
            lambda row: Place(file=row[0], sheet=row[1]),
        )
        self.details = query(
            "select delivery_id, rule_id, detail from staging.delivery_refused order by all",
            lambda row: (row[0], "file", Place(detail=row[1])),
        )
        self.found = query(
            "select n.delivery_id, n.rule_id, n.severity, n.table_name, n.record_key, coalesce(f.name, ''), n.sheet, "
            "n.row_number, n.column_name, coalesce(s.source, '') from validated.finding n "
            "left join landing.file f on f.file_id = n.file_id "
            "left join landing.sheet s on s.file_id = n.file_id and s.sheet = n.sheet",
            lambda row: row,
        )

    def _by_delivery(self, sql: str, make: Any) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        for delivery_id, *row in self.con.execute(sql).fetchall():
            found[delivery_id].append(make(row))
        return found

    def _gives_rows(self, partner: str, source: str) -> bool:
        """Whether the contract makes rows of a kind of sheet; control sheets and unread ones give none."""
        contract = self.contract(partner)
        file = contract.files.get(source) if contract else None
        return bool(file and file.produces)

    def title(self, partner: str) -> str:
        """The partner's full name, or its short one where it has no contract any more."""
        contract = self.contract(partner)
        return contract.title if contract else partner

    def contract(self, partner: str) -> Contract | None:
        """The partner's contract, read once; None where there is none any more."""
        if partner not in self.contracts:
            try:
                self.contracts[partner] = load_contract(self.settings, partner)
            except SettingsError:
                self.contracts[partner] = None
        return self.contracts[partner]

    def findings(self, delivery_id: str, partner: str) -> list[tuple[str, str, Place]]:
        """Rule, severity and place of each finding; a refusal that staging explained is told with its details."""
        explained = self.details[delivery_id]
        told = list(explained)
        for rule, severity, table, key, file, sheet, row, column, source in self.found[delivery_id]:
            if severity == "file" and explained:
                continue
            header = self._header(partner, source, table, column)
            told.append((rule, severity, Place(table, key, file, sheet, row, header)))
        return told

    def _header(self, partner: str, source: str, table: str, column: str) -> str:
        """The sender's heading of a model column, else what the column is; staging gives the sender's already."""
        if table not in tables() or column not in tables()[table].columns:
            return column
        contract = self.contract(partner)
        file = contract.files.get(source) if contract else None
        for made in (p for p in file.produces if p.table == table) if file else ():
            if column in made.columns and (headers := made.columns[column].headers):
                return ", ".join(h.replace("{n}", "…") for h in headers)
        described = tables()[table].columns[column]
        return described.cs if self.language == "cs" else described.en
