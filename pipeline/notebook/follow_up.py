"""What follows a release, for notebooks: durations, curves, mean times and counts, models. All of it is internal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline.errors import SettingsError
from pipeline.notebook.view import View, wrong

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.charts import Chart
    from pipeline.outcomes import CoxFit, WeibullFit

Fit = TypeVar("Fit")
EVENTS = "select measure, event from outcomes.measure_registry order by 1"


class FollowUp(View):
    """The part of a programme that speaks of events after release."""

    def curve(self, measure: str, *, by: str = "all", cohort: str = "programme") -> Chart:
        """Cumulative incidence in percent by days since day 0; `.plot()` draws it with numbers at risk, watermarked."""
        from pipeline.charts import incidence_chart

        known = self._known(measure)
        for name, value in (("cohort", cohort), ("group_by", by)):
            there = self._distinct(name, "outcomes.curve", measure)
            if value not in there:
                what = (
                    f"{measure} has no curve"
                    if not there
                    else wrong("group (by)" if name == "group_by" else name, value, there)
                )
                curves = ", ".join(self._distinct("measure", "outcomes.curve"))
                raise SettingsError(what if there else f"{what}. Those that have one: {curves}.")
        counts = self.sql(
            "select group_value, day, at_risk, events, competing, censored from outcomes.curve"
            " where measure = ? and cohort = ? and group_by = ? order by group_value, day",
            [measure, cohort, by],
        )
        return incidence_chart(counts, title=known.name.en, released=False)

    def followed(self, measure: str, *, cohort: str = "programme") -> pd.DataFrame:
        """A row is a release: `days` to the first event or the end of follow-up, `event` (1 or 0), `ended_by`, and what
        was known on day 0.

        Raises SettingsError for a measure that is not of events after release, or a cohort without it.
        """
        from pipeline.outcomes import FOLLOWED

        known, kinds = self._known(measure), self._distinct("kind", "outcomes.event_kind")
        if known.event not in kinds:
            followed = [m for m, kind in self._con.execute(EVENTS).fetchall() if kind in kinds]
            raise SettingsError(wrong("measure of first events", measure, followed))
        if cohort not in known.cohorts:
            raise SettingsError(wrong("cohort", cohort, known.cohorts))
        keys = {"subset": known.subset, "kind": known.event, "cohort": cohort}
        return self._con.execute(FOLLOWED, keys).df()

    def mean_time(self, measure: str, *, within: int = 365, by: str = "all", cohort: str = "programme") -> pd.DataFrame:
        """A row is a group: mean days until the first event, death or deportation, at most `within` (restricted mean),
        with its 95 % interval.

        `by` is a column of `followed`; with two groups or more `frame.attrs["log_rank"]` holds chi-squared and p of the
        event. Raises SettingsError as `followed`, or for a horizon that nobody was watched to.
        """
        import pandas as pd

        from pipeline.outcomes import compare, free_time

        groups = _grouped(self.followed(measure, cohort=cohort), by)
        try:
            found = {name: free_time(rows, within) for name, rows in groups.items()}
        except ValueError as problem:
            raise SettingsError(f"within={within}: {problem}.") from None
        rows = [(name, len(groups[name]), mean, *limits) for name, (mean, limits) in found.items()]
        frame = pd.DataFrame(rows, columns=["group_value", "releases", "days", "low", "high"])
        if len(groups) > 1 and any(row["event"] for among in groups.values() for row in among):
            frame.attrs["log_rank"] = compare(groups)
        return frame

    def mean_count(self, measure: str, *, cohort: str = "programme") -> pd.DataFrame:
        """A row is a day on which an event happens: mean number of events per release by then, with its band.

        Repeated events count (mean cumulative count); the dead stay in the mean. Raises SettingsError as `followed`.
        """
        import pandas as pd

        from pipeline.outcomes import mean_count

        known, members = self._known(measure), self.followed(measure, cohort=cohort)["release_id"]
        found = self._con.execute(
            "select member_id, days, status from outcomes.follow_up where kind = ? and cohort = ?"
            " and status in ('event', 'competing', 'censored')", [known.event, cohort]
        ).fetchall()  # fmt: skip
        points = mean_count(row for row in found if row[0] in set(members))
        return pd.DataFrame(points, columns=["day", "at_risk", "mean", "low", "high", "variance"])

    def cox(self, measure: str, on: list[str], *, cohort: str = "programme") -> CoxFit:
        """Proportional hazards of the first event on columns of `followed`; text becomes a column per value but the
        first. Standard errors are robust for people with several releases. A description, never published.

        Raises SettingsError as `followed`, for an unknown column, without an event, or without lifelines.
        """
        from pipeline.outcomes import cox

        return self._regressed(cox, measure, on, cohort)

    def weibull(self, measure: str, on: list[str], *, cohort: str = "programme") -> WeibullFit:
        """As `cox`, with a hazard that rises or falls with time by its `shape`; an event on day 0 cannot be fitted.

        Raises SettingsError as `cox`, or for an event on day 0.
        """
        from pipeline.outcomes import weibull

        return self._regressed(weibull, measure, on, cohort)

    def _regressed(self, fit: Callable[..., Fit], measure: str, on: list[str], cohort: str) -> Fit:
        import pandas as pd

        frame = self.followed(measure, cohort=cohort)
        if unknown := [name for name in on if name not in frame.columns]:
            raise SettingsError(wrong("column", unknown[0], frame.columns))
        data = pd.get_dummies(frame[on], drop_first=True, dtype=float)
        if same := sorted(name for name in on if frame[name].nunique() < 2):
            raise SettingsError(f"{same[0]} is the same for all {len(frame)} releases; leave it out.")
        whole = data.assign(days=frame["days"], event=frame["event"], person=frame["person_id"])
        try:
            return fit(whole, duration="days", event="event", covariates=list(data.columns), cluster="person")
        except ValueError as problem:
            raise SettingsError(f"{measure}: {problem}.") from None


def _grouped(frame: pd.DataFrame, by: str) -> dict[str, list[dict[Any, Any]]]:
    """Rows by the values of a column, in their order; raises SettingsError for an unknown one."""
    if by == "all":
        return {"": frame.to_dict("records")}
    if by not in frame.columns:
        raise SettingsError(wrong("group (by)", by, ("all", *frame.columns)))
    return {str(value): rows.to_dict("records") for value, rows in frame.groupby(by, sort=True)}
