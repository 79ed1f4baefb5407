"""Partner contracts: what a partner's files look like and what their columns mean, as data.

A contract is one TOML file. Reading it gives a frozen `Contract`; a mistake in it is a SettingsError
that lists every problem of the file at once. Adding a partner takes a contract and no Python.

    partner = "example"                     # the key in throughcare.toml
    title = "Example o.p.s."
    format = "csv"                          # csv, xlsx (ODS too), json, parquet, zip or native

    [delivery]                              # which files make one delivery and where it declares itself
    unit = "folder"                         # folder: all files of one folder; file: each file by itself
    declared_in = "sidecar"                 # sidecar (delivery.toml), filename or cell
    filename = '(?P<table>\\w+)_(?P<extract>\\d{8})'  # named groups: see DECLARED
    cell = [{ sheet = "*", pattern = '(?P<period_from>…)' }]      # searched in the title rows
    date = ["%Y%m%d"]                       # how dates in file names and cells are written
    kinds = { oprava = "correction" }       # the sender's words for the kind
    constants = { lawful_basis = "…", keep_until = "2030-12-31", kind = "full" }

    [read]                                  # for text files; encodings in order of preference
    encoding = ["cp1250", "iso-8859-2"]
    delimiter = ";"
    quote = '"'

    [values]                                # how values are written unless a column says otherwise
    date = ["%d.%m.%Y"]

    [codelist.region]                       # the sender's code = the model's; see also codelists/*.csv
    Praha = "CZ010"

    [[file]]                                # one kind of file, sheet, ZIP member or JSON list
    name = "clients"
    pattern = "klienti*.csv"                # on the file's name, or on the member's name in a ZIP
    sheet = ""                              # XLSX sheet (glob) or JSON path such as clients.cases
    header_row = 1                          # rows above it are titles
    total = { text = "CELKEM", count = 2 }  # a last row that states how many records there are
    free_text = { "Poznámka" = "why it is needed" }  # free text is refused unless it is listed with a reason

    [[file.produces]]
    table = "person"
    [file.produces.columns]
    person_id = "Číslo klienta"
    sex = { from = "Pohlaví", codes = { "muž" = "male", "žena" = "female" } }
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from pipeline.settings import Strict
from pipeline.sources.texts import fold

Format = Literal["csv", "xlsx", "ods", "json", "parquet", "zip", "native"]
Kind = Literal["full", "increment", "correction"]
DECLARED = (
    "table",
    "extract",
    "period",
    "period_from",
    "period_to",
    "kind",
    "prisons",
    "lawful_basis",
    "keep_until",
)
"""Groups that a file name's or a cell's pattern may have. `period` is a month, quarter or year (2023-06, 202306,
2023Q2, 2023); `period_from`, `period_to`, `extract` and `keep_until` are dates written as `delivery.date` says or in
full (2023-07-31, 31.7.2023); `lawful_basis` is a text; `table` is the sender's name of the content and is only checked
against the `[[file]]` patterns."""

NUMBER = re.compile(r"n(?::0(\d))?")
"""The repeated group's number between braces of a template, and how many digits it has."""


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _pattern(value: object) -> object:
    if isinstance(value, str):
        try:
            compiled = re.compile(value)
        except re.error as problem:
            raise ValueError(f"this is not a regular expression: {problem}") from None
        if unknown := sorted(set(compiled.groupindex) - set(DECLARED)):
            raise ValueError(f"unknown group {', '.join(unknown)}; groups are {', '.join(DECLARED)}")
    return value


Texts = Annotated[tuple[str, ...], BeforeValidator(_several)]
Pattern = Annotated[str, BeforeValidator(_pattern)]


class DeclaringCell(Strict):
    """Where a file states its period, extract date, kind or prisons.

    `file` is a glob on file names, `sheet` one on sheet names. Every title row there is searched with `pattern`, the
    row's filled cells joined by one blank ("Datum extraktu 31.7.2023"); `rows = "all"` searches records too.
    Each row that matches gives one value to the group `prisons`, the sender's code, which the code list `codes` turns
    into the model's; every other group is taken where it is found first.
    """

    file: str = "*"
    sheet: str = "*"
    rows: Literal["title", "all"] = "title"
    pattern: Pattern
    codes: str | None = None


