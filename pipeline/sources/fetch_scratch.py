"""Fetched files between their server and landing: in scratch on disk, encrypted, because nobody has screened them yet.

A file is a row of frames, each a piece of 4 MiB under AES-256-GCM with a nonce of its own; a transfer that was cut
off keeps its whole frames and goes on from there. The key comes from the partner's credential: who can open the
scratch could fetch the file anyway, and nothing on disk opens it. Without a credential it lives as long as the process.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE = 4 << 20
NONCE = 12
EXTRA = NONCE + 16
OF_PROCESS = os.urandom(32)


class Opened(Protocol):
    """Anything that opens and reads like a path: a file in scratch, or one that landing keeps sealed."""

    def open(self, mode: str = "rb") -> io.BufferedReader:
        """A stream of the file's bytes."""

    def read_bytes(self) -> bytes:
        """The whole file."""


class DamagedError(OSError):
    """A frame in scratch does not open: it was changed on disk, or another key or version wrote it."""


class SealedFile:
    """A whole file in scratch; read like a path, and never written down in the clear."""

    def __init__(self, path: Path, cipher: AESGCM, version: str, piece: int) -> None:
        self._path, self._cipher, self._version, self._piece = path, cipher, version, piece
        on_disk = path.stat().st_size
        self.frames = -(-on_disk // (piece + EXTRA))
        self.size = on_disk - self.frames * EXTRA

    def open(self, mode: str = "rb") -> io.BufferedReader:
        """A stream of the file's bytes."""
        if mode != "rb":
            raise ValueError("A fetched file is read only, as bytes.")
        return io.BufferedReader(_Stream(self), buffer_size=1 << 16)

    def read_bytes(self) -> bytes:
        """The whole file."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """The file in pieces; raises DamagedError."""
        return (self.piece(number) for number in range(self.frames))

    def piece(self, number: int) -> bytes:
        """One piece, from 0; the last may be shorter."""
        frame = self._piece + EXTRA
        with self._path.open("rb") as stream:
            stream.seek(number * frame)
            data = stream.read(frame)
        try:
            return self._cipher.decrypt(data[:NONCE], data[NONCE:], _label(self._version, number))
        except (InvalidTag, ValueError):
            raise DamagedError("A fetched file was changed on disk.") from None

    def digest(self, algorithm: str) -> str:
        """Hex digits of a hash of the file's bytes."""
        total = hashlib.new(algorithm, usedforsecurity=False)
        for data in self.pieces():
            total.update(data)
        return total.hexdigest()

    @property
    def piece_size(self) -> int:
        """Bytes in a full piece."""
        return self._piece


class Scratch:
    """The encrypted folder of one partner. `key` of a file is its name there: nothing of the partner's name."""

    def __init__(self, folder: Path, secret: bytes, salt: bytes) -> None:
        self.folder, self._secret, self._salt = folder, secret, salt

    @cached_property
    def _cipher(self) -> AESGCM:
        if not self._secret:
            return AESGCM(OF_PROCESS)
        return AESGCM(hashlib.scrypt(self._secret, salt=self._salt, n=1 << 15, r=8, p=1, maxmem=1 << 26, dklen=32))

    def whole(self, key: str, version: str) -> SealedFile | None:
        """The file when it was fetched whole in this version and has not been cleared since."""
        path = self.folder / f"{key}.sealed"
        return self._readable(path, version)

    def received(self, key: str, version: str) -> int:
        """Bytes that an earlier, unfinished transfer of this version left; what cannot be used is removed."""
        path = self._part(key)
        if self._readable(path, version) is None:
            path.unlink(missing_ok=True)
            return 0
        frames = path.stat().st_size // (PIECE + EXTRA)
        os.truncate(path, frames * (PIECE + EXTRA))
        return frames * PIECE

    def append(self, key: str, version: str, start: int, data: bytes) -> None:
        """Add what came from `start` on, a multiple of the piece's size."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(self._part(key), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as stream:
            for offset in range(0, len(data), PIECE):
                number = (start + offset) // PIECE
                nonce = os.urandom(NONCE)
                piece = data[offset : offset + PIECE]
                stream.write(nonce + self._cipher.encrypt(nonce, piece, _label(version, number)))

    def finish(self, key: str, version: str) -> SealedFile:
        """The transferred file, whole."""
        if not self._part(key).exists():
            self.append(key, version, 0, b"")
        os.replace(self._part(key), self.folder / f"{key}.sealed")
        return SealedFile(self.folder / f"{key}.sealed", self._cipher, version, PIECE)

    def discard(self, key: str) -> None:
        """Remove what there is of a file."""
        for path in (self._part(key), self.folder / f"{key}.sealed"):
            path.unlink(missing_ok=True)

    def keep_only(self, keys: set[str]) -> None:
        """Remove what belongs to files that the partner no longer offers."""
        for path in sorted(self.folder.glob("*.*")):
            if path.suffix in (".part", ".sealed") and path.stem not in keys:
                path.unlink()

    def _part(self, key: str) -> Path:
        return self.folder / f"{key}.part"

    def _readable(self, path: Path, version: str) -> SealedFile | None:
        """The file when its first frame opens: with another key, version or piece size it does not."""
        if not path.exists():
            return None
        file = SealedFile(path, self._cipher, version, PIECE)
        try:
            if file.frames:
                file.piece(0)
        except DamagedError:
            return None
        return file


class _Stream(io.RawIOBase):
    def __init__(self, file: SealedFile) -> None:
        self._file, self._at = file, 0
        self._number, self._data = -1, b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a byte."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        """The next bytes of the file, none at its end."""
        view = memoryview(buffer).cast("B")
        number, within = divmod(self._at, self._file.piece_size)
        if self._at >= self._file.size:
            return 0
        if number != self._number:
            self._number, self._data = number, self._file.piece(number)
        data = self._data[within : within + len(view)]
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def _label(version: str, number: int) -> bytes:
    """What a frame is bound to: one version of one file, and its place there."""
    return f"{version}/{number}".encode()
