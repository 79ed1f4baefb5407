"""Sealing bytes on disk: age (X25519, ChaCha20-Poly1305) with an identity that follows from the key at rest.

The identity is a plain age identity, so any age program opens what was sealed, should this one be gone.
"""

from __future__ import annotations

import hmac
from functools import cached_property
from typing import Any

from pipeline.errors import WrongKeyError

_PREFIX = "age-secret-key-"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def warehouse_key(key: bytes) -> str:
    """What DuckDB is given to lock a warehouse with: hexadecimal, derived for that alone."""
    return hmac.digest(key, b"throughcare warehouse", "sha256").hex()


class Seal:
    """Seals and opens bytes under one key at rest."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, data: bytes) -> bytes:
        """The bytes, sealed; twice the same bytes give different results."""
        import pyrage

        return bytes(pyrage.encrypt(data, [self._identity.to_public()]))

    def open(self, data: bytes, what: str) -> bytes:
        """The sealed bytes in the clear; raises WrongKeyError, which says `what` could not be opened."""
        import pyrage

        try:
            return bytes(pyrage.decrypt(data, [self._identity]))
        except pyrage.DecryptError:
            raise WrongKeyError(
                f"{what} does not open with the key at rest that is set (THROUGHCARE_AT_REST_KEY or the key file in "
                "throughcare.toml): it was sealed with another key, or changed on disk. Set the key it was sealed with."
            ) from None

    @property
    def identity(self) -> str:
        """The age identity, a secret, for opening files with the `age` program."""
        return age_identity(hmac.digest(self._key, b"throughcare landing", "sha256"))

    @cached_property
    def _identity(self) -> Any:
        import pyrage

        return pyrage.x25519.Identity.from_str(self.identity)


def age_identity(secret: bytes) -> str:
    """Thirty-two bytes as age writes an identity: Bech32 (BIP 173) in capitals."""
    bits = "".join(f"{byte:08b}" for byte in secret)
    bits += "0" * (-len(bits) % 5)
    data = [int(bits[i : i + 5], 2) for i in range(0, len(bits), 5)]
    expanded = [ord(c) >> 5 for c in _PREFIX] + [0] + [ord(c) & 31 for c in _PREFIX]
    total = _checksum([*expanded, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    data += [total >> 5 * (5 - i) & 31 for i in range(6)]
    return (_PREFIX + "1" + "".join(_BECH32[d] for d in data)).upper()


def _checksum(values: list[int]) -> int:
    total = 1
    for value in values:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            total ^= generator if top >> bit & 1 else 0
    return total
