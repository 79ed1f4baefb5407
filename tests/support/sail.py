"""A Spark Connect server without a JVM, on loopback, for as long as a test lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def sail() -> Iterator[str]:
    """The address of a server that speaks Spark's protocol; skips where pysail is not installed.

    Sail asks for the PySpark that is installed here and refuses versions after its own release, though the protocol
    has not changed; it is told the last one that it knows.
    """
    pytest.importorskip("pysail")
    pyspark = pytest.importorskip("pyspark")
    from pysail.spark import SparkConnectServer

    installed, pyspark.__version__ = pyspark.__version__, "4.2.0"
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    try:
        yield f"sc://127.0.0.1:{server.listening_address[1]}"
    finally:
        server.stop()
        pyspark.__version__ = installed
