"""What a partner's server offers and what a connection to it must answer, whatever the protocol."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from pipeline.sources.connect_problems import UnavailableError


@dataclass(frozen=True)
class Offered:
    """A file at a partner's server: its name from the location on, with `/` between folders.

    `size` is in bytes, None when the server does not say; `stamp` changes when the file does (ETag or time of last
    change), '' when the server gives neither; `digest` is the algorithm and hex digits that the server claims.
    """

    name: str
    size: int | None
    stamp: str
    digest: tuple[str, str] | None = None

    def same(self, other: Offered) -> bool:
        """Whether it is the same version of the same file."""
        return (self.name, self.size, self.stamp) == (other.name, other.size, other.stamp)


@dataclass
class Folder:
    """What lies directly in one folder of a server: files, names of folders, and names that are not followed.

    `closed` are folders within that cannot be read, and why.
    """

    files: list[Offered] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    closed: list[tuple[str, UnavailableError]] = field(default_factory=list)


class Remote(ABC):
    """An open connection to one partner's location; every name counts from there."""

    @abstractmethod
    def folder(self, name: str) -> Folder:
        """What lies in a folder; '' is the location itself."""

    @abstractmethod
    def look(self, name: str) -> Offered:
        """A file as the server describes it now."""

    @abstractmethod
    def read(self, name: str, start: int, end: int | None) -> bytes:
        """The bytes from `start` up to `end`; a server that cannot give a part gives the whole."""

    @abstractmethod
    def close(self) -> None:
        """End the connection without waiting for the other side."""
