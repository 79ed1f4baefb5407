"""The shared project key of the partners: read from a file or the environment, and refused when it could be guessed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.keys import check_strength, decode_key, fingerprint

ENVIRONMENT = "THROUGHCARE_PROJECT_KEY"
_ADVICE = "Make one with `openssl rand -hex 32`; see docs/pseudonyms.md."

key_id = fingerprint
"""Partners compare these eight characters by telephone."""


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
    return check_strength(decode_key(text, "The project key", _ADVICE), "The project key", _ADVICE)
