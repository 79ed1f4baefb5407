"""The form of a pseudonym: 25 base-32 characters and a check character; the first records the key domain.

`A` to `P`: made of a birth number, the same at all partners. `Q` to `7`: made of another identifier, known to one
partner alone.
"""

from __future__ import annotations

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
LENGTH = 25
_BITS = 5 * LENGTH
_POLYNOMIAL = 0b100101
"""x⁵ + x² + 1, primitive over two elements: the weights of 26 places all differ."""


def from_digest(digest: bytes, *, by_birth_number: bool) -> str:
    """A pseudonym of the first 125 bits of a keyed digest, with the key domain in its first character."""
    number = int.from_bytes(digest, "big") >> (8 * len(digest) - _BITS)
    top = 1 << (_BITS - 1)
    number = number & ~top if by_birth_number else number | top
    body = "".join(ALPHABET[number >> shift & 31] for shift in range(_BITS - 5, -1, -5))
    return body + _check(body)


def looks_like_one(text: str) -> bool:
    """Whether a text has the form of a pseudonym, also with a wrong check character; hardly anything else has."""
    return len(text) == LENGTH + 1 and set(text) <= set(ALPHABET)


def is_pseudonym(text: str) -> bool:
    """Whether a text has the form of a pseudonym and its check character is right."""
    return looks_like_one(text) and _check(text[:-1]) == text[-1]


def is_by_birth_number(pseudonym: str) -> bool:
    """Whether a pseudonym was made of a birth number, and so is the same at all partners."""
    return pseudonym[0] in ALPHABET[:16]


def _check(body: str) -> str:
    """Finds every wrong character and every exchange of two: a weighted sum over the field of 32 elements."""
    total = 0
    for character in body:
        total = _times_x(total ^ ALPHABET.index(character))
    return ALPHABET[total]


def _times_x(element: int) -> int:
    shifted = element << 1
    return shifted ^ _POLYNOMIAL if shifted & 32 else shifted
