"""Charts of released and of internal numbers: one theme, direct labels, watermarked unless released."""

from pipeline.charts.bars import BarRow, RateRow, forest_chart, steps_chart
from pipeline.charts.chart import Chart
from pipeline.charts.curve import CurveWords, Line, Step, curve_chart, incidence_chart
from pipeline.charts.heat import heat_chart
from pipeline.charts.static import find_browser, render_svgs
from pipeline.charts.theme import CONFIG

__all__ = [
    "CONFIG",
    "BarRow",
    "Chart",
    "CurveWords",
    "Line",
    "RateRow",
    "Step",
    "curve_chart",
    "find_browser",
    "forest_chart",
    "heat_chart",
    "incidence_chart",
    "render_svgs",
    "steps_chart",
]
