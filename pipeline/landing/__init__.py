"""Landing: delivered bytes, screened for identifiers before anything is kept, then kept by SHA-256 with a receipt."""

from pipeline.landing.kept import KeptFiles, kept_files
from pipeline.landing.land import Landed, LandingReport, land
from pipeline.landing.load import load
from pipeline.landing.receipts import Receipt, ReceivedFile, Refusal, receipts, refusals

__all__ = [
    "KeptFiles",
    "Landed",
    "LandingReport",
    "Receipt",
    "ReceivedFile",
    "Refusal",
    "kept_files",
    "land",
    "load",
    "receipts",
    "refusals",
]
