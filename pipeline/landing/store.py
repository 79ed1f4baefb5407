"""The landed files: kept by the hash of their bytes, sealed with the key at rest where one is set."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import InputError, WrongKeyError
from pipeline.keys import Seal, read_keys
from pipeline.landing.receipts import write_whole
from pipeline.settings import Settings

SEALED = ".age"


@dataclass(frozen=True)
class Store:
    """`landing/files`: `<sha256>` lies in the clear, `<sha256>.age` sealed; the hash is that of the clear bytes."""

    folder: Path
    seal: Seal | None = field(default=None, repr=False)

    def has(self, sha256: str) -> bool:
        """Whether the file is kept, in whichever form."""
        return any(path.is_file() for path in self._paths(sha256))

    def read(self, sha256: str, name: str = "") -> bytes:
        """The bytes with a hash; `name` is what a message calls the file.

        Raises InputError when they are missing or were changed, WrongKeyError when they do not open.
        """
        plain, sealed = self._paths(sha256)
        data = b""
        if plain.is_file():
            data = plain.read_bytes()
        elif sealed.is_file():
            data = self._open(sealed.read_bytes(), name)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise InputError(
                f"The kept copy of {name or 'a file'} in {self.folder} is missing or was changed. "
                "Put it back, or delete it and run `throughcare pull` while the partner's folder still has it."
            )
        return data

    def write(self, data: bytes) -> str:
        """Keep bytes and return their hash; what is kept already is not written again."""
        sha256 = hashlib.sha256(data).hexdigest()
        plain, sealed = self._paths(sha256)
        if self.seal and not sealed.is_file():
            write_whole(sealed, self._sealed(data))
        elif not self.seal and not self.has(sha256):
            write_whole(plain, data)
        return sha256

    def remove(self, sha256: str) -> None:
        """Remove a file in whichever form."""
        for path in self._paths(sha256):
            path.unlink(missing_ok=True)

    def seal_all(self) -> int:
        """Seal what still lies in the clear, where a key is set; returns how many files that were."""
        if self.seal is None or not self.folder.is_dir():
            return 0
        open_files = self.plain()
        for path in open_files:
            self.write(self.read(path.name, path.name))
            path.unlink()
        return len(open_files)

    def reseal(self, old: Seal) -> int:
        """Seal what an old key sealed with the one of today; returns how many files that were.

        Raises WrongKeyError for one that opens with neither.
        """
        changed = 0
        for path in self.sealed() if self.seal else ():
            data = path.read_bytes()
            try:
                self._open(data, path.name)
            except WrongKeyError:
                write_whole(path, self._sealed(old.open(data, path.name)))
                changed += 1
        return changed

    def plain(self) -> list[Path]:
        """The files that lie in the clear, sorted."""
        return sorted(p for p in self.folder.glob("*") if p.is_file() and not p.suffix)

    def sealed(self) -> list[Path]:
        """The sealed files, sorted."""
        return sorted(self.folder.glob(f"*{SEALED}"))

    def _sealed(self, data: bytes) -> bytes:
        assert self.seal
        return self.seal.seal(data)

    def _open(self, data: bytes, name: str) -> bytes:
        if self.seal is None:
            raise WrongKeyError(
                f"{name or 'A landed file'} is sealed and no key at rest is set. Set THROUGHCARE_AT_REST_KEY, or name "
                "the key file in throughcare.toml (keeping.at_rest_key_file)."
            )
        return self.seal.open(data, name or "A landed file")

    def _paths(self, sha256: str) -> tuple[Path, Path]:
        return self.folder / sha256, self.folder / (sha256 + SEALED)


@dataclass(frozen=True)
class KeptFile:
    """One kept file; opened and read like a path, never written down in the clear."""

    store: Store = field(repr=False)
    sha256: str

    def open(self, mode: str = "rb") -> io.BufferedReader:
        """A stream of its bytes."""
        if mode != "rb":
            raise ValueError("A kept file is read only, as bytes.")
        return io.BufferedReader(io.BytesIO(self.read_bytes()))

    def read_bytes(self) -> bytes:
        """Its bytes; raises OSError when they are not there any more, as a path would."""
        try:
            return self.store.read(self.sha256)
        except InputError:
            raise OSError("The kept file is gone.") from None


def open_store(settings: Settings) -> Store:
    """The project's landed files under the key at rest of today."""
    key = read_keys(settings).at_rest
    return Store(settings.data / "landing" / "files", Seal(key) if key else None)
