"""What landing has of earlier deliveries, for a connector that would otherwise fetch it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.landing.examine import hash_delivery
from pipeline.landing.receipts import refusals
from pipeline.settings import Settings


@dataclass(frozen=True)
class KeptFiles:
    """The kept files by hash, and the ids of refused deliveries."""

    folder: Path
    refused_ids: frozenset[str]

    def find(self, sha256: str) -> Path | None:
        """The kept file with these bytes; None when there is none."""
        path = self.folder / sha256
        return path if path.is_file() else None

    def refused(self, partner: str, hashes: Mapping[str, str]) -> bool:
        """Whether a delivery of these files (name within it, SHA-256) was refused."""
        return hash_delivery(partner, dict(hashes))[:16] in self.refused_ids


def kept_files(settings: Settings) -> KeptFiles:
    """What landing has now."""
    return KeptFiles(settings.data / "landing" / "files", frozenset(r.delivery_id for r in refusals(settings)))
