"""Files that a web server lists on an index page (Apache, nginx, Caddy), over TLS, through fsspec."""

from __future__ import annotations

import base64
import binascii
import re
import ssl
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from pipeline.settings import PartnerSettings
from pipeline.sources.connect_credentials import Credential
from pipeline.sources.connect_problems import RedirectedError
from pipeline.sources.remote import Folder, Offered, Remote

PAGE = (".html", ".htm", ".php", ".aspx")
DIGESTS = {"sha-512": 64, "sha-256": 32, "sha-1": 20, "sha1": 20, "sha": 20, "sha256": 32, "md5": 16}
"""Names of hashes in HTTP headers (RFC 3230, RFC 9530, ownCloud), strongest first, and their length in bytes."""


class Https(Remote):
    """An index page and the pages of its folders; only links that lead further down are followed."""

    def __init__(self, partner: PartnerSettings, root: Path, credential: Credential) -> None:
        self._page = self._base = quoted(partner.location)
        if self._page.lower().endswith(PAGE):
            self._base = urljoin(self._page, ".")
        elif not self._page.endswith("/"):
            self._page = self._base = f"{self._page}/"
        self.files = open_https(partner, root, credential)

    def folder(self, name: str) -> Folder:
        """The links of the folder's page; sizes and times are asked file by file."""
        url = self._url(f"{name}/") if name else self._base
        page = self.files.cat_file(url if name else self._page)
        found = Folder()
        for link in _links(page.decode("utf-8", "replace")):
            target, _ = urldefrag(urljoin(url, link))
            if target.startswith(url) and target != url and "?" not in target:
                inner = target[len(url) :]
                inner_name = "/".join(filter(None, (name, unquote(inner.rstrip("/")))))
                if inner.endswith("/"):
                    found.folders.append(inner_name)
                elif not inner.lower().endswith(PAGE):
                    found.files.append(Offered(inner_name, None, ""))
        return found

    def look(self, name: str) -> Offered:
        """Size, ETag or time of last change, and hash as the server's headers say."""
        headers = head(self.files, self._url(name))
        size = headers.get("Content-Length", "")
        stamp = headers.get("ETag") or headers.get("Last-Modified") or ""
        return Offered(name, int(size) if size.isdigit() else None, stamp, offered_digest(headers))

    def read(self, name: str, start: int, end: int | None) -> bytes:
        """A part by a Range request; a server that knows none answers with the whole file."""
        return read_range(self.files, self._url(name), start, end)

    def close(self) -> None:
        """End the connection."""
        close_https(self.files)

    def _url(self, name: str) -> str:
        return self._base + quote(name)


def open_https(partner: PartnerSettings, root: Path, credential: Credential) -> Any:
    """An fsspec filesystem over HTTPS that follows no redirect and keeps no listing; certificates are verified."""
    import aiohttp
    from fsspec.implementations.http import HTTPFileSystem

    context = trusted(partner, root)
    headers = {"Accept-Encoding": "identity"}  # a part of a packed answer cannot be unpacked
    if credential.password:
        login = base64.b64encode(f"{credential.user}:{credential.password}".encode()).decode()
        headers["Authorization"] = f"Basic {login}"

    async def refuse(*_: object) -> None:
        raise RedirectedError

    async def session(loop: Any = None, **_: object) -> Any:
        trace = aiohttp.TraceConfig()
        trace.on_request_redirect.append(refuse)
        return aiohttp.ClientSession(
            loop=loop,
            connector=aiohttp.TCPConnector(ssl=context),
            timeout=aiohttp.ClientTimeout(total=partner.timeout),
            headers=headers,
            trace_configs=[trace],
        )

    return HTTPFileSystem(get_client=session, encoded=True, skip_instance_cache=True, use_listings_cache=False)


def quoted(address: str) -> str:
    """An address whose path is written as a server wants it, however it stands in the settings."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}{quote(unquote(parts.path))}"


def trusted(partner: PartnerSettings, root: Path) -> ssl.SSLContext:
    """The authorities that may sign the server's certificate: the partner's own alone where one is named."""
    return ssl.create_default_context(cafile=str(root / partner.ca_file) if partner.ca_file else None)


def head(files: Any, url: str) -> Mapping[str, str]:
    """The headers of a file; fsspec's own `info` calls every failure a missing file."""
    from fsspec.asyn import sync

    async def ask() -> Mapping[str, str]:
        session = await files.set_session()
        wanted = {"Want-Repr-Digest": "sha-256=1", "Want-Digest": "sha-256"}
        async with session.head(files.encode_url(url), headers=wanted, allow_redirects=True) as answer:
            answer.raise_for_status()
            headers: Mapping[str, str] = answer.headers.copy()
            return headers

    answered: Mapping[str, str] = sync(files.loop, ask)
    return answered


def read_range(files: Any, url: str, start: int, end: int | None) -> bytes:
    """Bytes of a file; `end` None asks for the whole."""
    data: bytes = files.cat_file(url) if end is None else files.cat_file(url, start=start, end=end)
    return data


def close_https(files: Any) -> None:
    """End the session of a filesystem."""
    if files._session is not None:
        files.close_session(files.loop, files._session)


def offered_digest(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """The strongest hash of the whole file that headers name, as hashlib calls it and hex digits; None for none."""
    said = {}
    for header in ("Repr-Digest", "Digest", "OC-Checksum"):
        for item in re.split(r"[,\s]+", headers.get(header, "")):
            name, _, value = item.replace("=", ":", 1).partition(":")
            said[name.strip().lower()] = value.strip(":")
    if "Content-MD5" in headers:
        said["md5"] = headers["Content-MD5"]
    for name, length in DIGESTS.items():
        if name in said and (hexadecimal := _as_hex(said[name], length)):
            kind = name.replace("-", "")
            return "sha1" if kind == "sha" else kind, hexadecimal
    return None


def _as_hex(text: str, length: int) -> str:
    """Hex digits of a hash written in hex or base 64; '' when it is neither."""
    if re.fullmatch(rf"[0-9a-fA-F]{{{2 * length}}}", text):
        return text.lower()
    with_padding = text + "=" * (-len(text) % 4)
    try:
        raw = base64.b64decode(with_padding, validate=True)
    except binascii.Error:
        return ""
    return raw.hex() if len(raw) == length else ""


def _links(page: str) -> list[str]:
    """The targets of a page's links, in order, each once; one that is no path is left out."""
    found: dict[str, None] = {}

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            target = dict(attrs).get("href")
            if tag == "a" and target and urlsplit(target).scheme in ("", "https"):
                found.setdefault(target)

    Links().feed(page)
    return list(found)
