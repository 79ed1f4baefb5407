"""Seconds of a whole publication in two languages: first with every figure drawn anew, then with figures kept.

Run by hand: `.venv/bin/python benchmarks/publication.py BUNDLE_FOLDER` (a released bundle, such as the demo's).
The second number is the one that matters in daily work; seconds of the processor are printed beside the clock, because
a busy machine stretches the clock alone.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from pipeline import publication
from pipeline.settings import REPOSITORY, Settings, load_settings


def main() -> None:
    """Publish a bundle twice into a new folder and print what it took."""
    bundle = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(REPOSITORY, data=Path(folder))
        result = {"without_figures": timed(settings, bundle), "with_figures": timed(settings, bundle)}
    print(json.dumps(result, indent=1))


def timed(settings: Settings, bundle: Path) -> dict[str, float]:
    """Seconds by the clock and of the processor (this process and its children), and how many files were made."""
    begun, before = time.perf_counter(), processor()
    made = publication.publish(settings, bundle)
    return {
        "seconds": round(time.perf_counter() - begun, 1),
        "processor_seconds": round(processor() - before, 1),
        "files": len(made),
    }


def processor() -> float:
    """Seconds of the processor so far, of this process and of its finished children."""
    use = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(item.ru_utime + item.ru_stime for item in use)


if __name__ == "__main__":
    main()
