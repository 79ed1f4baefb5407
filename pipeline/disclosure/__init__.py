"""Stage disclosure: measures become released tables, made safe, attacked and recorded."""

from pipeline.disclosure.bundle import Bundle, BundleMeta
from pipeline.disclosure.opening import open_bundle
from pipeline.disclosure.types import Cell, ReleasedTable, Row, Status, Value

__all__ = ["Bundle", "BundleMeta", "Cell", "ReleasedTable", "Row", "Status", "Value", "open_bundle"]
