"""What may leave the house, as types: a cell with its status, and the table that only this package can make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

from pipeline.errors import DisclosureError

if TYPE_CHECKING:
    import polars

SEAL = object()  # known to this package alone; an architecture test keeps it so

Value = int | float | str | None


class Status(StrEnum):
    """Why a cell looks as it does; all seven differ, and only the first two carry a value."""

    SHOWN = "shown"
    ROUNDED = "rounded"
    HIDDEN = "hidden"
    UNKNOWN = "unknown"
    TOO_EARLY = "too_early"
    NOT_COLLECTED = "not_collected"
    NOT_APPLICABLE = "not_applicable"


WITH_VALUE = frozenset({Status.SHOWN, Status.ROUNDED})


@dataclass(frozen=True)
class Cell:
    """One published number: its id, the keys of its row, which statistic, value and status.

    Percentages are whole numbers from 0 to 100; a cell without a value has None, never 0. `published_on` is the as-of
    day of an earlier publication whose value is repeated here, '' for a value of this release.
    """

    id: str
    keys: Mapping[str, str]
    statistic: str
    value: Value
    status: Status
    published_on: str = ""

    def __post_init__(self) -> None:
        if (self.value is not None) != (self.status in WITH_VALUE):
            raise DisclosureError(f"Cell {self.statistic}: a value and the status {self.status} do not go together.")


@dataclass(frozen=True)
class Row:
    """All cells that share the same keys; `row["n"]` is a cell."""

    keys: Mapping[str, str]
    cells: Mapping[str, Cell]

    def __getitem__(self, statistic: str) -> Cell:
        return self.cells[statistic]


def row_id(table: str, keys: Mapping[str, str]) -> str:
    """A stable, readable id of a row: table and key values in the table's order, with slashes between, '-' for none."""
    return "/".join([table, *(quote(value, safe="") if value else "-" for value in keys.values())])


def make_row(
    table: str, keys: Mapping[str, str], cells: Mapping[str, tuple[Value, Status]], published_on: str = ""
) -> Row:
    """A row from plain values; keys must stand in the order of the table's dims. A cell's id ends in its statistic."""
    frozen, start = MappingProxyType(dict(keys)), row_id(table, keys)
    made = {name: Cell(f"{start}/{name}", frozen, name, *cell, published_on) for name, cell in cells.items()}
    return Row(frozen, MappingProxyType(made))


@dataclass(frozen=True)
class ReleasedTable:
    """A table that passed disclosure control; a row is one combination of `dims`.

    Only pipeline.disclosure can make one: the constructor asks for its seal, and pickling is refused so that
    the only way back from disk is `open_bundle`. Raises DisclosureError otherwise.
    """

    id: str
    dims: tuple[str, ...]
    statistics: tuple[str, ...]
    all_rows: tuple[Row, ...]
    definition: Mapping[str, Any]
    profile: str
    as_of: str
    coverage: tuple[Mapping[str, str], ...]
    input_hashes: tuple[str, ...]
    code_version: str
    audit: Mapping[str, Any]
    checked_by: str | None
    seal: InitVar[object] = None
    index: Mapping[tuple[str, ...], Row] = field(init=False, repr=False, compare=False)

    def __post_init__(self, seal: object) -> None:
        check_seal(seal, "table")
        index = {tuple(row.keys.values()): row for row in self.all_rows}
        if len(index) != len(self.all_rows):
            raise DisclosureError(f"Table {self.id} has two rows with the same keys; correct the measure.")
        object.__setattr__(self, "index", MappingProxyType(index))

    def __reduce__(self) -> NoReturn:
        raise DisclosureError("A released table is not copied or pickled; open its bundle with open_bundle.")

    @property
    def cells(self) -> Iterator[Cell]:
        """Every cell, row by row."""
        return (cell for row in self.all_rows for cell in row.cells.values())

    def rows(self, **filters: str) -> list[Row]:
        """Rows whose keys equal the filters, in the table's order.

        Raises KeyError for a key that is not among the table's dims.
        """
        unknown = sorted(set(filters) - set(self.dims))
        if unknown:
            raise KeyError(f"{self.id} has no key {', '.join(unknown)}; its keys are {', '.join(self.dims)}")
        return [row for row in self.all_rows if all(row.keys[key] == value for key, value in filters.items())]

    def cell(self, statistic: str, **keys: str) -> Cell:
        """The one cell of a statistic; keys may be left out where the rest already names a single row.

        Raises KeyError that names the statistic or key that is missing, or the keys still open.
        """
        if statistic not in self.statistics:
            raise KeyError(f"{self.id} has no statistic {statistic}; it has {', '.join(self.statistics)}")
        found = self.rows(**keys)
        if not found:
            raise KeyError(f"{self.id} has no row with {', '.join(f'{k}={v}' for k, v in sorted(keys.items()))}")
        if len(found) > 1:
            still_open = [dim for dim in self.dims if len({row.keys[dim] for row in found}) > 1]
            raise KeyError(f"{self.id}: {len(found)} rows match; say also {', '.join(still_open)}")
        return found[0].cells[statistic]

    def frame(self) -> polars.DataFrame:
        """The table as a polars frame: keys, then each statistic and its status beside it."""
        import polars as pl

        columns: dict[str, list[Value]] = {dim: [row.keys[dim] for row in self.all_rows] for dim in self.dims}
        for name in self.statistics:
            columns[name] = [row.cells[name].value for row in self.all_rows]
            columns[f"{name}_status"] = [str(row.cells[name].status) for row in self.all_rows]
        return pl.DataFrame(columns, strict=False)


def check_seal(seal: object, what: str) -> None:
    """Raise DisclosureError unless the caller holds this package's seal."""
    if seal is not SEAL:
        raise DisclosureError(f"Only pipeline.disclosure can make a released {what}; use open_bundle.")
