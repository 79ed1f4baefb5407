"""The encrypted scratch: what went in comes out, what was changed does not open, and nothing is in the clear."""

from __future__ import annotations

import hashlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources import fetch_scratch
from pipeline.sources.fetch_scratch import EXTRA, DamagedError, Scratch
from pipeline.sources.fetch_state import Fetched, State

SALT = b"s" * 16


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(fetch_scratch, "PIECE", 8)


def sealed(folder, data, secret=b"secret", version="1/a"):
    scratch = Scratch(folder, secret, SALT)
    if data:
        scratch.append("k", version, 0, data)
    return scratch, scratch.finish("k", version)


@pytest.mark.parametrize("data", [b"", b"1", b"12345678", b"123456789", b"x" * 64])
def test_whole_files(tmp_path, data):
    _, file = sealed(tmp_path, data)
    assert (file.read_bytes(), file.size) == (data, len(data))
    assert file.digest("md5") == hashlib.md5(data, usedforsecurity=False).hexdigest()
    with file.open() as stream:
        assert stream.read() == data
    again = Scratch(tmp_path, b"secret", SALT).whole("k", "1/a")
    assert again is not None
    assert again.read_bytes() == data


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=70), st.lists(st.tuples(st.integers(-80, 80), st.sampled_from([0, 1, 2]), st.integers(0, 30)))
)
def test_a_stream_reads_and_seeks_as_a_file_does(tmp_path_factory, data, moves):
    fetch_scratch.PIECE = 8
    _, file = sealed(tmp_path_factory.mktemp("s"), data, secret=b"")
    ours, theirs = file.open(), io.BytesIO(data)
    for offset, whence, count in moves:
        start = {0: 0, 1: theirs.tell(), 2: len(data)}[whence] + offset
        if start >= 0:
            assert ours.seek(offset, whence) == theirs.seek(start)
            assert ours.read(count) == theirs.read(count)
    assert hashlib.file_digest(file.open(), "sha256").digest() == hashlib.sha256(data).digest()


def test_nothing_is_in_the_clear_and_changes_do_not_open(tmp_path):
    _, file = sealed(tmp_path, b"8001011234" * 3)
    path = tmp_path / "k.sealed"
    raw = bytearray(path.read_bytes())
    assert b"80010" not in raw
    raw[2 * (8 + EXTRA) + 15] ^= 1
    path.write_bytes(raw)
    with pytest.raises(DamagedError):
        file.read_bytes()
    frames = [raw[n : n + 8 + EXTRA] for n in range(0, len(raw), 8 + EXTRA)]
    path.write_bytes(b"".join([frames[1], frames[0], *frames[2:]]))
    with pytest.raises(DamagedError):
        file.piece(0)


@pytest.mark.parametrize(("secret", "version"), [(b"other", "1/a"), (b"secret", "1/b"), (b"", "1/a")])
def test_another_key_or_version_begins_anew(tmp_path, secret, version):
    sealed(tmp_path, b"12345678" * 2)
    (tmp_path / "k.sealed").rename(tmp_path / "k.part")
    other = Scratch(tmp_path, secret, SALT)
    assert other.received("k", version) == 0
    assert not (tmp_path / "k.part").exists()


def test_a_transfer_goes_on_after_its_last_whole_frame(tmp_path):
    scratch = Scratch(tmp_path, b"secret", SALT)
    scratch.append("k", "v", 0, b"12345678abcdefgh")
    with (tmp_path / "k.part").open("ab") as stream:
        stream.write(b"half a frame")
    again = Scratch(tmp_path, b"secret", SALT)
    assert again.received("k", "v") == 16
    again.append("k", "v", 16, b"end")
    assert again.finish("k", "v").read_bytes() == b"12345678abcdefghend"


def test_a_record_that_was_damaged_is_forgotten(tmp_path):
    state = State(tmp_path)
    state.record("k", Fetched(1, "a", "0" * 64, "j"))
    state.save()
    assert State(tmp_path).get("k") == Fetched(1, "a", "0" * 64, "j")
    assert State(tmp_path).key("sftp://h/x", "n") == state.key("sftp://h/x", "n") != state.key("sftp://h/y", "n")
    for text in ("", "{", "[]", '{"salt": "zz", "files": {}}', '{"salt": "00", "files": {"k": {"size": 1}}}'):
        (tmp_path / "fetched.json").write_text(text)
        assert State(tmp_path).get("k") is None
