"""Gathering the feedback of deliveries from the warehouse; each delivery gets its own partner's rows only."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import SettingsError
from pipeline.keys import read_keys
from pipeline.landing import may_be_shown, own_pseudonyms
from pipeline.model import tables
from pipeline.settings import Settings
from pipeline.sources import Contract, is_template, load_contract
from pipeline.validated.feedback_compared import read_compared, read_custody, read_trends
from pipeline.validated.feedback_content import Accounted, Batch, Feedback, Place, group, ranked, shortened
from pipeline.validated.rules import Rule
from pipeline.warehouse import Connection

LISTED_PLACES = 1000
"""So many findings of a rule in one column of one sheet keep their keys; of the rest only the rows are told …"""
LISTED_RANGES = 200
"""… in so many ranges."""
LISTED_CODES = 20
UNKNOWN_CODE = "unknown_code"
PERSON = re.compile(r"\b[A-Z2-7]{26}\b")
"""A pseudonym within a record's key."""


def gather(
    con: Connection, settings: Settings, rules: dict[str, Rule], language: str, partner: str | None = None
) -> list[Feedback]:
    """The feedback of every delivery in the warehouse (of one partner), sorted by partner, extract date and id."""
    deliveries = con.execute(
        "select delivery_id, partner, extract_date, period_from, period_to, kind, synthetic, verdict = 'refused' "
        "from validated.delivery where coalesce(partner = ?, true) order by partner, extract_date, received_at, "
        "delivery_id",
        [partner],
    ).fetchall()
    source = _Source(con, settings, language)
    compared, trends = read_compared(con, source.header, source.key), read_trends(con, source.header)
    custody = read_custody(con, rules)
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
            groups=source.groups(delivery_id, partner, rules, followed=delivery_id in compared),
            ignored=tuple(source.ignored[delivery_id]),
            unread=tuple(source.unread[delivery_id]),
            compared=compared.get(delivery_id),
            trends=trends.get(delivery_id, ()),
            custody=custody.get(delivery_id, ()),
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
        self.files = query(
            "select delivery_id, name, encoding from landing.file order by file_order, name",
            lambda row: f"{row[0]} ({row[1]})" if row[1] else str(row[0]),
        )
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
            lambda row: Place(file=row[0], sheet=row[1], column=shortened(row[2])),
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
        self.found = query(_FOUND.format(listed=LISTED_PLACES), lambda row: row)
        self.codes = query(_CODES, lambda row: row)
        self.keyed = read_keys(self.settings).pipeline is not None
        self.own: dict[tuple[str, str], dict[str, str]] = {}

    def _by_delivery(self, sql: str, make: Callable[[Any], Any]) -> dict[str, list[Any]]:
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

    def groups(self, delivery_id: str, partner: str, rules: dict[str, Rule], *, followed: bool) -> tuple[Any, ...]:
        """The delivery's findings by rule; a refusal that staging explained is told with its details."""
        if explained := self.details[delivery_id]:
            return group(explained, rules)
        codes: dict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
        for table, file, sheet, column, code, number in self.codes[delivery_id]:
            if may_be_shown(code):
                codes[UNKNOWN_CODE, table, file, sheet, column].append((code, number))
        batches: dict[tuple[str, str], list[Batch]] = defaultdict(list)
        for rule, severity, table, file, sheet, column, source, places, ranges, total in self.found[delivery_id]:
            header = self.header(partner, source, table, column)
            listed = tuple(
                Place(
                    table,
                    self.key(table, p["key"], delivery_id, file),
                    file,
                    sheet,
                    p["row"],
                    header,
                    "",
                    p["state"] if followed else "",
                )
                for p in places
            )
            rest = tuple((r["first"], r["last"]) for r in (ranges or [])[:LISTED_RANGES])
            shown = tuple(codes[rule, table, file, sheet, column][:LISTED_CODES])
            batches[rule, severity].append(Batch(listed, rest, total, shown))
        return ranked(batches, rules)

    def key(self, table: str, key: str, delivery_id: str = "", file: str = "") -> str:
        """The sender's own key; where people were keyed again, read back from the sender's file, else left out."""
        if not (self.keyed and PERSON.search(key)):
            return shortened(key)
        if (delivery_id, file) not in self.own:
            self.own[delivery_id, file] = own_pseudonyms(self.settings, delivery_id, file)
        return shortened(PERSON.sub(lambda found: self.own[delivery_id, file].get(found[0], ""), key))

    def header(self, partner: str, source: str, table: str, column: str) -> str:
        """The sender's heading of a model column, else what the column is; staging gives the sender's already.

        Without a `source` any of the partner's files may have the column; the template's names are nobody's own.
        """
        if table not in tables() or column not in tables()[table].columns:
            return shortened(column)
        contract = self.contract(partner)
        known = contract.file if contract else ()
        files = [f for f in known if (f.name == source if source else not is_template(f))]
        for made in (p for f in files for p in f.produces if p.table == table):
            headers = made.columns[column].headers if column in made.columns else ()
            if headers and column not in headers:
                return ", ".join(h.replace("{n}", "…") for h in headers)
        described = tables()[table].columns[column]
        return described.cs if self.language == "cs" else described.en


