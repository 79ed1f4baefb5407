"""What an analyst types: a read-only view of the newest finished run. All of it is internal to the house."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError
from pipeline.settings import REPOSITORY, Settings, load_settings
from pipeline.warehouse import Connection, open_current

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.charts import Chart
    from pipeline.disclosure import Bundle


def open_programme(data: str | Path | None = None, *, project: str | Path | None = None) -> Programme:
    """Open the warehouse of a project read-only; `data` names another data folder, such as `data/demo`.

    Raises ThroughcareError when no run has finished there.
    """
    root = Path(project) if project else _project_root()
    folder = None if data is None else (root / data)
    return Programme(load_settings(root, data=folder))


def _project_root() -> Path:
    here = Path.cwd()
    return next((p for p in (here, *here.parents) if (p / "throughcare.toml").exists()), REPOSITORY)


class Programme:
    """One finished run. Frames are pandas; a row's meaning stands in each method."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._con: Connection = open_current(settings)

    def close(self) -> None:
        """Let go of the warehouse, so that a run may write."""
        self._con.close()

    def __enter__(self) -> Programme:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def sql(self, query: str, parameters: list[Any] | None = None) -> pd.DataFrame:
        """Any query over the stages' schemas, as a frame."""
        return self._con.execute(query, parameters or []).df()

    def table(self, name: str) -> pd.DataFrame:
        """A whole table, such as `core.release` or `core.case`; raises SettingsError for an unknown one."""
        schema, _, bare = name.partition(".")
        known = self.sql("select table_schema || '.' || table_name as name from information_schema.tables")["name"]
        if name not in set(known):
            raise SettingsError(f"There is no table '{name}'. There are: {', '.join(sorted(known))}.")
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
        """A row is a step on the way into a cohort, with persons and releases left and the reason for the loss."""
        return self.sql("from outcomes.attrition where cohort = ? order by step_number", [cohort])

    def tdi(self, year: int | None = None, *, kind: str = "treatment", language: str = "en") -> pd.DataFrame:
        """A row is a category of a TDI 3.0 table for everybody, men or women: people of those who entered treatment.

        `kind` is treatment or detoxification (alone); all years when none is given. Internal: small counts stand as
        they are.
        """
        from pipeline.outcomes import tdi_title

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
        """A row is a group: numerator, denominator, percent with its 95 % Wilson interval, and bounds.

        `within` is the window in days. Raises SettingsError when the measure, window or group was not counted.
        """
        from pipeline.outcomes import wilson

        frame = self.sql(
            "select * from outcomes.measure_cell where measure = ? and cohort = ? and group_by = ?"
            " and window_days is not distinct from ? and cell_set = 'own' order by group_value, component",
            [measure, cohort, by, within],
        )
        if frame.empty:
            raise SettingsError(self._advice(measure, cohort))
        counts = frame[["numerator", "denominator", "possible"]].fillna(0).astype(int).to_numpy()
        shares = [_percentages(*row, interval=wilson) for row in counts.tolist()]
        frame[["rate", "low", "high", "upper_bound"]] = shares
        return frame

    def explain(self, measure: str, **keys: str | int) -> pd.DataFrame:
        """A row is a member of one cell's denominator with its verdict and the delivered row behind its event.

        Keys are window, cohort, component, and groups: `explain("return_to_prison", prison="brno", window=365)`.
        Raises SettingsError that lists the keys or values there are. The cell itself is in `frame.attrs["cell"]`.
        """
        import pandas as pd

        from pipeline.outcomes import TRACE_COLUMNS, read_declared, trace

        given = {name: str(value) for name, value in keys.items()}
        found = trace(self._con, measure, given, read_declared(self.settings.root).all_measures)
        frame = pd.DataFrame(found.rows, columns=list(TRACE_COLUMNS))
        frame.attrs["cell"] = dict(found.cell or {})
        return frame

    def curve(self, measure: str, *, by: str = "all", cohort: str = "programme") -> Chart:
        """Cumulative incidence in percent by days since day 0; `.plot()` draws it with numbers at risk, watermarked."""
        from pipeline.charts import incidence_chart

        counts = self.sql(
            "select group_value, day, at_risk, events, competing, censored from outcomes.curve"
            " where measure = ? and cohort = ? and group_by = ? order by group_value, day",
            [measure, cohort, by],
        )
        if counts.empty:
            raise SettingsError(self._advice(measure, cohort))
        return incidence_chart(counts, title=measure, released=False)

    def bundle(self, path: str | Path) -> Bundle:
        """A draft or released bundle: only what is in a released one may leave the house."""
        from pipeline.disclosure import open_bundle

        return open_bundle(Path(path))

    def _advice(self, measure: str, cohort: str) -> str:
        counted = self.sql(
            "select distinct measure, cohort, window_days, group_by from outcomes.measure_cell where measure = ?",
            [measure],
        )
        if counted.empty:
            return f"'{measure}' is not a measure that was counted. See programme.measures()."
        windows = sorted({int(w) for w in counted["window_days"].dropna()})
        groups, cohorts = sorted(set(counted["group_by"])), sorted(set(counted["cohort"]))
        return (
            f"{measure} was counted within {windows or 'no window'} by {groups} for {cohorts}, not so for '{cohort}'."
        )


def _percentages(x: int, n: int, possible: int, *, interval: Callable[[int, int], tuple[float, float]]) -> list[float]:
    """Rate, interval and upper bound in percent; all missing where nobody is in the denominator."""
    if n == 0:
        return [float("nan")] * 4
    return [100 * share for share in (x / n, *interval(x, n), (x + possible) / n)]
