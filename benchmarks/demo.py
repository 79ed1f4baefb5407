"""Stage timings of the demo on the sample, as shares of the whole; a first run and a second that reuses everything.

Run by hand: `.venv/bin/python benchmarks/demo.py`. Prints seconds and the peak memory of the process.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = Path(sys.executable).with_name("throughcare")


def main() -> None:
    """Run the demo twice in a new folder and print what each stage took."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        text = (ROOT / "throughcare.toml").read_text("utf-8")
        sample = (ROOT / "data" / "sample").as_posix()
        (project / "throughcare.toml").write_text(text.replace("data/sample", sample), "utf-8")
        first = timed(project)
        second = timed(project)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    result = {"first_seconds": first, "second_seconds": second, "ratio": second / first, "peak_mb": round(peak)}
    print(json.dumps(result))


def timed(project: Path) -> float:
    """Seconds of one whole `throughcare demo`; its stage lines go to the terminal."""
    begun = time.perf_counter()
    subprocess.run([str(COMMAND), "--project", str(project), "demo"], check=True, stdout=subprocess.DEVNULL)
    return round(time.perf_counter() - begun, 2)


if __name__ == "__main__":
    main()