class Constants(Strict):
    """What the partner's shape cannot declare and the agreement with the partner says."""

    lawful_basis: str | None = None
    keep_until: date | None = None
    kind: Kind | None = None


class DeliveryRules(Strict):
    """How files group into deliveries and where a delivery declares extract date, period and kind."""

    unit: Literal["folder", "file"] = "folder"
    declared_in: Literal["sidecar", "filename", "cell"] = "sidecar"
    filename: Pattern | None = None
    cell: tuple[DeclaringCell, ...] = ()
    date: Texts = ("%Y-%m-%d", "%Y%m%d")
    kinds: dict[str, Kind] = Field(default_factory=dict)
    constants: Constants = Constants()

    @model_validator(mode="after")
    def _declares(self) -> Self:
        if self.declared_in == "filename" and not self.filename:
            raise ValueError("declared_in = 'filename' needs a 'filename' pattern")
        if self.declared_in == "cell" and not self.cell:
            raise ValueError("declared_in = 'cell' needs at least one 'cell'")
        return self


class Reading(Strict):
    """How text files are read; encodings in order of preference."""

    encoding: Texts = ("utf-8",)
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)


class Booleans(Strict):
    """The sender's words for yes and no, compared regardless of case.

    `counted` takes a whole number instead: 0 is no, anything above it is yes.
    """

    true: Texts = ()
    false: Texts = ()
    counted: bool = False

    @model_validator(mode="after")
    def _words(self) -> Self:
        if self.counted == bool(self.true or self.false):
            raise ValueError("give the words for true and false, or counted = true")
        return self


class Values(Strict):
    """How the sender writes values, unless a column says otherwise.

    `date` lists strptime formats in order of preference; with %y, years up to `pivot_year` are 20xx and later
    ones 19xx. `excel_serial` also takes day numbers of the 1900 system. `zone` takes ISO timestamps as the local day
    there. `missing` lists texts that mean an empty cell.
    """

    date: Texts = ("%Y-%m-%d",)
    pivot_year: int | None = Field(default=None, ge=0, le=99)
    excel_serial: bool = False
    zone: str | None = None
    decimal_comma: bool = False
    boolean: Booleans = Booleans(true=("true", "1", "yes"), false=("false", "0", "no"))
    missing: Texts = ()


class ColumnRule(Strict):
    """How one model column is made from the sender's columns.

    Exactly one of `source` (written `from`, a header), `value` (a constant) or `template` (an id made of several
    columns: "{Case no.}-{n:02}"). In an unpivoted table `{n}` in a header stands for the number of the repeated group
    and `{n:02}` in a template for the same in two digits.
    `codes` maps the sender's codes: the name of a partner code list, or the map itself; `valid_on` names the model
    date column that decides which of the list's validities applies. `scale` multiplies a number (hours to minutes: 60).
    `inclusive_end` adds the one day that turns the sender's last day into an exclusive end.
    `required` overrides whether the delivery must have the column.
    """

    source: str | None = Field(default=None, alias="from")
    value: str | None = None
    template: str | None = None
    codes: str | dict[str, str] | None = None
    valid_on: str | None = None
    date: Texts | None = None
    pivot_year: int | None = Field(default=None, ge=0, le=99)
    excel_serial: bool | None = None
    zone: str | None = None
    inclusive_end: bool = False
    decimal_comma: bool | None = None
    boolean: Booleans | None = None
    missing: Texts | None = None
    scale: float | None = None
    required: bool | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(origin is not None for origin in (self.source, self.value, self.template)) != 1:
            raise ValueError("give exactly one of from, value or template")
        return self

    @property
    def headers(self) -> tuple[str, ...]:
        """The sender's columns that this rule reads; `{n}` is not replaced yet."""
        if self.source is not None:
            return (self.source,)
        return tuple(h for h in re.findall(r"\{([^{}]+)\}", self.template or "") if not NUMBER.fullmatch(h))


