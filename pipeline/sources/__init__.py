"""Sources: partner contracts (data, not code) and the list of files to fetch."""

from pipeline.sources.checks import required_columns
from pipeline.sources.connect_credentials import has_credential
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
from pipeline.sources.loading import builtin_contracts, load_contract, read_contract, source_of
from pipeline.sources.pull import DeliveredFile, Delivery, clear_scratch, deliveries_at, pull
from pipeline.sources.template import (
    DECLARATION_SHEET,
    DECLARED_ROWS,
    HEADER_ROW,
    HELPER_SHEETS,
    TEMPLATE_SHEET,
    header_of,
    is_helper,
    is_template,
    is_template_name,
    words_of,
)
from pipeline.sources.texts import fold, likeliest
from pipeline.sources.units import SUFFIXES

__all__ = [
    "DECLARATION_SHEET",
    "DECLARED_ROWS",
    "HEADER_ROW",
    "HELPER_SHEETS",
    "SIDECAR",
    "SUFFIXES",
    "TEMPLATE_SHEET",
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
    "builtin_contracts",
    "clear_scratch",
    "complete",
    "deliveries_at",
    "fold",
    "from_texts",
    "has_credential",
    "header_of",
    "is_helper",
    "is_template",
    "is_template_name",
    "likeliest",
    "load_contract",
    "merge",
    "prefer",
    "pull",
    "read_contract",
    "required_columns",
    "source_of",
    "words_of",
]
