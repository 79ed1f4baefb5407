"""Landing: delivered bytes, screened for identifiers before anything is kept, then kept by SHA-256 with a receipt."""

from pipeline.landing.encoding import decode
from pipeline.landing.erasure import Erased, bury, erase
from pipeline.landing.examine import Examined, examine, hash_files, screen_file
from pipeline.landing.identifiers import is_birth_number
from pipeline.landing.kept import KeptFiles, kept_files
from pipeline.landing.keying import keying_of, own_pseudonyms, require_one_form, unkeyed_warning
from pipeline.landing.land import Landed, LandingReport, land
from pipeline.landing.load import load
from pipeline.landing.reading import read_file
from pipeline.landing.receipts import Receipt, ReceivedFile, Refusal, receipts, refusals
from pipeline.landing.retention import Purged, destroy, expired, lost_since, purged
from pipeline.landing.screen import Finding, shown
from pipeline.landing.sheets import Reading, Sheet, UnreadableError
from pipeline.landing.store import open_store
from pipeline.landing.tombstones import read_tombstones
from pipeline.landing.words import may_be_shown
from pipeline.landing.workbook import read_workbook

__all__ = [
    "Erased",
    "Examined",
    "Finding",
    "KeptFiles",
    "Landed",
    "LandingReport",
    "Purged",
    "Reading",
    "Receipt",
    "ReceivedFile",
    "Refusal",
    "Sheet",
    "UnreadableError",
    "bury",
    "decode",
    "destroy",
    "erase",
    "examine",
    "expired",
    "hash_files",
    "is_birth_number",
    "kept_files",
    "keying_of",
    "land",
    "load",
    "lost_since",
    "may_be_shown",
    "open_store",
    "own_pseudonyms",
    "purged",
    "read_file",
    "read_tombstones",
    "read_workbook",
    "receipts",
    "refusals",
    "require_one_form",
    "screen_file",
    "shown",
    "unkeyed_warning",
]
