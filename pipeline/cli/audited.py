"""Commands that leave a line in the audit log, whatever becomes of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from pipeline.cli.common import Context, now
from pipeline.errors import ThroughcareError
from pipeline.settings import Settings, load_settings

P = ParamSpec("P")
_noted: dict[str, Any] = {}


def note(settings: Settings | None = None, **values: Any) -> None:
    """Say while a command works what its line in the log shall hold: deliveries, run, bundle, options."""
    _noted.update({"settings": settings} if settings else {}, **values)


def audited(function: Callable[P, None]) -> Callable[P, None]:
    """A command with its options, and whether it was done or what stopped it, in the audit log."""

    @wraps(function)
    def recorded(*arguments: P.args, **options: P.kwargs) -> None:
        _noted.clear()
        _noted.update(command=function.__name__, options=_given(options), outcome="done")
        try:
            function(*arguments, **options)
        except BaseException as problem:
            _noted["outcome"] = type(problem).__name__
            raise
        finally:
            _write()

    return recorded


def _given(options: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in options.items() if value not in (None, False)}


def _write() -> None:
    from pipeline.keeping import audit

    settings = _noted.pop("settings", None)
    try:
        audit.append(settings or load_settings(Context.root), _noted, at=now())
    except ThroughcareError:
        return  # without a project there is no log, and the command has said so
    except OSError:
        print("throughcare: the audit log could not be written; this command is not in it.", file=sys.stderr)
