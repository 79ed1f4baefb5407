"""Charts of released and of internal numbers: one theme, direct labels, watermarked unless released."""

from pipeline.charts.bars import BarRow, RateRow, forest_chart, steps_chart
from pipeline.charts.chart import Chart
from pipeline.charts.curve import CurveWords, Line, Step, curve_chart, incidence_chart
from pipeline.charts.flow import Stream, flow_chart
from pipeline.charts.funnel import FunnelWords, Limits, Place, funnel_chart
from pipeline.charts.heat import heat_chart
from pipeline.charts.run import Mark, Point, run_chart
from pipeline.charts.static import find_browser, render_svgs
from pipeline.charts.theme import CONFIG
from pipeline.charts.timeline import Moment, timeline_chart

__all__ = [
    "CONFIG",
    "BarRow",
    "Chart",
    "CurveWords",
    "FunnelWords",
    "Limits",
    "Line",
    "Mark",
    "Moment",
    "Place",
    "Point",
    "RateRow",
    "Step",
    "Stream",
    "curve_chart",
    "find_browser",
    "flow_chart",
    "forest_chart",
    "funnel_chart",
    "heat_chart",
    "incidence_chart",
    "render_svgs",
    "run_chart",
    "steps_chart",
    "timeline_chart",
]
