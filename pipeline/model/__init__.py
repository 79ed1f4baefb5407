"""The case model, once: tables, columns, types and code lists; everything else is generated from it."""

from pipeline.model.codes import CodeList, code_list, code_lists
from pipeline.model.schema import PROVENANCE, Column, Table, ddl, table, tables

__all__ = ["PROVENANCE", "CodeList", "Column", "Table", "code_list", "code_lists", "ddl", "table", "tables"]
