"""Bringing a partner in: the workbook template, checking a contract on a file, drafting a first one."""

from pipeline.onboarding.check import Check, check_contract
from pipeline.onboarding.draft import Draft, draft_contract
from pipeline.onboarding.show import show_check
from pipeline.onboarding.workbook import write_template

__all__ = ["Check", "Draft", "check_contract", "draft_contract", "show_check", "write_template"]
