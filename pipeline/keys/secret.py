"""Reading keys from the environment, a file or the system's keyring, and refusing those that could be guessed."""

from __future__ import annotations

import base64
import binascii
import hmac
import importlib
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.settings import Settings

PIPELINE, AT_REST, FORMER = "THROUGHCARE_PIPELINE_KEY", "THROUGHCARE_AT_REST_KEY", "THROUGHCARE_FORMER_PIPELINE_KEYS"
SERVICE = "throughcare"
BYTES = 32
ADVICE = "Make one with `openssl rand -hex 32`."
_DISTINCT = 20
"""Of 32 random bytes 30 differ on average; fewer than 20 do once in ten million million keys."""
_STEPS = 16


@dataclass(frozen=True)
class Keys:
    """A project's keys; None where there is none. `former` are earlier pipeline keys, which only know tombstones."""

    pipeline: bytes | None = field(default=None, repr=False)
    at_rest: bytes | None = field(default=None, repr=False)
    former: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def mark(self) -> str:
        """The fingerprint of the pipeline's key; '' without one."""
        return fingerprint(self.pipeline) if self.pipeline else ""


def read_keys(settings: Settings) -> Keys:
    """The project's keys: from the environment, else the files that throughcare.toml names, else the keyring.

    Raises SettingsError for a key that cannot be read, is weak, lies among the data, or serves two purposes.
    """
    keeping = settings.keeping
    pipeline = _find(settings, PIPELINE, keeping.pipeline_key_file)
    at_rest = _find(settings, AT_REST, keeping.at_rest_key_file)
    if pipeline and pipeline == at_rest:
        raise SettingsError(f"The pipeline key and the key at rest are the same. {ADVICE}")
    return Keys(pipeline, at_rest, tuple(_former(settings)))


def fingerprint(key: bytes) -> str:
    """Eight characters that tell two keys apart and say nothing of either."""
    digest = hmac.digest(key, b"throughcare key id", "sha256")
    return base64.b32encode(digest).decode("ascii")[:8]


def decode_key(text: str, name: str, advice: str = ADVICE) -> bytes:
    """A key in hexadecimal or base 64; raises SettingsError, which never quotes it."""
    bare = re.sub(r"\s", "", text)
    if re.fullmatch(r"[0-9A-Fa-f]+", bare) and len(bare) % 2 == 0:
        return bytes.fromhex(bare)
    try:
        return base64.b64decode(bare, altchars=b"-_" if set("-_") & set(bare) else None, validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"{name} is neither hexadecimal nor base 64. {advice}") from None


def check_strength(key: bytes, name: str, advice: str = ADVICE) -> bytes:
    """The key itself; raises SettingsError when it is short, written or patterned."""
    if reason := _weakness(key):
        raise SettingsError(f"{name} is refused: {reason}. {advice}")
    return key


def _weakness(key: bytes) -> str:
    if len(key) < BYTES:
        return f"it has {8 * len(key)} bits, {8 * BYTES} are needed"
    if all(32 <= byte < 127 for byte in key):
        return "it is written text and not random"
    steps = {(b - a) % 256 for a, b in pairwise(key)}
    if len(set(key)) < _DISTINCT or len(steps) < _STEPS or len(zlib.compress(key, 9)) < len(key):
        return "it repeats itself or follows a pattern"
    return ""


def _find(settings: Settings, name: str, path: Path | None) -> bytes | None:
    text = os.environ.get(name, "")
    if not text.strip() and path is not None:
        text = _read(settings, path)
    if not text.strip() and settings.keeping.keyring:
        text = _from_keyring(name)
    return check_strength(decode_key(text, name), name) if text.strip() else None


def _former(settings: Settings) -> Iterator[bytes]:
    texts = [text for text in os.environ.get(FORMER, "").split(",") if text.strip()]
    texts += [_read(settings, path) for path in settings.keeping.former_pipeline_key_files]
    for text in texts:
        yield check_strength(decode_key(text, FORMER), FORMER)


def _read(settings: Settings, path: Path) -> str:
    whole = (settings.root / path.expanduser()).resolve()
    if whole.is_relative_to(settings.data):
        raise SettingsError(f"throughcare.toml: the key file {path} lies among the data that it locks. Move it.")
    try:
        text = whole.read_text("ascii")
        open_to_all = os.name == "posix" and whole.stat().st_mode & 0o077
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"throughcare.toml: the key file {path} cannot be read as text.") from None
    if open_to_all:
        raise SettingsError(f"The key file {path} can be read by others. `chmod 600` it, and think of a new key.")
    if not text.strip():
        raise SettingsError(f"throughcare.toml: the key file {path} is empty. {ADVICE}")
    return text


@cache
def _from_keyring(name: str) -> str:
    """An entry of the system's keyring, asked once; raises SettingsError where there is no keyring or no entry."""
    try:
        found = importlib.import_module("keyring").get_password(SERVICE, name)
    except Exception:  # every backend has its own errors
        raise SettingsError("throughcare.toml: keeping.keyring is set, but the keyring does not answer.") from None
    return found or ""
