"""Sources: partner contracts (data, not code) and the list of files to fetch."""

from pipeline.sources.checks import required_columns
from pipeline.sources.contract import (
    ColumnRule,
    Condition,
    Constants,
    Contract,
    ControlGroups,
    DeclaringCell,
    DeliveryRules,
    PartnerCode,
    Produces,
    Reading,
    SourceFile,
    Values,
)
from pipeline.sources.declaring import SIDECAR, Declaration, Problem, complete, from_texts, merge, prefer
from pipeline.sources.loading import load_contract, read_contract, source_of
from pipeline.sources.pull import DeliveredFile, Delivery, clear_scratch, pull
from pipeline.sources.texts import fold, likeliest

__all__ = [
    "SIDECAR",
    "ColumnRule",
    "Condition",
    "Constants",
    "Contract",
    "ControlGroups",
    "Declaration",
    "DeclaringCell",
    "DeliveredFile",
    "Delivery",
    "DeliveryRules",
    "PartnerCode",
    "Problem",
    "Produces",
    "Reading",
    "SourceFile",
    "Values",
    "clear_scratch",
    "complete",
    "fold",
    "from_texts",
    "likeliest",
    "load_contract",
    "merge",
    "prefer",
    "pull",
    "read_contract",
    "required_columns",
    "source_of",
]
