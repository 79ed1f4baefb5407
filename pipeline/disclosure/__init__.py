"""Stage disclosure: measures become released tables, made safe, attacked and recorded."""

from pipeline.disclosure.bundle import Bundle, BundleMeta
from pipeline.disclosure.drafting import draft
from pipeline.disclosure.ledger import in_order
from pipeline.disclosure.opening import open_bundle
from pipeline.disclosure.profile import Profile, load_profile, profile_names
from pipeline.disclosure.releasing import is_current, release
from pipeline.disclosure.stories import ReleasedStory, StoryStep
from pipeline.disclosure.tables import LinkedTables, Protected, TableCell, count_table, protect_tables
from pipeline.disclosure.types import Cell, ReleasedTable, Row, Status, Value

__all__ = [
    "Bundle",
    "BundleMeta",
    "Cell",
    "LinkedTables",
    "Profile",
    "Protected",
    "ReleasedStory",
    "ReleasedTable",
    "Row",
    "Status",
    "StoryStep",
    "TableCell",
    "Value",
    "count_table",
    "draft",
    "in_order",
    "is_current",
    "load_profile",
    "open_bundle",
    "profile_names",
    "protect_tables",
    "release",
]
