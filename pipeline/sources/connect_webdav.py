"""A WebDAV folder (Nextcloud, ownCloud, Apache): listed by webdav4, read as plain HTTPS."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.settings import PartnerSettings
from pipeline.sources.connect import Folder, Offered, Remote
from pipeline.sources.connect_credentials import Credential
from pipeline.sources.connect_https import close_https, head, offered_digest, open_https, read_range, trusted
from pipeline.sources.connect_problems import RedirectedError


class Webdav(Remote):
    """A WebDAV collection. Listing and reading use one credential and one set of trusted authorities."""

    def __init__(self, partner: PartnerSettings, root: Path, credential: Credential) -> None:
        from webdav4.fsspec import WebdavFileSystem

        self._base = partner.location.removeprefix("webdav+").rstrip("/")
        self._collection = WebdavFileSystem(
            self._base,
            auth=(credential.user, credential.password) if credential.password else None,
            retry=False,
            verify=trusted(partner, root),
            timeout=partner.timeout,
            trust_env=False,
            event_hooks={"response": [_refuse_redirect]},
            skip_instance_cache=True,  # it keeps no listings
        )
        self._files = open_https(partner, root, credential)

    def folder(self, name: str) -> Folder:
        """One PROPFIND of depth 1."""
        found = Folder()
        for info in self._collection.ls(name or "/", detail=True):
            path = str(info["name"]).strip("/")
            if path.startswith(f"{name}/" if name else "") and path != name:
                if info["type"] == "directory":
                    found.folders.append(path)
                else:
                    found.files.append(_offered(path, info))
        return found

    def look(self, name: str) -> Offered:
        """The file's properties, and the hash in the headers where the server keeps one (Nextcloud, ownCloud)."""
        offered = _offered(name, self._collection.info(name))
        digest = offered_digest(head(self._files, self._url(name)))
        return Offered(offered.name, offered.size, offered.stamp, digest)

    def read(self, name: str, start: int, end: int | None) -> bytes:
        """A part by a Range request."""
        return read_range(self._files, self._url(name), start, end)

    def close(self) -> None:
        """End both connections."""
        self._collection.client.http.close()
        close_https(self._files)

    def _url(self, name: str) -> str:
        return f"{self._base}/{quote(name)}"


def _offered(path: str, info: dict[str, Any]) -> Offered:
    stamp = info.get("etag") or info.get("modified") or ""
    return Offered(path, info.get("size"), str(stamp))


def _refuse_redirect(response: Any) -> None:
    if response.is_redirect:
        raise RedirectedError