class Condition(Strict):
    """A condition on one source column; exactly one of the tests is given. Texts compare regardless of case."""

    column: str
    equals: str | None = None
    among: Texts | None = Field(default=None, alias="in")
    present: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if sum(test is not None for test in (self.equals, self.among, self.present)) != 1:
            raise ValueError("give exactly one of equals, in or present")
        return self


def _conditions(value: object) -> object:
    return (value,) if isinstance(value, dict) else value


def _column_rule(value: object) -> object:
    return {"from": value} if isinstance(value, str) else value


ShortColumnRule = Annotated[ColumnRule, BeforeValidator(_column_rule)]


class Produces(Strict):
    """The model rows that each record of a file gives: one, or one per filled repeated group when unpivoted.

    `unpivot` is a header with `{n}`, such as "kontakt_{n}_datum"; a row is made for every number for which any
    column with `{n}` is filled. All `when` conditions must hold.
    """

    table: str
    when: Annotated[tuple[Condition, ...], BeforeValidator(_conditions)] = ()
    unpivot: str | None = None
    columns: dict[str, ShortColumnRule]


class Total(Strict):
    """A last row in which the sender states the number of records.

    `text` is what the row's first filled cell says; `count` is the position (from 1) or the header of the cell
    with the number.
    """

    text: str
    count: int | str


class ControlGroups(Strict):
    """Rows of a control sheet that count records by a column of one file, such as stays by prison.

    `file` is a `[[file]]`, `column` its header, `count` the position (from 1) of the number in the control sheet.
    """

    file: str
    column: str
    count: int = Field(ge=1)


class Control(Strict):
    """The file is a control sheet: per row, the sender's name of a file and its number of records.

    `names` gives for each of the sender's names the `[[file]]` that it speaks of; `groups` reads every other row that
    has a number where it says.
    """

    name: str
    count: str
    names: dict[str, str]
    groups: ControlGroups | None = None

    def file_of(self, sender: str) -> str | None:
        """The `[[file]]` that the sender's name speaks of, or None."""
        return {fold(k): v for k, v in self.names.items()}.get(fold(sender))


class SourceFile(Strict):
    """One kind of file, sheet, ZIP member or JSON list.

    `pattern` is one or more globs (regardless of case) on the file's name, in a ZIP on the member's; `sheet` a glob on
    the XLSX sheet or the JSON path. Rows above `header_row` (from 1) are titles. `required`: a delivery that
    declares one of the file's tables must have it. `ignored` lists columns (globs) known and not wanted.
    `free_text` lists columns of free text that are taken none the less, each with the reason; any other is refused.
    """

    name: str
    pattern: Texts
    sheet: str = ""
    header_row: int = Field(default=1, ge=1)
    total: Total | None = None
    control: Control | None = None
    required: bool = True
    ignored: Texts = ()
    free_text: dict[str, Annotated[str, Field(min_length=10)]] = Field(default_factory=dict)
    produces: tuple[Produces, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the model tables that the file fills, sorted."""
        return tuple(sorted({p.table for p in self.produces}))


class PartnerCode(Strict):
    """One of the sender's codes and what it means from a day (inclusive) to a day (exclusive); open when None."""

    source: str
    code: str
    valid_from: date | None = None
    valid_to: date | None = None


class Contract(Strict):
    """One partner's contract. `codelist` holds its code lists, its own and those of `codelists/*.csv` it names."""

    partner: str
    title: str
    format: Format
    delivery: DeliveryRules = DeliveryRules()
    read: Reading = Reading()
    values: Values = Values()
    codelist: dict[str, tuple[PartnerCode, ...]] = Field(default_factory=dict)
    file: tuple[SourceFile, ...] = ()

    @property
    def files(self) -> dict[str, SourceFile]:
        """The `[[file]]` entries by name."""
        return {f.name: f for f in self.file}

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the model tables that the contract fills, sorted."""
        return tuple(sorted({t for f in self.file for t in f.tables}))
