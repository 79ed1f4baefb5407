"""Partners' servers: one way to list, look and read, whatever the protocol; nothing here can write.

The libraries' errors end here: each becomes a plain sentence that names no address with a user and no secret.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from pipeline.settings import SERVERS, PartnerSettings
from pipeline.sources.connect_credentials import Credential, find_credential
from pipeline.sources.connect_problems import UnavailableError, explain
from pipeline.sources.remote import Folder, Offered, Remote

Answer = TypeVar("Answer")
MAX_FOLDERS = 5_000
MAX_DEPTH = 12
MAX_FILES = 100_000


class Server:
    """A partner's server: opened when first asked, opened again after an error, each request within a time limit."""

    def __init__(self, partner: PartnerSettings, root: Path, credential: Credential) -> None:
        self._partner, self._root, self._credential = partner, root, credential
        self._host = urlsplit(partner.endpoint or partner.location).hostname or partner.scheme
        self._remote: Remote | None = None

    def listing(self, shown: Callable[[str], bool]) -> Folder:
        """Every file of the location whose name and folders' names are `shown`.

        Raises UnavailableError when the server cannot be asked, or holds more than a partner's inbox would.
        """
        found, waiting, seen = Folder(), [""], {""}
        while waiting:
            name = waiting.pop()
            try:
                here = self._ask(name, lambda remote, name: remote.folder(name))
            except UnavailableError as problem:
                if not name or problem.rule_id not in ("missing_folder", "wrong_credential"):
                    raise
                found.closed.append((name, problem))
                continue
            found.links += [name for name in here.links if shown(_last(name))]
            found.files += [file for file in here.files if shown(_last(file.name))]
            inner = [n for n in here.folders if shown(_last(n)) and n not in seen]
            found.links += [n for n in inner if n.count("/") >= MAX_DEPTH]  # a circle of links has no end
            inner = [n for n in inner if n.count("/") < MAX_DEPTH]
            waiting += inner
            seen.update(inner)
            if len(seen) > MAX_FOLDERS or len(found.files) > MAX_FILES:
                text = f"{self._host} lists more folders or files than an inbox holds. Correct the location."
                raise UnavailableError("unreachable", text)
        return found

    def look(self, name: str) -> Offered:
        """A file as it is now; raises UnavailableError."""
        return self._ask(name, lambda remote, name: remote.look(name))

    def read(self, name: str, start: int, end: int | None) -> bytes:
        """Bytes of a file from `start` up to `end`; raises UnavailableError."""
        return self._ask(name, lambda remote, name: remote.read(name, start, end))

    def close(self) -> None:
        """End the connection."""
        remote, self._remote = self._remote, None
        if remote:
            with suppress(Exception):  # the other side may be gone already
                remote.close()

    def _ask(self, name: str, question: Callable[[Remote, str], Answer]) -> Answer:
        try:
            if self._remote is None:
                self._remote = within(self._partner.timeout, self._open)
            remote = self._remote
            return within(self._partner.timeout, lambda: question(remote, name))
        except Exception as error:
            self.close()
            raise explain(error, self._host, self._partner) from None

    def _open(self) -> Remote:
        """The libraries take up to a second to import, so only the one that is needed is."""
        if self._partner.scheme == "sftp":
            from pipeline.sources.connect_sftp import Sftp

            return Sftp(self._partner, self._root, self._credential)
        if self._partner.scheme == "s3":
            from pipeline.sources.connect_s3 import S3

            return S3(self._partner, self._root, self._credential)
        if self._partner.scheme == "https":
            from pipeline.sources.connect_https import Https

            return Https(self._partner, self._root, self._credential)
        from pipeline.sources.connect_webdav import Webdav

        return Webdav(self._partner, self._root, self._credential)


def connect(partner: PartnerSettings, root: Path) -> tuple[Server, Credential]:
    """A partner's server, not yet asked, and the credential for it; raises UnavailableError for wrong settings."""
    if partner.scheme not in SERVERS:
        known = ", ".join(f"{scheme}://" for scheme in SERVERS)
        text = f"A location is a folder or one of {known}, not {partner.scheme}://. Correct the location."
        raise UnavailableError("unknown_location", text)
    if partner.ca_file and not (root / partner.ca_file).is_file():
        text = f"The file {partner.ca_file} is missing. Ask the partner for it, or correct ca_file."
        raise UnavailableError("no_ca_file", text)
    credential = find_credential(partner.credential)
    if credential.key_file and not Path(credential.key_file).expanduser().is_file():
        text = f"The key file of credential {partner.credential} is missing. Correct its path."
        raise UnavailableError("wrong_key_file", text)
    return Server(partner, root, credential), credential


def within(seconds: float, call: Callable[[], Answer]) -> Answer:
    """The call's answer, or TimeoutError: libraries limit each read, so a server that drips would never end.

    The thread of a call that was given up is left behind; it does not keep the program from ending.
    """
    answers: queue.SimpleQueue[tuple[Answer | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put((call(), None))
        except BaseException as error:
            answers.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        answer, error = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]


def _last(name: str) -> str:
    return name.rpartition("/")[2]
