"""Keys: where they are read from, what is refused, and that they are never shown."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pyrage
import pytest

from pipeline.errors import SettingsError, WrongKeyError
from pipeline.keys import AT_REST, PIPELINE, Keyer, Keys, Seal, fingerprint, keyed_digest, read_keys
from pipeline.settings import KeepingSettings, Settings

KEY = hashlib.sha256(b"one")


def project(root: Path, **keeping: object) -> Settings:
    return Settings(root=root, data=root / "data", keeping=KeepingSettings(**keeping))  # type: ignore[arg-type]


def key_file(path: Path, text: str = KEY.hexdigest(), mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_none_is_needed(tmp_path: Path) -> None:
    assert read_keys(project(tmp_path)) == Keys()


def test_environment_before_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key_file(tmp_path / "keys" / "pipeline.key")
    settings = project(tmp_path, pipeline_key_file=Path("keys/pipeline.key"))
    assert read_keys(settings).pipeline == KEY.digest()
    other = hashlib.sha256(b"two")
    monkeypatch.setenv(PIPELINE, other.hexdigest())
    held = read_keys(settings)
    assert held.pipeline == other.digest()
    assert held.mark == fingerprint(other.digest())
    assert other.hexdigest() not in repr(held)


@pytest.mark.parametrize(
    ("text", "mode", "place", "says"),
    [
        (KEY.hexdigest(), 0o644, "keys/k", "read by others"),
        (KEY.hexdigest(), 0o600, "data/k", "among the data"),
        ("", 0o600, "keys/k", "is empty"),
        ("ab" * 32, 0o600, "keys/k", "refused"),
        ("correct horse battery staple!", 0o600, "keys/k", "neither hexadecimal nor base 64"),
    ],
)
def test_what_is_refused_and_how(tmp_path: Path, text: str, mode: int, place: str, says: str) -> None:
    key_file(tmp_path / place, text, mode)
    with pytest.raises(SettingsError, match=says) as caught:
        read_keys(project(tmp_path, at_rest_key_file=Path(place)))
    assert not text or text not in str(caught.value)


def test_one_key_may_not_serve_two_purposes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (PIPELINE, AT_REST):
        monkeypatch.setenv(name, KEY.hexdigest())
    with pytest.raises(SettingsError, match="are the same"):
        read_keys(project(tmp_path))


def test_sealed_bytes_open_with_any_age_program_and_with_no_other_key() -> None:
    seal, data = Seal(KEY.digest()), os.urandom(200_000)
    sealed = seal.seal(data)
    assert sealed != seal.seal(data)
    assert seal.open(sealed, "a file") == data
    assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(seal.identity)]) == data
    for spoilt, other in ((sealed, Seal(hashlib.sha256(b"two").digest())), (sealed[:-1], seal), (b"", seal)):
        with pytest.raises(WrongKeyError, match="a file does not open") as caught:
            other.open(spoilt, "a file")
        assert seal.identity not in str(caught.value)


def test_digests_are_bound_to_key_and_parts() -> None:
    one = keyed_digest(KEY.digest(), "person", "A")
    assert one == keyed_digest(KEY.digest(), "person", "A")
    assert len({one, keyed_digest(KEY.digest(), "perso", "nA"), keyed_digest(b"x" * 32, "person", "A")}) == 3
    assert Keyer(KEY.digest()).originals == {}
