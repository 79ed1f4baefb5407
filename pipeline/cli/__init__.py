"""The `throughcare` command. The only place that reads a clock."""

from __future__ import annotations

import sys

STOPPED = 130
STOPPED_WORDS = "throughcare: stopped. Run the same command again; it goes on where it stopped."


def main() -> None:
    """Run the command; an expected error is one plain message and an exit code, never a traceback.

    Imported here, so that somebody who stops it while it is still being loaded is told the same.
    """
    try:
        from pipeline.cli.program import run

        run()
    except KeyboardInterrupt:
        print(STOPPED_WORDS, file=sys.stderr)
        sys.exit(STOPPED)
