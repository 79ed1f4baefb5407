"""Pseudonyms made at the partner: keyed hashes of birth numbers, and deliveries rewritten with them, offline."""

from pipeline.pseudonyms.key import ENVIRONMENT, key_id, read_key
from pipeline.pseudonyms.pseudonym import NotAPersonError, Pseudonymiser, is_by_birth_number, is_pseudonym, normalise
from pipeline.pseudonyms.rewrite import Report, pseudonymise

__all__ = [
    "ENVIRONMENT",
    "NotAPersonError",
    "Pseudonymiser",
    "Report",
    "is_by_birth_number",
    "is_pseudonym",
    "key_id",
    "normalise",
    "pseudonymise",
    "read_key",
]
