"""The shared project key: read from a file or the environment, and refused when it could be guessed."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import zlib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from pipeline.errors import SettingsError

ENVIRONMENT = "THROUGHCARE_PROJECT_KEY"
BYTES = 32
_DISTINCT = 20
"""Of 32 random bytes 30 differ on average; fewer than 20 do once in ten million million keys."""
_STEPS = 16
_ADVICE = "Make one with `openssl rand -hex 32`; see docs/pseudonyms.md."


def read_key(path: Path | None, environment: Mapping[str, str]) -> bytes:
    """The key from a file, else from the environment: 32 random bytes or more in hexadecimal or base 64.

    Raises SettingsError when there is none, or it is too short, or not random; the message never quotes it.
    """
    if path is not None:
        try:
            text = path.read_text("ascii")
        except (OSError, UnicodeDecodeError):
            raise SettingsError(f"--key-file: the file cannot be read as text. {_ADVICE}") from None
    else:
        text = environment.get(ENVIRONMENT, "")
    if not text.strip():
        where = "the key file is empty" if path else f"give --key-file, or set {ENVIRONMENT}"
        raise SettingsError(f"There is no project key: {where}. {_ADVICE}")
    key = _decoded(re.sub(r"\s", "", text))
    if reason := _weakness(key):
        raise SettingsError(f"The project key is refused: {reason}. {_ADVICE}")
    return key


def key_id(key: bytes) -> str:
    """Eight characters that tell two keys apart and say nothing of either; partners compare them."""
    digest = hmac.digest(key, b"throughcare key id", "sha256")
    return base64.b32encode(digest).decode("ascii")[:8]


def _decoded(text: str) -> bytes:
    if re.fullmatch(r"[0-9A-Fa-f]+", text) and len(text) % 2 == 0:
        return bytes.fromhex(text)
    try:
        return base64.b64decode(text, altchars=b"-_" if set("-_") & set(text) else None, validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"The project key is neither hexadecimal nor base 64. {_ADVICE}") from None


def _weakness(key: bytes) -> str:
    if len(key) < BYTES:
        return f"it has {8 * len(key)} bits, {8 * BYTES} are needed"
    if all(32 <= byte < 127 for byte in key):
        return "it is written text and not random"
    steps = {(b - a) % 256 for a, b in pairwise(key)}
    if len(set(key)) < _DISTINCT or len(steps) < _STEPS or len(zlib.compress(key, 9)) < len(key):
        return "it repeats itself or follows a pattern"
    return ""
