"""What an analyst types: a read-only view of the newest finished run. All of it is internal to the house."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError
from pipeline.notebook.follow_up import FollowUp
from pipeline.notebook.view import near, wrong
from pipeline.settings import REPOSITORY, load_settings

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.disclosure import Bundle


def open_programme(data: str | Path | None = None, *, project: str | Path | None = None) -> Programme:
    """Open the warehouse of a project read-only; `data` names another project or data folder, such as `data/demo`.

    The settings, and with them the keys, are those of the project in which the folder lies. Raises SettingsError when
    there is no such folder or no run has finished there.
    """
    root = Path(project) if project else _project_of(Path.cwd()) or REPOSITORY
    if data is None:
        return Programme(load_settings(root))
    folder = root / data
    if not folder.is_dir():
        raise SettingsError(f"There is no folder {folder}. Name a project, or the data folder of one.")
    root = root if project else _project_of(folder) or root
    return Programme(load_settings(root, data=None if folder.samefile(root) else folder))


def _project_of(folder: Path) -> Path | None:
    inside = folder.resolve()
    return next((p for p in (inside, *inside.parents) if (p / "throughcare.toml").exists()), None)


class Programme(FollowUp):
    """One finished run. Frames are pandas; a row's meaning stands in each method."""

    def close(self) -> None:
        """Let go of the warehouse, so that a run may write."""
        self._con.close()

    def __enter__(self) -> Programme:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def table(self, name: str) -> pd.DataFrame:
        """A whole table, such as `core.release` or `core.case`; raises SettingsError for an unknown one."""
        schema, _, bare = name.partition(".")
        found = self.sql("select table_schema || '.' || table_name as name from information_schema.tables")["name"]
        known = sorted(k for k in found if not k.startswith(("information_schema.", "pg_catalog.")))
        if name not in known:
            meant = next((k for k in known if k.split(".")[1] == bare or k == f"core.{name}"), None)
            hint = f" (did you mean {meant}?)" if meant else near(name, known)
            raise SettingsError(f"There is no table '{name}'{hint}. There are: {', '.join(known)}.")
        return self.sql(f'from {schema}."{bare}"')

    def measures(self) -> pd.DataFrame:
        """The registry: a row is a measure, with title, definition, windows, cohort and source."""
        return self.sql("from outcomes.measure_registry")

    def deliveries(self) -> pd.DataFrame:
        """A row is a delivery with its period and verdict."""
        return self.sql("select * exclude (sha256) from validated.delivery order by partner, extract_date")

    def quarantine(self) -> pd.DataFrame:
        """A row is a reason of one partner's table with the number of rows held back."""
        return self.sql(
            "select partner, table_name, rule_id, count(*) as rows from validated.quarantine group by all order by all"
        )

    def accounting(self) -> pd.DataFrame:
        """A row is a table of a delivery: produced = accepted + quarantined + duplicate."""
        return self.sql("from validated.accounting order by partner, delivery_id, table_name")

    def coverage(self) -> pd.DataFrame:
        """A row is a source's table (and prison) with the first and last day that has been seen."""
        return self.sql("from core.coverage order by all")

    def attrition(self, cohort: str = "programme") -> pd.DataFrame:
        """A row is a step on the way into a cohort, with persons and releases left and the reason for the loss.

        Raises SettingsError for an unknown cohort.
        """
        frame = self.sql("from outcomes.attrition where cohort = ? order by step_number, reason", [cohort])
        if frame.empty:
            raise SettingsError(wrong("cohort", cohort, self._distinct("cohort", "outcomes.attrition")))
        return frame

    def tdi(self, year: int | None = None, *, kind: str = "treatment", language: str = "en") -> pd.DataFrame:
        """A row is a category of a TDI 3.0 table for everybody, men or women: people of those who entered treatment.

        `kind` is treatment or detoxification (alone); all years when none is given. Internal: small counts stand as
        they are. Raises SettingsError for a kind or year that there is not.
        """
        from pipeline.outcomes import tdi_title

        years = self._distinct("entry_year", "outcomes.tdi_cell")
        if kind not in ("treatment", "detoxification"):
            raise SettingsError(wrong("kind", kind, ("treatment", "detoxification")))
        if year is not None and year not in years:
            raise SettingsError(wrong("year", year, years))

        frame = self.sql(
            "select * from outcomes.tdi_cell where kind = ? and (? is null or entry_year = ?)"
            " order by entry_year, number, case sex when 'all' then 1 when 'male' then 2 else 3 end, position",
            [kind, year, year],
        )
        frame.insert(3, "title", [tdi_title(number, language) for number in frame["number"]])
        return frame

    def rate(
        self, measure: str, *, within: int | None = None, by: str = "all", cohort: str = "programme"
    ) -> pd.DataFrame:
        """A row is a group of one part of a measure, with its counts and what they say.

        Shares: `rate`, its 95 % interval `low`–`high` (Wilson; on the effective number where units are not persons) and
        `upper_bound` (all doubts counted), in percent. Rates per time: `value`, exact Poisson interval. Medians:
        `value` with the interval of order statistics. Other ratios: `value`. `within` is the window in days and may be
        left out where there is only one. Raises SettingsError that says what there is when the measure, window, group
        or cohort was not counted.
        """
        from pipeline.outcomes import READ, read_cell

        known = self._known(measure)
        windows = self._distinct("window_days", "outcomes.measure_cell", measure)
        window = within if within is not None else windows[0] if len(windows) == 1 else None
        self._check(measure, cohort, by, window, windows)
        frame = self.sql(
            "select group_value, component, numerator, denominator, value, too_early, status, * exclude (group_value,"
            " component, numerator, denominator, value, too_early, status) from outcomes.measure_cell where measure = ?"
            " and cohort = ? and group_by = ? and window_days is not distinct from ? and cell_set = 'own'"
            " order by group_value, component",
            [measure, cohort, by, window],
        )
        sizes = self._sizes(measure, cohort, by, window)
        read = [
            read_cell(known, cell, sizes.get((cell["component"], cell["group_value"]), {}))
            for cell in frame.to_dict("records")
        ]
        for place, name in enumerate(READ):
            frame.insert(4 + place, name, [cell[name] for cell in read])
        return frame

    def explain(self, measure: str, **keys: str | int) -> pd.DataFrame:
        """A row is a member of one cell's denominator with its verdict and the delivered row behind its event.

        Keys are window, cohort, component, and groups: `explain("return_to_prison", prison="brno", window=365)`.
        Raises SettingsError that lists the keys or values there are. The cell itself is in `frame.attrs["cell"]`.
        """
        import pandas as pd

        from pipeline.outcomes import TRACE_COLUMNS, read_declared, trace

        if "within" in keys:  # as `rate` calls it
            keys = {"window": keys["within"]} | {name: value for name, value in keys.items() if name != "within"}
        given = {name: str(value) for name, value in keys.items()}
        found = trace(self._con, measure, given, read_declared(self.settings.root).all_measures)
        frame = pd.DataFrame(found.rows, columns=list(TRACE_COLUMNS))
        frame.attrs["cell"] = dict(found.cell or {})
        return frame

    def bundle(self, path: str | Path) -> Bundle:
        """A draft or released bundle: only what is in a released one may leave the house."""
        from pipeline.disclosure import open_bundle

        return open_bundle(Path(path))

    def _check(self, measure: str, cohort: str, by: str, window: int | None, windows: list[Any]) -> None:
        """Raise SettingsError with everything that was not counted."""
        problems = [
            wrong(name, value, self._distinct(column, "outcomes.measure_cell", measure))
            for name, column, value in (("cohort", "cohort", cohort), ("group (by)", "group_by", by))
            if value not in self._distinct(column, "outcomes.measure_cell", measure)
        ]
        if window is None and windows:
            problems.append(f"Say within how many days, such as within={windows[-1]}: {', '.join(map(str, windows))}.")
        elif window is not None and window not in windows:
            problems.append(
                wrong("window (within)", window, windows) if windows else f"{measure} has no window; leave within out."
            )
        if not problems and not self.sql(
            "select 1 from outcomes.measure_cell where measure = ? and cohort = ? and group_by = ?"
            " and window_days is not distinct from ? and cell_set = 'own' limit 1", [measure, cohort, by, window]
        ).size:  # fmt: skip
            problems.append(f"{measure} was not counted by {by} within {window} days for {cohort}; try by='all'.")
        if problems:
            raise SettingsError(problems)

    def _sizes(self, measure: str, cohort: str, by: str, window: int | None) -> dict[tuple[str, str], dict[float, int]]:
        """What enters the medians of a measure: by part and group, each value with how many have it."""
        column = (
            "''" if by == "all" else by if by in ("partner", "prison", "quarter", "planned", "drug_user") else "detail"
        )
        rows = self._con.execute(
            f"select component, {column}, size, count(*) from outcomes.unit where measure = ? and cohort = ?"
            " and window_days is not distinct from ? and state = 'measured' and size is not null and cell_set = 'own'"
            " and scope = (select scope from outcomes.measure_group where measure = ? and group_by = ?)"
            " and (scope <> 'detail' or detail_by = ?) group by 1, 2, 3",
            [measure, cohort, window, measure, by, by],
        ).fetchall()
        found: dict[tuple[str, str], dict[float, int]] = {}
        for component, group, size, number in rows:
            found.setdefault((component, group), {})[float(size)] = number
        return found
