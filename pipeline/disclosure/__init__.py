"""Stage disclosure: measures become released tables, made safe, attacked and recorded."""

from pipeline.disclosure.bundle import Bundle, BundleMeta
from pipeline.disclosure.drafting import draft
from pipeline.disclosure.opening import open_bundle
from pipeline.disclosure.profile import Profile, load_profile, profile_names
from pipeline.disclosure.releasing import release
from pipeline.disclosure.types import Cell, ReleasedTable, Row, Status, Value

__all__ = [
    "Bundle",
    "BundleMeta",
    "Cell",
    "Profile",
    "ReleasedTable",
    "Row",
    "Status",
    "Value",
    "draft",
    "load_profile",
    "open_bundle",
    "profile_names",
    "release",
]
