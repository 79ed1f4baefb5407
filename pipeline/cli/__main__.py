"""`python -m pipeline.cli` is `throughcare`."""

from pipeline.cli import main

main()
