"""Stage publication: a released bundle becomes report, slides and tables; it decides nothing, only shows."""

from pipeline.publication.context import read_registers
from pipeline.publication.editions import FORMATS
from pipeline.publication.publish import missing_tools, publish
from pipeline.publication.report import Report

__all__ = ["FORMATS", "Report", "missing_tools", "publish", "read_registers"]
