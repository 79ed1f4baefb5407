"""Staging: text to the case model's types, codes and half-open dates, by contracts alone."""

from pipeline.staging.stage import stage

__all__ = ["stage"]
