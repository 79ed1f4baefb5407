"""ZIP archives of text files: member names read rightly, nothing unpacked to disk, bombs refused."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from pipeline.landing.sheets import UnreadableError, check_number
from pipeline.landing.text import check_lines

MAX_UNPACKED = 1 << 30
MAX_RATIO = 1000
"""Text packs 5 to 50 times; a member that unpacks to more than a thousand times its size is no export."""
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")


def read_members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each text member, sorted by name.

    Raises UnreadableError for a truncated or encrypted archive, an unsafe member name, and any member that is
    not text: what cannot be screened is not kept.
    """
    if not data:
        raise UnreadableError("empty_file", "The archive is empty. Export it again.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive, data)
            members = sorted((_name(m), m) for m in archive.infolist() if not m.is_dir())
            if not members:
                raise UnreadableError("empty_file", "There is no file in the archive. Export it again.")
            check_number(len(members))
            for name, member in members:
                _check_name(name)
                yield name, _read(archive, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
        raise UnreadableError(
            "unreadable_file", "The archive is damaged or cut off. Pack it again and deliver it whole."
        ) from None


def archive_comments(data: bytes) -> list[tuple[str, str]]:
    """The comments of an archive and of its members, to be screened."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = [archive.comment, *(m.comment for m in archive.infolist())]
    return [("archive comment", text.decode("utf-8", "replace")) for text in texts if text]


def check_archive(archive: zipfile.ZipFile, data: bytes) -> None:
    """Raise UnreadableError for an archive of unreasonable size, and for one in which something could hide.

    Of two members with one name every program reads another; bytes before the first member nobody reads.
    """
    names = [_name(m) for m in archive.infolist()]
    if len(set(names)) != len(names) or not data.startswith(b"PK"):
        raise UnreadableError(
            "unreadable_file", "The archive holds two files with one name, or more than an archive. Pack it again."
        )
    sizes = [(m.file_size, m.compress_size) for m in archive.infolist()]
    if sum(size for size, _ in sizes) > MAX_UNPACKED or any(
        size > 1 << 20 and size > MAX_RATIO * max(packed, 1) for size, packed in sizes
    ):
        raise UnreadableError(
            "unreadable_file", "The archive would unpack to an unreasonable size. Deliver the files in smaller parts."
        )


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.flag_bits & 0x1:
        raise UnreadableError(
            "unreadable_file", "The archive is protected by a password. Pack it without one; the transfer is encrypted."
        )
    with archive.open(member) as stream:
        check_lines(stream)
    with archive.open(member) as stream:
        return stream.read(member.file_size + 1)  # the checksum is verified at the end of the member


def _check_name(name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise UnreadableError("unreadable_file", "A member's name leads out of the archive. Pack the files again.")
    if path.suffix.lower() not in TEXT_SUFFIXES:
        raise UnreadableError(
            "unknown_file", "The archive holds a file that is not CSV, which cannot be checked. Pack only CSV files."
        )


def _name(member: zipfile.ZipInfo) -> str:
    """Names without the UTF-8 flag were read as cp437 by the library; Czech programs mean UTF-8 or cp852."""
    if member.flag_bits & 0x800:
        return member.filename
    raw = member.filename.encode("cp437")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp852")
