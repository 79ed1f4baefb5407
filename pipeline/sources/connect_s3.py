"""A bucket, or a folder of it, on Amazon S3 or a service that speaks the same (MinIO, Ceph), through s3fs."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pipeline.settings import PartnerSettings
from pipeline.sources.connect_credentials import Credential
from pipeline.sources.connect_problems import UnavailableError
from pipeline.sources.remote import Folder, Offered, Remote

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class S3(Remote):
    """Objects below a prefix; each `/` in a key is a folder. A credential of the machine itself is never used."""

    def __init__(self, partner: PartnerSettings, root: Path, credential: Credential) -> None:
        import s3fs

        url = urlsplit(partner.location)
        self._base = f"{url.netloc.rpartition('@')[2]}{unquote(url.path)}".rstrip("/")
        self._files = s3fs.S3FileSystem(
            anon=not credential.password,
            key=credential.user or None,
            secret=credential.password or None,
            endpoint_url=_endpoint(partner),
            client_kwargs={"verify": str(root / partner.ca_file)} if partner.ca_file else {},
            config_kwargs={
                "connect_timeout": partner.timeout,
                "read_timeout": partner.timeout,
                "retries": {"total_max_attempts": 3, "mode": "standard"},
            },
            skip_instance_cache=True,
            use_listings_cache=False,  # a kept listing hides what came since
        )
        self._files.retries = 1  # else every call is tried 5 × 5 times on top of botocore's own

    def folder(self, name: str) -> Folder:
        """One level of keys."""
        found = Folder()
        for info in self._files.ls(self._path(name), detail=True, refresh=True):
            path = str(info["name"])[len(self._base) + 1 :].rstrip("/")
            if path and path != name:
                if info["type"] == "directory":
                    found.folders.append(path)
                else:
                    found.files.append(_offered(path, info))
        return found

    def look(self, name: str) -> Offered:
        """Size, ETag and the hash that the service keeps."""
        bucket, key, _ = self._files.split_path(self._path(name))
        info = self._files.call_s3("head_object", Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        return Offered(name, int(info["ContentLength"]), str(info.get("ETag", "")), _digest(info))

    def read(self, name: str, start: int, end: int | None) -> bytes:
        """A part of an object by a Range request."""
        path = self._path(name)
        data: bytes = self._files.cat_file(path) if end is None else self._files.cat_file(path, start=start, end=end)
        return data

    def close(self) -> None:
        """End the session."""
        if self._files._s3 is not None:
            self._files.close_session(self._files.loop, self._files._s3)

    def _path(self, name: str) -> str:
        return f"{self._base}/{name}" if name else self._base


def _offered(path: str, info: dict[str, Any]) -> Offered:
    return Offered(path, int(info["size"]), str(info.get("ETag", "")))


def _digest(info: dict[str, Any]) -> tuple[str, str] | None:
    """SHA-256 of the whole object where it was stored with one; else its ETag where that is an MD5 of the bytes."""
    kept = str(info.get("ChecksumSHA256", ""))
    if kept and "-" not in kept:
        return "sha256", base64.b64decode(kept).hex()
    etag = str(info.get("ETag", "")).strip('"')
    sealed = info.get("ServerSideEncryption") not in (None, "AES256") or "SSECustomerAlgorithm" in info
    return ("md5", etag) if re.fullmatch("[0-9a-f]{32}", etag) and not sealed else None


def _endpoint(partner: PartnerSettings) -> str | None:
    url = urlsplit(partner.endpoint or "")
    if partner.endpoint and url.scheme != "https" and url.hostname not in LOOPBACK:
        raise UnavailableError("unknown_location", "An endpoint must begin with https://. Correct the endpoint.")
    return partner.endpoint
