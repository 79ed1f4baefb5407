"""The keys of the house: reading them, keying pseudonyms a second time, sealing what lies on disk."""

from pipeline.keys.pseudonym import ALPHABET, LENGTH, from_digest, is_by_birth_number, is_pseudonym, looks_like_one
from pipeline.keys.sealing import Seal, warehouse_key
from pipeline.keys.second import Keyer, keyed_digest
from pipeline.keys.secret import (
    AT_REST,
    FORMER,
    PIPELINE,
    Keys,
    check_strength,
    decode_key,
    fingerprint,
    read_keys,
)

__all__ = [
    "ALPHABET",
    "AT_REST",
    "FORMER",
    "LENGTH",
    "PIPELINE",
    "Keyer",
    "Keys",
    "Seal",
    "check_strength",
    "decode_key",
    "fingerprint",
    "from_digest",
    "is_by_birth_number",
    "is_pseudonym",
    "keyed_digest",
    "looks_like_one",
    "read_keys",
    "warehouse_key",
]
