"""Bringing a partner in: the workbook template, checking a contract on a file, drafting a first one."""

from pipeline.onboarding.workbook import write_template

__all__ = ["write_template"]
