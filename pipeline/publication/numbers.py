"""Numbers, dates and quarters as Czech and English readers write them.

Only `cite` may turn a released number into text; the functions here are its alphabet.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pipeline.periods import Quarter

if TYPE_CHECKING:
    from collections.abc import Callable

LOCALES = {"cs": "cs_CZ", "en": "en_GB"}
NBSP = "\u00a0"
MINUS = "\u2212"


def format_count(number: float, language: str) -> str:
    """A whole number with the language's thousands mark: `12 345` (no-break space), `12,345`."""
    return format_decimal(round(number), language, digits=0)


def format_decimal(number: float, language: str, *, digits: int = 1) -> str:
    """A number with at most `digits` decimals: `1,5` in Czech, `1.5` in English; a true minus sign."""
    from babel.numbers import format_decimal as babel_decimal

    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    text = babel_decimal(number, format=pattern, locale=LOCALES[language])
    return str(text).replace("-", MINUS)


def format_percent(percent: float, language: str) -> str:
    """A whole percentage: `49 %` (no-break space) in Czech, `49%` in English."""
    return format_count(percent, language) + (NBSP + "%" if language == "cs" else "%")


def format_points(points: float, language: str) -> str:
    """A difference of two percentages: `5 p. b.` in Czech, `5 percentage points` in English."""
    unit = f"p.{NBSP}b." if language == "cs" else "percentage point" + ("" if abs(round(points)) == 1 else "s")
    return f"{format_count(points, language)}{NBSP}{unit}"


def format_date(day: date, language: str) -> str:
    """A day: `1. 4. 2023` with no-break spaces, `1 April 2023`."""
    if language == "cs":
        return f"{day.day}.{NBSP}{day.month}.{NBSP}{day.year}"
    return f"{day.day}{NBSP}{day:%B}{NBSP}{day.year}"


def format_quarter(text: str, language: str) -> str:
    """A quarter: `2. čtvrtletí 2023`, `Q2 2023`; raises SettingsError for what is no quarter."""
    quarter = Quarter.parse(text)
    if language == "cs":
        return f"{quarter.number}.{NBSP}čtvrtletí{NBSP}{quarter.year}"
    return f"Q{quarter.number}{NBSP}{quarter.year}"


def format_moment(text: str, language: str) -> str:
    """An ISO day or a quarter, whichever the text is; other text comes back unchanged."""
    for read in _readers(language):
        try:
            return read(text)
        except (ValueError, ArithmeticError, _NotAQuarterError):
            continue
    return text


def _readers(language: str) -> list[Callable[[str], str]]:
    return [lambda t: format_date(date.fromisoformat(t[:10]), language), lambda t: _quarter(t, language)]


class _NotAQuarterError(ValueError):
    pass


def _quarter(text: str, language: str) -> str:
    from pipeline.errors import SettingsError

    try:
        return format_quarter(text, language)
    except SettingsError:
        raise _NotAQuarterError from None
