"""A document in the making: one bundle, one language; its methods give Markdown, and every number comes from a cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.charts import Chart
from pipeline.disclosure import Bundle, Cell, ReleasedTable, Row, open_bundle
from pipeline.publication import numbers
from pipeline.publication.byhand import image_by_hand, newest_bundle
from pipeline.publication.catalogue import text
from pipeline.publication.cite import cite, is_shown
from pipeline.publication.constants import constants
from pipeline.publication.context import Context, load_context
from pipeline.publication.labels import label
from pipeline.publication.markdown import bullets, div, escape, heading, paragraphs
from pipeline.publication.strips import strip_tags

RETURN, YEAR = "return_to_prison", "365"


@dataclass(frozen=True)
class Figure:
    """A picture with its finding (or question), the notes beneath it and what it says in words; all Markdown."""

    name: str
    title: str
    image: str
    notes: Sequence[str]
    words: str
    beneath: Sequence[str] = ()
    """Which of the notes a slide shows as well."""

    def __str__(self) -> str:
        return paragraphs(
            div(paragraphs(self.image, self.title), "figure", identifier=f"fig-{self.name}", depth=5),
            div(bullets([*self.notes, self.words]), "figure-notes"),
        )

    def slide(self) -> str:
        """A slide that is one picture under its finding; what belongs to it is for the speaker."""
        found = re.match(r"\*\*(.*?)\.?\*\*\s*(.*)", self.title, re.DOTALL)
        title, rest = (found[1], found[2]) if found else (self.title, "")
        said = [line for line in (rest, *self.beneath) if line]
        below = div(div(" ".join(said), "note", depth=3), "content-visible", when_format="html") if said else ""
        spoken = div(bullets(said), "content-visible", depth=3, unless_format="html") if said else ""
        others = bullets([*(note for note in self.notes if note not in self.beneath), self.words])
        return paragraphs(
            heading(1, title, f"slide-figure-{self.name.replace('_', '-')}"),
            div(self.image, "figure", "untitled", depth=5),
            below,
            div(paragraphs(spoken, others), "notes"),
        )


def block(figure: Figure | None) -> str:
    """A figure as it stands in a report; an empty text where there is none."""
    return str(figure) if figure else ""


def stated(title: str, alternative: str) -> str:
    """What a picture says to those who do not see it: its finding (or question) first, then its numbers."""
    finding = title.replace("**", "")
    return strip_tags(f"{finding}{'' if finding.endswith(('.', '?')) else '.'} {alternative}")


def observed(bundle: Bundle) -> str:
    """The last day that counts: custody's coverage, capped by the as-of date; ISO."""
    run = bundle.meta.run
    return min(str(day) for day in (run.get("as_of"), run.get("covered_to"), "9999") if day)


@cache
def opened(folder: str, written: int) -> Bundle:
    """A bundle, verified once for all documents of a kernel; `written` is when its checksums were."""
    return open_bundle(Path(folder))


