"""What landing has of earlier deliveries, for a connector that would otherwise fetch it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.landing.examine import hash_delivery
from pipeline.landing.receipts import refusals
from pipeline.landing.store import KeptFile, Store, open_store
from pipeline.settings import Settings


@dataclass(frozen=True)
class KeptFiles:
    """The kept files by hash, and the ids of refused deliveries."""

    store: Store
    refused_ids: frozenset[str]

    def find(self, sha256: str) -> KeptFile | None:
        """The kept file with these bytes; None when there is none."""
        return KeptFile(self.store, sha256) if self.store.has(sha256) else None

    def refused(self, partner: str, hashes: Mapping[str, str]) -> bool:
        """Whether a delivery of these files (name within it, SHA-256) was refused."""
        return hash_delivery(partner, dict(hashes))[:16] in self.refused_ids


def kept_files(settings: Settings) -> KeptFiles:
    """What landing has now."""
    return KeptFiles(open_store(settings), frozenset(r.delivery_id for r in refusals(settings)))
