"""Users, passwords and keys: named in throughcare.toml, kept in the environment or the system's keyring."""

from __future__ import annotations

import importlib
import importlib.util
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.sources.connect_problems import UnavailableError

SERVICE = "throughcare"
PARTS = ("USER", "PASSWORD", "KEY_FILE", "PASSPHRASE")


@dataclass(frozen=True)
class Credential:
    """What a partner's server asks for; nothing of it is shown by `repr`.

    For S3 `user` is the access key id and `password` the secret key. `key_file` is an SSH private key, which
    `passphrase` opens.
    """

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    key_file: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)

    def secret(self) -> bytes:
        """What only its holder knows, to lock unfinished transfers with; empty without a credential."""
        key = b""
        if self.key_file:
            with suppress(OSError):  # the connection says that the key file cannot be read
                key = Path(self.key_file).expanduser().read_bytes()
        return "\n".join((self.user, self.password, self.passphrase)).encode() + key if self.password or key else b""


def find_credential(name: str | None) -> Credential:
    """The credential of a name from `THROUGHCARE_<name>_USER`, `_PASSWORD`, `_KEY_FILE`, `_PASSPHRASE` or the keyring.

    Raises UnavailableError when a credential is named and no value is found.
    """
    if name is None:
        return Credential()
    found = {part: os.environ.get(f"THROUGHCARE_{name}_{part}", "") for part in PARTS}
    if not (found["PASSWORD"] or found["KEY_FILE"]):  # a keyring may ask its owner, so it is asked only when needed
        found = {part: value or _from_keyring(f"{name}_{part}") for part, value in found.items()}
    if not (found["PASSWORD"] or found["KEY_FILE"]):
        text = (
            f"Credential {name} has no value. Set THROUGHCARE_{name}_USER and THROUGHCARE_{name}_PASSWORD (for "
            f"SFTP also THROUGHCARE_{name}_KEY_FILE), or store them: `keyring set {SERVICE} {name}_PASSWORD`."
        )
        raise UnavailableError("no_credential", text)
    return Credential(found["USER"], found["PASSWORD"], found["KEY_FILE"], found["PASSPHRASE"])


def has_credential(name: str) -> bool:
    """Whether the environment or the keyring has a value for a named credential."""
    try:
        find_credential(name)
    except UnavailableError:
        return False
    return True


def _from_keyring(entry: str) -> str:
    """An entry of the system's keyring; '' when keyring is not installed, locked or without it."""
    if importlib.util.find_spec("keyring") is None:
        return ""
    try:
        return importlib.import_module("keyring").get_password(SERVICE, entry) or ""
    except Exception:  # every backend has its own errors; without a keyring the environment is all there is
        return ""
