"""Staging: text to the case model's types, codes and half-open dates, by contracts alone."""

from pipeline.staging.headers import Header, MissingColumn, ignored_columns, missing_columns, repeated_columns
from pipeline.staging.stage import stage

__all__ = ["Header", "MissingColumn", "ignored_columns", "missing_columns", "repeated_columns", "stage"]
