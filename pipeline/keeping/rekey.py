"""Changing the key at rest: what the old one locked is locked with the new one, file by file."""

from __future__ import annotations

from pathlib import Path

from pipeline import landing
from pipeline.errors import SettingsError
from pipeline.keys import Seal, decode_key
from pipeline.settings import Settings
from pipeline.warehouse import change_key, require_free


def rekey(settings: Settings, old_key_file: Path) -> list[str]:
    """Lock landed files and warehouses with the key at rest of today; returns what was done, a line each.

    Interrupted, it is finished by the same command: each file opens with one of the two keys. Raises SettingsError
    without a new key, WrongKeyError for a file that opens with neither.
    """
    try:
        old = decode_key(old_key_file.read_text("ascii"), "--old-key-file")
    except (OSError, UnicodeDecodeError):
        raise SettingsError("--old-key-file: the file cannot be read as text.") from None
    store = landing.open_store(settings)
    if store.seal is None:
        raise SettingsError("There is no new key at rest. Set THROUGHCARE_AT_REST_KEY.")
    require_free(settings)
    files = store.reseal(Seal(old))
    warehouses = change_key(settings, old)
    return [f"{files} landed files and {warehouses} warehouses are locked with the new key. Destroy the old one."]
