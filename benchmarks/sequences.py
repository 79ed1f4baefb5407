"""Random sequences of quarterly releases, attacked by a reader and by every insider in turn.

Run by hand: `.venv/bin/python -m benchmarks.sequences [FIRST [LAST]]` (seeds, 0 to 999 when left out). Profiles take
turns by seed: publication, exact, minimum-3. One line of JSON per profile at the end, and one for each sequence from
which something was recovered. The programmes and the attacker stand in tests/support.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.support.sequences import Outcome, run_sequence

PROFILES = ("publication", "exact", "minimum-3")
WORKERS = 2


def one(seed: int) -> tuple[int, str, Outcome, float]:
    """One sequence in a project of its own, with the processor's seconds."""
    profile, begun = PROFILES[seed % len(PROFILES)], time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run_sequence(Path(folder), seed, profile)
    return seed, profile, outcome, time.process_time() - begun


def main(first: int, last: int) -> None:
    totals: dict[str, Counter[str]] = {profile: Counter() for profile in PROFILES}
    with ProcessPoolExecutor(WORKERS) as pool:
        for seed, profile, outcome, seconds in pool.map(one, range(first, last + 1)):
            counts = {"sequences": 1, "released": outcome.released, "stopped": outcome.stopped}
            counts |= {"leaking": bool(outcome.recovered), "milliseconds": round(1000 * seconds)}
            totals[profile].update(counts)
            if outcome.recovered:
                print(json.dumps({"seed": seed, "profile": profile, "recovered": outcome.recovered}), flush=True)
    for profile, found in totals.items():
        print(json.dumps({"profile": profile, "seeds": [first, last], **found}))


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:3]]
    main(*given, *(0, 999)[len(given) :])
