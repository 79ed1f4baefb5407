"""Fetching from a partner's server: only what is new or changed, going on after a cut, verified, never half."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pipeline.settings import Settings
from pipeline.sources.connect import connect
from pipeline.sources.connect_problems import UnavailableError
from pipeline.sources.fetch_scratch import PIECE, DamagedError, Opened, Scratch, SealedFile
from pipeline.sources.fetch_state import Fetched, State
from pipeline.sources.remote import Folder, Offered
from pipeline.sources.units import is_shown

ATTEMPTS = 3
"""So often is a transfer taken up again without getting any further before it is given up for this time."""
CUT_ADVICE = "Run `throughcare pull` again, which goes on where it stopped."


class Kept(Protocol):
    """What landing still has of earlier deliveries."""

    def find(self, sha256: str) -> Opened | None:
        """The kept file with these bytes; None when landing has none."""

    def refused(self, partner: str, hashes: Mapping[str, str]) -> bool:
        """Whether a delivery of these files (name within it, SHA-256) was refused."""


class Inbox:
    """One partner's location on a server, as listed once."""

    def __init__(self, settings: Settings, partner: str, kept: Kept | None, judge: str) -> None:
        """`judge` names the contract and code that would screen the files; raises UnavailableError."""
        self._partner, self._kept, self._judge = partner, kept, judge
        own = settings.partners[partner]
        self._location, folder = own.location, settings.data / "sources" / partner
        self._server, credential = connect(own, settings.root)
        self._state = State(folder)
        self._scratch = Scratch(folder, credential.secret(), self._state.salt)
        self._offered: dict[str, Offered] = {}

    def listing(self) -> Folder:
        """Files, links and closed folders of the location; raises UnavailableError."""
        found = self._server.listing(is_shown)
        odd = [f.name for f in found.files if not _is_safe(f.name)]
        self._offered = {f.name: f for f in found.files if _is_safe(f.name)}
        keys = {self._key(name) for name in self._offered}
        self._scratch.keep_only(keys)
        self._state.keep_only(keys)
        self._state.save()  # its salt is what opens the scratch again after this process was killed
        return Folder(list(self._offered.values()), [], sorted([*found.links, *odd]), found.closed)

    def was_refused(self, names: Mapping[str, str]) -> bool:
        """Whether a delivery was refused before, has not changed since, and would be judged as it was then.

        `names` are the files' names within the delivery and from the location.
        """
        hashes = {}
        for inner, name in names.items():
            before = self._unchanged(self._look(name))
            if before is None or before.judge != self._judge or self._in_scratch(self._look(name)):
                return False
            hashes[inner] = before.sha256
        return self._kept is not None and self._kept.refused(self._partner, hashes)

    def fetch(self, name: str) -> Opened:
        """A file's bytes: landing's where the file has not changed, else from the server.

        Raises UnavailableError when the file cannot be had whole now; what came of it waits for the next time.
        """
        offered = self._look(name)
        before = self._unchanged(offered)
        kept = self._kept.find(before.sha256) if before and self._kept else None
        if kept is not None:
            return kept
        try:
            file = self._in_scratch(offered) or self._transfer(offered)
            sha256 = file.digest("sha256")
        except DamagedError:
            self._scratch.discard(self._key(name))
            text = f"What was fetched of a file was damaged on our disk and thrown away. {CUT_ADVICE}"
            raise UnavailableError("cut_off", text) from None
        self._state.record(self._key(name), Fetched(offered.size, offered.stamp, sha256, self._judge))
        return file

    def close(self) -> None:
        """End the connection and remember what was fetched."""
        self._server.close()
        self._state.save()

    def _look(self, name: str) -> Offered:
        """A file as listed; an index page gives names alone, so there the server is asked once more."""
        offered = self._offered[name]
        if offered.size is None and not offered.stamp:
            offered = self._offered[name] = self._server.look(name)
        return offered

    def _unchanged(self, offered: Offered) -> Fetched | None:
        before = self._state.get(self._key(offered.name))
        same = before and offered.stamp and (before.size, before.stamp) == (offered.size, offered.stamp)
        return before if same else None

    def _in_scratch(self, offered: Offered) -> SealedFile | None:
        file = self._scratch.whole(self._key(offered.name), _version(offered)) if offered.stamp else None
        return file if file and offered.size in (None, file.size) else None

    def _transfer(self, offered: Offered) -> SealedFile:
        """The file from the server into the scratch, verified."""
        key, version = self._key(offered.name), _version(offered)
        self._receive(offered)
        file = self._scratch.finish(key, version)
        now = self._server.look(offered.name)
        try:
            _verify(file, offered, now)
        except UnavailableError:
            self._scratch.discard(key)
            raise
        return file

    def _receive(self, offered: Offered) -> None:
        """Every byte that is still missing; a cut is tried again at once, as long as it gets further."""
        key, version = self._key(offered.name), _version(offered)
        received = self._scratch.received(key, version) if offered.stamp and offered.size is not None else 0
        if not received:
            self._scratch.discard(key)
        failures = 0
        while offered.size is None or received < offered.size:
            try:
                data = self._piece(offered, received)
            except UnavailableError as problem:
                failures += 1
                if problem.rule_id != "cut_off" or failures == ATTEMPTS:
                    raise _cut(problem) from None
                continue
            self._scratch.append(key, version, received, data)
            received, failures = received + len(data), 0
            if offered.size is None:
                return

    def _piece(self, offered: Offered, start: int) -> bytes:
        """The next bytes of a file; raises UnavailableError when the server sends fewer or more than it should."""
        if offered.size is None:
            return self._server.read(offered.name, 0, None)
        end = min(start + PIECE, offered.size)
        data = self._server.read(offered.name, start, end)
        if len(data) == offered.size and end - start < offered.size:
            return data[start:]  # a server that knows no parts sends the whole
        if len(data) != end - start:
            raise UnavailableError("cut_off", "The server sent less of a file than it announced.")
        return data

    def _key(self, name: str) -> str:
        return self._state.key(self._location, name)


def _verify(file: SealedFile, offered: Offered, now: Offered) -> None:
    """Raises UnavailableError unless the file is what the server offers, then and now, by size and by its hash."""
    if not now.same(offered):
        text = "A file changed at the partner while it was fetched. Run `throughcare pull` again later."
        raise UnavailableError("changed_meanwhile", text)
    if offered.size not in (None, file.size):
        raise UnavailableError("cut_off", f"A file did not arrive whole. {CUT_ADVICE}")
    if now.digest and file.digest(now.digest[0]) != now.digest[1]:
        text = (
            f"A file is not what its {now.digest[0].upper()} at the server says and was thrown away. Run `throughcare "
            "pull` again; if it happens again, ask the partner to upload the file once more."
        )
        raise UnavailableError("wrong_hash", text)


def _cut(problem: UnavailableError) -> UnavailableError:
    if problem.rule_id != "cut_off":
        return problem
    return UnavailableError("cut_off", f"{problem} The file is not whole and was not landed. {CUT_ADVICE}")


def _version(offered: Offered) -> str:
    """What the scratch's frames are bound to."""
    return f"{offered.size}/{offered.stamp}"


def _is_safe(name: str) -> bool:
    """Whether a name stays in the location: a server may write anything."""
    parts = name.split("/")
    return all(part not in ("", ".", "..") and not set(part) & {"\\", "\0"} for part in parts)
