"""The only way from a released cell to a number on a page: the text carries the id of its cell."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.disclosure import Cell
from pipeline.publication import numbers
from pipeline.publication.catalogue import text
from pipeline.publication.markdown import attribute, escape

PERCENTS = {"rate", "low", "high", "bound_low", "bound_high", "incidence"}
MOMENTS = {"period_from", "period_to", "covered_from", "covered_to"}
SHOWN = {"shown", "rounded"}
MARKED = ("hidden", "unknown", "too_early", "not_collected", "not_applicable")


def is_shown(cell: Cell | None) -> bool:
    """Whether a cell has a value that may be printed."""
    return cell is not None and cell.status in SHOWN and cell.value is not None


def number(cell: Cell | None) -> float:
    """The value of a shown cell as a number; NaN when there is none."""
    if cell is None or not is_shown(cell) or isinstance(cell.value, str):
        return float("nan")
    return float(cell.value or 0)


def cite(cell: Cell | None, language: str, style: str = "") -> str:
    """A cell as tagged text, or the mark of its state; a cell the table does not have is not applicable.

    A value repeated from an earlier release says so in its tag; tables mark it and say it beneath (`markdown.Table`).

    `style`: `bare` leaves the per cent sign away, `decimal` keeps one decimal; otherwise the statistic decides.
    """
    if cell is None:
        return state("not_applicable", language)
    if not is_shown(cell):
        return state(cell.status, language, cell.id)
    repeats = ""
    if cell.published_on:
        day = numbers.format_moment(cell.published_on, language)
        repeats = f' title="{attribute(text("repeated.note", language, day=day))}"'
    return f'[{escape(format_cell(cell, language, style))}]{{.cell data-cell="{attribute(cell.id)}"{repeats}}}'


def format_cell(cell: Cell, language: str, style: str = "") -> str:
    """What `cite` prints for a shown cell, untagged: for tests and for labels inside charts."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return numbers.format_moment(value, language) if cell.statistic in MOMENTS else value
    if cell.statistic in PERCENTS and style != "bare":
        return numbers.format_percent(value, language)
    if style == "decimal" or (cell.statistic == "value" and style != "bare"):
        return numbers.format_decimal(value, language, digits=1)
    return numbers.format_count(value, language)


def state(status: str, language: str, cell_id: str = "") -> str:
    """The mark of a state without a number, with its name for those who do not see it.

    Its class is `state-hidden`, for Quarto and Bootstrap would make what is called `hidden` vanish.
    """
    tag = f' data-cell="{attribute(cell_id)}"' if cell_id else ""
    mark, name = text(f"state.{status}.mark", language), text(f"state.{status}.name", language)
    return f'[{escape(mark)}]{{.state .state-{status.replace("_", "-")} title="{attribute(name)}"{tag}}}'


def derived(value: str, kind: str, cells: Sequence[Cell]) -> str:
    """A number computed from released cells (a difference, a sum): tagged with its kind and all its cells."""
    sources = attribute(" ".join(cell.id for cell in cells))
    return f'[{escape(value)}]{{.derived data-derived="{attribute(kind)}" data-from="{sources}"}}'


def earlier(cell: Cell | None, language: str, bundle: str) -> str:
    """A cell of an earlier release: tagged with its id and that release, so that nobody takes it for this one's."""
    if cell is None or not is_shown(cell):
        return state(cell.status if cell else "not_applicable", language)
    tags = f'data-cell-earlier="{attribute(cell.id)}" data-bundle="{attribute(bundle)}"'
    return f"[{escape(format_cell(cell, language))}]{{.earlier {tags}}}"


def counted(value: int, language: str, what: str) -> str:
    """How many released figures something happened to: a count of figures, not of people, tagged with what happened."""
    return f'[{escape(numbers.format_count(value, language))}]{{.counted data-counted="{attribute(what)}"}}'


def setting(value: object, name: str) -> str:
    """A number that is a setting of the release, not a count: tagged with the setting's name."""
    return f'[{escape(value)}]{{.setting data-setting="{attribute(name)}"}}'
