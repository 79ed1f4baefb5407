"""throughcare: partner exports in, safe evaluation reports out. In a notebook: `import pipeline as tc`."""

from pipeline.errors import ThroughcareError
from pipeline.notebook import Programme
from pipeline.notebook import open_programme as open  # `tc.open()` is what an analyst types
from pipeline.periods import Quarter
from pipeline.run import Run
from pipeline.settings import Settings, load_settings

__all__ = ["Programme", "Quarter", "Run", "Settings", "ThroughcareError", "load_settings", "open"]