# A row is one unknown code as it stands in the cell; which of them may be told is decided by landing.may_be_shown.
_CODES = """
select n.delivery_id, n.table_name, coalesce(f.name, ''), n.sheet, n.column_name,
    trim(r.cells[list_position(s.header, n.column_name)]) as code, count(*) as number
from validated.finding n
join landing.sheet s on s.file_id = n.file_id and s.sheet = n.sheet
join landing.record r on r.file_id = n.file_id and r.sheet = n.sheet and r.row_number = n.row_number
left join landing.file f on f.file_id = n.file_id
where n.rule_id = 'unknown_code' and list_position(s.header, n.column_name) > 0
group by all
having len(code) between 1 and 40
order by 1, 2, 3, 4, 5, number desc, code
"""

# A row is one batch: rule, severity, table, file, sheet and column, with its first places and the rest as ranges.
_FOUND = """
with placed as (
    select n.delivery_id, n.rule_id, n.severity, n.table_name, coalesce(f.name, '') as file, n.sheet, n.column_name,
        coalesce(s.source, '') as source, n.record_key, n.row_number,
        case when n.severity = 'file' or n.record_key = '' or n.rule_id = 'parent_refused' then ''
            when h.opened_in is null then 'open' else 'new' end as state,
        row_number() over (
            partition by n.delivery_id, n.rule_id, n.severity, n.table_name, n.file_id, n.sheet, n.column_name
            order by n.row_number, n.ordinal, n.record_key
        ) as position
    from validated.finding n
    left join landing.file f on f.file_id = n.file_id
    left join landing.sheet s on s.file_id = n.file_id and s.sheet = n.sheet
    left join (
        select distinct partner, table_name, record_key, rule_id, column_name, opened_in from validated.finding_history
    ) h on h.partner = n.partner and h.table_name = n.table_name and h.record_key = n.record_key
        and h.rule_id = n.rule_id and h.column_name = n.column_name and h.opened_in = n.delivery_id
),
island as (
    select * exclude (record_key, state, position), row_number - dense_rank() over (
        partition by delivery_id, rule_id, severity, table_name, file, sheet, column_name order by row_number
    ) as number
    from placed where position > {listed} and row_number is not null
),
ranged as (
    select delivery_id, rule_id, severity, table_name, file, sheet, column_name, source,
        list({{'first': first, 'last': last}} order by first) as ranges
    from (
        select delivery_id, rule_id, severity, table_name, file, sheet, column_name, source,
            min(row_number) as first, max(row_number) as last
        from island group by delivery_id, rule_id, severity, table_name, file, sheet, column_name, source, number
    ) group by all
),
listed as (
    select delivery_id, rule_id, severity, table_name, file, sheet, column_name, source,
        list({{'key': record_key, 'row': row_number, 'state': state}} order by position)
            filter (where position <= {listed}) as places,
        count(*) as total
    from placed group by all
)
select l.delivery_id, l.rule_id, l.severity, l.table_name, l.file, l.sheet, l.column_name, l.source, l.places,
    r.ranges, l.total
from listed l
left join ranged r using (delivery_id, rule_id, severity, table_name, file, sheet, column_name, source)
order by l.delivery_id, l.rule_id, l.table_name, l.column_name, l.file, l.sheet
"""
