"""A WebDAV folder (Nextcloud, ownCloud, Apache): listed by webdav4, read as plain HTTPS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from pipeline.settings import PartnerSettings
from pipeline.sources.connect_credentials import Credential
from pipeline.sources.connect_https import (
    close_https,
    head,
    offered_digest,
    open_https,
    quoted,
    read_range,
    trusted,
)
from pipeline.sources.connect_problems import RedirectedError
from pipeline.sources.remote import Folder, Offered, Remote


class Webdav(Remote):
    """A WebDAV collection. Listing and reading use one credential and one set of trusted authorities.

    The properties are asked through webdav4's client and not its fsspec filesystem, which cannot name a file with
    `#` or `%20` in its name.
    """

    def __init__(self, partner: PartnerSettings, root: Path, credential: Credential) -> None:
        from webdav4.client import Client

        self._base = quoted(partner.location.removeprefix("webdav+")).rstrip("/")
        self._path = unquote(urlsplit(self._base).path)
        self._collection = Client(
            self._base,
            auth=(credential.user, credential.password) if credential.password else None,
            retry=False,
            verify=trusted(partner, root),
            timeout=partner.timeout,
            trust_env=False,
            event_hooks={"response": [_refuse_redirect]},
        )
        self._files = open_https(partner, root, credential)

    def folder(self, name: str) -> Folder:
        """What the collection's properties name directly below it."""
        found = Folder()
        for path, properties in self._properties(name, depth=1):
            if path != name and path.rpartition("/")[0] == name:
                if properties.collection:
                    found.folders.append(path)
                else:
                    found.files.append(_offered(path, properties))
        return found

    def look(self, name: str) -> Offered:
        """The file's properties, and the hash in the headers where the server keeps one (Nextcloud, ownCloud)."""
        found = [properties for path, properties in self._properties(name, depth=0) if path == name]
        if not found:
            raise FileNotFoundError
        return replace(_offered(name, found[0]), digest=offered_digest(head(self._files, self._url(name))))

    def read(self, name: str, start: int, end: int | None) -> bytes:
        """A part by a Range request."""
        return read_range(self._files, self._url(name), start, end)

    def close(self) -> None:
        """End both connections."""
        self._collection.http.close()
        close_https(self._files)

    def _properties(self, name: str, *, depth: int) -> Iterator[tuple[str, Any]]:
        """Name and DAV properties of a resource, and with `depth` 1 of what it holds."""
        answer = self._collection.propfind(quote(name), headers={"Depth": str(depth)})
        for response in answer.responses.values():
            if f"{response.path}/".startswith(f"{self._path}/"):
                yield response.path[len(self._path) :].strip("/"), response.properties

    def _url(self, name: str) -> str:
        return f"{self._base}/{quote(name)}"


def _offered(path: str, properties: Any) -> Offered:
    return Offered(path, properties.content_length, str(properties.etag or properties.modified or ""))


def _refuse_redirect(response: Any) -> None:
    if response.is_redirect:
        raise RedirectedError
