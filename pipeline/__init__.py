"""throughcare: partner exports in, safe evaluation reports out. In a notebook: `import pipeline as tc`."""

from typing import TYPE_CHECKING, Any

from pipeline.errors import ThroughcareError
from pipeline.notebook import Programme
from pipeline.notebook import open_programme as open  # `tc.open()` is what an analyst types
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipeline.outcomes import cox, weibull

__all__ = ["Programme", "Quarter", "Run", "Settings", "ThroughcareError", "cox", "load_settings", "open", "weibull"]


def __getattr__(name: str) -> Any:
    """Load what few need only when it is asked for, so that every command starts fast."""
    if name in ("cox", "weibull"):
        from pipeline import outcomes

        return getattr(outcomes, name)
    raise AttributeError(f"module 'pipeline' has no attribute '{name}'")
