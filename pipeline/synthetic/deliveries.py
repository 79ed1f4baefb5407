"""Which deliveries each partner makes, and what is in them: model rows in the sender's words, before any file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from pipeline.synthetic.days import EXTRACT, EXTRACT_MAGDALENA, KOTEC_FIRST_EXTRACT, SANANIM_FIRST_EXTRACT, START, day
from pipeline.synthetic.knowledge import as_date, as_known, with_expected_changes
from pipeline.synthetic.shapes import PARTNERS, as_text, shape, write_rows
from pipeline.synthetic.world import World

MONTHS_2023 = [(day(2023, month, 1), day(2023, month + 1, 1) - 1) for month in range(1, 8)]
TEXT_PARTNERS = ("vscr", "kotec", "magdalena", "podane_ruce", "romodrom")
CORRECTED_SERVICES = 12


@dataclass
class Delivery:
    """One delivery: its declared extract, period (inclusive) and kind, and its tables in the sender's words."""

    partner: str
    folder: str
    extract: date
    period_from: date
    period_to: date
    kind: str
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Partner and folder, as the manifest names a delivery."""
        return f"{self.partner}/{self.folder}"


def known_rows(world: World, partner: str, name: str, on: int) -> pl.DataFrame:
    """A partner's model rows of one table as they stood in the evening of a day."""
    frame = as_known(name, world.tables[name].filter(pl.col("partner") == partner), on)
    if name == "case" and partner in ("kotec", "sananim"):
        frame = with_expected_changes(frame, on)
    return frame


def _in_words(partner: str, name: str, frame: pl.DataFrame, extract: int) -> pl.DataFrame:
    own = shape(partner)
    if partner == "sananim":
        frame = frame.with_columns(updated_at=pl.lit(as_date(extract)).cast(pl.Datetime("us")).dt.offset_by("17h"))
        written = write_rows(own, name, frame).with_columns(frame["updated_at"])
        return written.with_columns(pl.col(pl.Int64).cast(pl.Int32))
    written = write_rows(own, name, frame)
    if partner not in TEXT_PARTNERS:
        return written
    hidden = [c for c in written.columns if c.startswith("_")]
    return as_text(own, written.drop(hidden)).hstack(written.select(hidden))


def _full(world: World, partner: str, extract: int) -> Delivery:
    known = {name: known_rows(world, partner, name, extract) for name in shape(partner).tables}
    tables = {name: _in_words(partner, name, frame, extract) for name, frame in known.items()}
    on = as_date(extract)
    return Delivery(partner, on.isoformat(), on, as_date(START), on, "full", tables)


def _monthly(world: World) -> list[Delivery]:
    """Everything until 2022, then a month at a time what is new or has changed, then late corrections."""
    names = list(shape("sananim").tables)
    corrected = _to_correct(world)
    first = _full(world, "sananim", SANANIM_FIRST_EXTRACT)
    first.folder = "2022-12"
    made = [first]
    for begin, end in MONTHS_2023:
        tables = {}
        for name in names:
            now, before = (known_rows(world, "sananim", name, on) for on in (end, begin - 1))
            fresh = now.join(before, on=now.columns, how="anti", nulls_equal=True, maintain_order="left")
            if name == "service":
                wrong = pl.col("service_id").is_in(corrected["service_id"].to_list())
                fresh = fresh.with_columns(minutes=pl.when(wrong).then(pl.col("minutes") + 30).otherwise("minutes"))
            tables[name] = _in_words("sananim", name, fresh, end)
        on = as_date(end)
        made.append(Delivery("sananim", f"{on:%Y-%m}", on, as_date(begin), on, "increment", tables))
    return [*made, _correction(corrected)]


def _to_correct(world: World) -> pl.DataFrame:
    held = (pl.col("partner") == "sananim") & pl.col("minutes").is_not_null()
    late = pl.col("service_date").is_between(date(2023, 5, 1), date(2023, 6, 30))
    return world.tables["service"].filter(held & late).gather_every(3).head(CORRECTED_SERVICES)


def _correction(corrected: pl.DataFrame) -> Delivery:
    on = day(2023, 7, 15)
    tables = {"service": _in_words("sananim", "service", corrected, on)}
    period = date(2023, 5, 1), date(2023, 6, 30)
    return Delivery("sananim", "2023-07-correction", as_date(on), *period, "correction", tables)


def plan_deliveries(world: World) -> list[Delivery]:
    """All deliveries of all partners, in the order in which they arrive within a partner."""
    made: list[Delivery] = []
    for partner in PARTNERS:
        if partner == "sananim":
            made += _monthly(world)
            continue
        if partner == "kotec":
            made.append(_full(world, partner, KOTEC_FIRST_EXTRACT))
        made.append(_full(world, partner, EXTRACT_MAGDALENA if partner == "magdalena" else EXTRACT))
    return made
