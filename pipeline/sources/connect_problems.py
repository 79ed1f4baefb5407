"""What went wrong with a partner's server, in plain words: never the library's text, which may hold an address."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from pipeline.settings import PartnerSettings

GONE = ("unreachable", "too_slow", "wrong_host_key", "wrong_certificate")
"""Problems of the server as a whole: nothing more is asked of it in this run."""


class UnavailableError(Exception):
    """A location or file that cannot be fetched now; `rule_id` says why in one word, the message what to do."""

    def __init__(self, rule_id: str, message: str) -> None:
        self.rule_id = rule_id
        super().__init__(message)


class RedirectedError(Exception):
    """A server sent us elsewhere; a password must not follow."""


def explain(error: Exception, host: str, partner: PartnerSettings) -> UnavailableError:
    """The error as one of ours; the kinds are told apart by class names, so that no library is imported for it."""
    if isinstance(error, UnavailableError):
        return error
    chain = list(_chain(error))
    names = {cls.__name__ for one in chain for cls in type(one).__mro__}
    status = next((s for one in chain if (s := _status(one))), 0)
    for rule_id, matches, text in (
        ("wrong_host_key", _is_host_key(names), _host_key(host)),
        ("wrong_certificate", _is_certificate(chain, names), _certificate(host)),
        ("redirected", "RedirectedError" in names or 300 <= status < 400, _redirected(host)),
        ("wrong_key_file", bool(names & {"KeyImportError", "KeyEncryptionError"}), _key_file(partner)),
        ("wrong_credential", _is_refused(names, status), _credential(host, partner)),
        ("missing_folder", _is_missing(names, status), _missing(host)),
        ("too_slow", bool(names & TIMEOUT), _slow(host, partner)),
        ("cut_off", bool(names & CUT), f"{host} ended the connection in the middle."),
    ):
        if matches:
            return UnavailableError(rule_id, text)
    kind = f"status {status}" if status else type(error).__name__
    text = f"{host} cannot be reached or does not answer as it should ({kind}). Try again later, or ask the partner."
    return UnavailableError("unreachable", text)


TIMEOUT = {"ConnectTimeoutError", "FSTimeoutError", "ReadTimeoutError", "TimeoutError", "TimeoutException"}
CUT = {
    "BrokenPipeError",
    "ChannelOpenError",
    "ClientPayloadError",
    "ConnectionLost",
    "ConnectionResetError",
    "IncompleteRead",
    "RemoteProtocolError",
    "ReadError",
    "ResponseStreamingError",
    "SFTPConnectionLost",
    "SFTPNoConnection",
    "ServerDisconnectedError",
}
"""Errors of a connection that was there and broke, by the names that the libraries give them."""


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]


def _status(error: BaseException) -> int:
    """The HTTP status that an error carries, whichever library it is from; 0 for none."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        found = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    else:
        found = getattr(error, "status", None) or getattr(error, "status_code", None)
    return found if isinstance(found, int) else 0


def _is_host_key(names: set[str]) -> bool:
    return "HostKeyNotVerifiable" in names


def _is_certificate(chain: list[BaseException], names: set[str]) -> bool:
    wrong = {"ClientConnectorCertificateError", "SSLCertVerificationError"}
    return bool(names & wrong) or any(
        isinstance(one, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(one) for one in chain
    )


def _is_refused(names: set[str], status: int) -> bool:
    return bool(names & {"PermissionError", "PermissionDenied", "SFTPPermissionDenied"}) or status in (401, 403)


def _is_missing(names: set[str], status: int) -> bool:
    return bool(names & {"FileNotFoundError", "NoSuchBucket", "ResourceNotFound"}) or status in (404, 410)


def _host_key(host: str) -> str:
    return (
        f"{host} does not show the key that known_hosts holds for it; nothing was sent or fetched. Ask the partner by "
        "telephone whether the server's key has changed before you correct the file."
    )


def _certificate(host: str) -> str:
    return (
        f"The certificate of {host} is not valid or not signed by an authority that is trusted; nothing was fetched. "
        "If the partner signs its own, ask for the authority's certificate and name it as ca_file."
    )


def _redirected(host: str) -> str:
    return f"{host} sends us to another address, which is not followed. Ask the partner and correct the location."


def _key_file(partner: PartnerSettings) -> str:
    return f"The key file of credential {partner.credential} cannot be read. Check the file and its passphrase."


def _credential(host: str, partner: PartnerSettings) -> str:
    if partner.credential is None:
        return f"{host} wants a user and a password. Name a credential for the partner in throughcare.toml."
    return (
        f"{host} refuses the user, password or key of credential {partner.credential}, or does not let it read the "
        "folder. Check the credential, then ask the partner."
    )


def _missing(host: str) -> str:
    return f"The location's folder or a file in it is not there on {host}. Correct the location or ask the partner."


def _slow(host: str, partner: PartnerSettings) -> str:
    return (
        f"{host} did not answer within {partner.timeout:g} seconds. Run `throughcare pull` later, which goes on where "
        "it stopped, or raise the partner's timeout."
    )
