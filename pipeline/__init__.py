"""throughcare: partner exports in, safe evaluation reports out. In a notebook: `import pipeline as tc`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.errors import ThroughcareError
    from pipeline.notebook import Programme
    from pipeline.notebook import open_programme as open  # `tc.open()` is what an analyst types
    from pipeline.outcomes import cox, weibull
    from pipeline.periods import Quarter
    from pipeline.run import Run
    from pipeline.settings import Settings, load_settings

__all__ = ["Programme", "Quarter", "Run", "Settings", "ThroughcareError", "cox", "load_settings", "open", "weibull"]
_HOMES = {
    "Programme": "notebook",
    "Quarter": "periods",
    "Run": "run",
    "Settings": "settings",
    "ThroughcareError": "errors",
    "cox": "outcomes",
    "load_settings": "settings",
    "open": "notebook",
    "weibull": "outcomes",
}
_NAMED = {"open": "open_programme"}


def __getattr__(name: str) -> Any:
    """Load each name only when it is asked for, so that every command starts fast and can be stopped at once."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pipeline' has no attribute '{name}'")
    return getattr(import_module(f"pipeline.{_HOMES[name]}"), _NAMED.get(name, name))


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
