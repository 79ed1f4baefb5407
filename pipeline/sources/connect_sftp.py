"""A folder on an SFTP server, through fsspec's sshfs; the server's key must be the one that known_hosts holds."""

from __future__ import annotations

import getpass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline.settings import PartnerSettings
from pipeline.sources.connect_credentials import Credential
from pipeline.sources.connect_problems import UnavailableError
from pipeline.sources.remote import Folder, Offered, Remote


class Sftp(Remote):
    """One SSH connection. Links are not followed: they could lead out of the partner's folder."""

    def __init__(self, partner: PartnerSettings, root: Path, credential: Credential) -> None:
        from sshfs import SSHFileSystem

        url = urlsplit(partner.location)
        self._base = unquote(url.path).rstrip("/")
        self._files = SSHFileSystem(
            url.hostname,
            port=url.port or 22,
            known_hosts=str(_known_hosts(partner, root)),  # without it the library trusts every server
            username=url.username or credential.user or getpass.getuser(),
            password=credential.password or None,
            client_keys=[str(Path(credential.key_file).expanduser())] if credential.key_file else None,
            passphrase=credential.passphrase or None,
            agent_path=None,
            config=None,  # the user's own ssh settings must not decide what is trusted
            connect_timeout=partner.timeout,
            login_timeout=partner.timeout,
            skip_instance_cache=True,  # it keeps no listings
        )

    def folder(self, name: str) -> Folder:
        """What the server's directory holds."""
        found = Folder()
        for info in self._files.ls(self._path(name) or "/", detail=True):
            inner = "/".join(filter(None, (name, str(info["name"]).rpartition("/")[2])))
            if info["type"] == "directory":
                found.folders.append(inner)
            elif info["type"] == "file":
                found.files.append(_offered(inner, info))
            else:
                found.links.append(inner)
        return found

    def look(self, name: str) -> Offered:
        """Size and time of last change; the protocol has no hash that OpenSSH offers."""
        return _offered(name, self._files.info(self._path(name)))

    def read(self, name: str, start: int, end: int | None) -> bytes:
        """A part of a file, by many requests at once."""
        with self._files.open(self._path(name), "rb") as stream:
            stream.seek(start)
            data: bytes = stream.read(-1 if end is None else end - start)
        return data

    def close(self) -> None:
        """End the connection at once; a polite farewell would wait for a server that hangs."""
        self._files.loop.call_soon_threadsafe(self._files.client.abort)

    def _path(self, name: str) -> str:
        return f"{self._base}/{name}" if name else self._base


def _offered(name: str, info: dict[str, object]) -> Offered:
    size, changed = info["size"], info["mtime"]
    return Offered(name, int(str(size)) if size is not None else None, str(changed or ""))


def _known_hosts(partner: PartnerSettings, root: Path) -> Path:
    url = urlsplit(partner.location)
    port = f"-p {url.port} " if url.port else ""
    advice = (
        f"Fetch the server's key with `ssh-keyscan {port}{url.hostname} > known_hosts`, compare its fingerprint "
        '(`ssh-keygen -lf known_hosts`) with the partner by telephone, and set known_hosts = "known_hosts".'
    )
    if partner.known_hosts is None:
        raise UnavailableError("no_known_hosts", f"known_hosts is missing for {url.hostname}. {advice}")
    path = root / partner.known_hosts
    if not path.is_file():
        raise UnavailableError("no_known_hosts", f"The file {partner.known_hosts} is missing. {advice}")
    return path