@dataclass(frozen=True)
class Report:
    """A bundle seen in one language. Texts come from the catalogue, numbers from cells, nothing from elsewhere.

    `room`: figures are for a room full of people, with larger type.
    """

    bundle: Bundle
    language: str
    context: Context
    room: bool = False

    @classmethod
    def open(cls, bundle: str = "", language: str = "cs", context: str = "") -> Report:
        """Open a bundle's folder (verified); without one, the project's newest."""
        folder = Path(bundle).resolve() if bundle else newest_bundle()
        checksums = folder / "checksums.sha256"
        found = opened(str(folder), checksums.stat().st_mtime_ns if checksums.exists() else 0)
        return cls(found, language, load_context(context, found))

    def t(self, key: str, **values: str) -> str:
        """A text of the catalogue; values are Markdown already, numbers that are no results come by themselves."""
        return text(key, self.language, **(constants(self.bundle.meta.profile, self.language) | values))

    def days(self, number: str) -> str:
        """`7 dnů`, `1 den`, `v den propuštění`: a length of follow-up in its grammatical form."""
        if number == "0":
            return self.t("window.day_zero")
        return text("window.days", self.language, number=number)

    def heading(self, level: int, key: str, identifier: str, *classes: str) -> str:
        """A heading from the catalogue; the identifier is the same in both languages."""
        return heading(level, self.t(key), identifier, *classes)

    def table(self, name: str) -> ReleasedTable | None:
        """A released table, or None when this release has none of that id."""
        return self.bundle.tables.get(name)

    def rows(self, name: str, **keys: str) -> list[Row]:
        """Rows of a table by keys; empty when the table is not there. Keys that a table lacks do not filter."""
        table = self.table(name)
        if table is None:
            return []
        return table.rows(**{key: value for key, value in keys.items() if key in table.dims})

    def row(self, name: str, **keys: str) -> Row | None:
        """The first row with these keys, or None."""
        found = self.rows(name, **keys)
        return found[0] if found else None

    def pooled(self, name: str, window: str = "", cohort: str = "programme", component: str = "") -> Row | None:
        """A measure's row for everybody, on its own cells."""
        keys = {"cell_set": "own", "group_by": "all", "cohort": cohort, "component": component}
        return self.row(name, window=window, **keys)

    def cite(self, cell: Cell | None, style: str = "") -> str:
        """A cell as tagged text."""
        return cite(cell, self.language, style)

    def label(self, group_by: str, value: str) -> str:
        """The name of a group in the reader's language, as Markdown."""
        return escape(self.plain_label(group_by, value))

    def plain_label(self, group_by: str, value: str) -> str:
        """The same name as plain text, for charts."""
        if group_by in ("partner", "source") and value in self.context.partners:
            return self.context.partners[value]
        return label(group_by, value, self.language)

    def moment(self, value: str) -> str:
        """A day or a quarter, written out."""
        return escape(numbers.format_moment(value, self.language))

    @property
    def observed(self) -> str:
        """The last day that counts: custody's coverage, capped by the as-of date; ISO."""
        return observed(self.bundle)

    def span(self, window: str) -> str:
        """`od … do …` of the releases that a window in days speaks of, or an empty text."""
        between = self.bundle.meta.releases.get(window)
        if not between or not all(between):
            return ""
        return self.t("span.releases", start=self.moment(between[0]), end=self.moment(between[1]))

    def words(self, measure: str, part: str) -> str:
        """The registry's words on a measure (`title`, `definition` …), as Markdown; the id when it has none."""
        found = self.bundle.meta.definitions.get(measure, {}).get(f"{part}_{self.language}")
        return escape(found or measure.replace("_", " "))

    def figure(
        self, name: str, title: str, chart: Chart, notes: Sequence[str], alternative: str, beneath: Sequence[str] = ()
    ) -> Figure:
        """A figure with its finding as caption; beneath it the notes and the text alternative.

        `beneath`: notes that a slide shows too, where the others are for the speaker.
        """
        where = "-room" if self.room else ""
        shown = chart.for_a_room() if self.room else chart
        image = self._image(f"{name}{where}-{self.language}", shown, stated(title, alternative))
        words = self.t("figure.alternative", text=alternative)
        return Figure(name, title, image, [note for note in notes if note], words, beneath)

    def finding(self, name: str, cells: Mapping[str, Cell | None], **values: str) -> str:
        """A figure's title: its finding where every number in it is shown, else the question it asks."""
        if all(is_shown(cell) for cell in cells.values()):
            return self.t(f"title.{name}", **{key: self.cite(cell) for key, cell in cells.items()}, **values)
        return self.t(f"question.{name}", **values)

    def _image(self, name: str, chart: Chart, alternative: str) -> str:
        if not self.context.figures:
            return image_by_hand(name, chart, alternative)
        Path(self.context.figures, f"{name}.json").write_text(chart.to_json(), "utf-8")
        return f"![{alternative}](figures/{name}.svg)"
