"""Every error a user can meet: what is wrong, what to do next, and an exit code.

No message ever contains a person's value, only file, sheet, row and column.
"""


class ThroughcareError(Exception):
    """Base of all expected errors: shown as one plain message, never as a traceback."""

    exit_code = 1


class SettingsError(ThroughcareError):
    """A setting, contract or decision file cannot be used; all problems are listed at once."""

    exit_code = 2

    def __init__(self, problems: list[str] | str) -> None:
        self.problems = [problems] if isinstance(problems, str) else problems
        super().__init__("\n".join(self.problems))


class InputError(ThroughcareError):
    """A delivered file or folder cannot be read (missing, empty, truncated, wrong encoding)."""

    exit_code = 3


class IdentifierFoundError(InputError):
    """A direct identifier was found; nothing of the file has been kept."""

    exit_code = 4


class WarehouseLockedError(ThroughcareError):
    """Another process has the warehouse open for writing."""

    exit_code = 5


class MixedDataError(ThroughcareError):
    """Synthetic and real deliveries were about to share a warehouse or a ledger."""

    exit_code = 6


class AccountingError(ThroughcareError):
    """Rows were lost or invented: produced is not accepted + quarantined + duplicate."""

    exit_code = 7


class DisclosureError(ThroughcareError):
    """The release is not safe, or a disclosure setting is missing; nothing was published."""

    exit_code = 8


class PublicationError(ThroughcareError):
    """A document could not be rendered."""

    exit_code = 9


class StorageError(ThroughcareError):
    """The disk is full or a file cannot be written."""

    exit_code = 10


class PartnerUnavailableError(ThroughcareError):
    """Deliveries of a partner could not be fetched; those of the others were landed."""

    exit_code = 12


class ExpectationError(ThroughcareError):
    """A rule on data could not be evaluated; what it would have said is not known, so the run stops."""

    exit_code = 11


class WrongKeyError(ThroughcareError):
    """Something at rest does not open: no key is set, another key sealed it, or it was changed on disk."""

    exit_code = 13


class BacktestError(ThroughcareError):
    """A published quarter, computed again, gives other numbers; what differs and why was listed."""

    exit_code = 14
