"""All words of the publication: one catalogue, each key in Czech and English, forms by grammatical number."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from pipeline.errors import PublicationError

LANGUAGES = ("cs", "en")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Key → language (or `cs.few` and the like) → text, read once from `catalogue.toml`."""
    raw = tomllib.loads(files("pipeline.publication").joinpath("catalogue.toml").read_text("utf-8"))
    return dict(_flatten("", raw))


def _flatten(prefix: str, table: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    found = []
    words = {language: table[language] for language in LANGUAGES if language in table}
    if len(words) == len(LANGUAGES):
        found.append((prefix, dict(form for language in LANGUAGES for form in _forms(language, words[language]))))
    elif words:
        raise PublicationError(f"catalogue.toml: {prefix} needs a text in cs and in en.")
    for key, value in table.items():
        if key in LANGUAGES:
            continue
        if not isinstance(value, dict):
            raise PublicationError(f"catalogue.toml: {prefix}.{key} is neither a text in cs or en nor a table.")
        found += _flatten(f"{prefix}.{key}".lstrip("."), value)
    return found


def _forms(language: str, text: str | dict[str, str]) -> list[tuple[str, str]]:
    if isinstance(text, str):
        return [(language, text)]
    return [(language, text["other"])] + [(f"{language}.{form}", value) for form, value in text.items()]


def has(key: str) -> bool:
    """Whether the catalogue knows a key."""
    return key in catalogue()


def text(key: str, language: str, /, **values: str) -> str:
    """The text of a key with its placeholders filled; a placeholder `number` chooses the grammatical form.

    Raises PublicationError for an unknown key or a placeholder without a value.
    """
    entry = catalogue().get(key)
    if entry is None:
        raise PublicationError(f"catalogue.toml has no text '{key}'. Add it in cs and en.")
    form = _plural(values.get("number"), language)
    template = entry.get(f"{language}.{form}", entry[language])
    try:
        return template.strip().format(**values)
    except (KeyError, IndexError) as missing:
        raise PublicationError(f"catalogue.toml: the text '{key}' needs a value for {missing}.") from None


def _plural(number: str | None, language: str) -> str:
    if number is None:
        return "other"
    from babel import Locale

    return str(Locale.parse(language).plural_form(int(number)))


def placeholders(key: str, language: str) -> set[str]:
    """Names of the placeholders in a text, for the tests."""
    return {name for _, name, _, _ in Formatter().parse(catalogue()[key][language]) if name}
