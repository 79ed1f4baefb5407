"""Core: the newest accepted version of every record, persons across partners, custody as spells and releases."""

from pipeline.core.build import build, require_custody

__all__ = ["build", "require_custody"]
