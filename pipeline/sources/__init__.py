"""Sources: partner contracts (data, not code) and the list of files to fetch."""

from pipeline.sources.checks import fold, likeliest, required_columns
from pipeline.sources.contract import (
    ColumnRule,
    Condition,
    Contract,
    DeclaringCell,
    DeliveryRules,
    Produces,
    Reading,
    SourceFile,
)
from pipeline.sources.loading import load_contract, read_contract, source_of

__all__ = [
    "ColumnRule",
    "Condition",
    "Contract",
    "DeclaringCell",
    "DeliveryRules",
    "Produces",
    "Reading",
    "SourceFile",
    "fold",
    "likeliest",
    "load_contract",
    "read_contract",
    "required_columns",
    "source_of",
]
