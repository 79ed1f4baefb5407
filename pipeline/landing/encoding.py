"""Which encoding a text file has: decided by its bytes among those of the contract, and reported."""

from __future__ import annotations

import codecs
import re

from pipeline.landing.sheets import UnreadableError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_C1 = re.compile(rb"[\x80-\x9f]")
# š ž ť after a letter, Š Ž Ť š ž before a small one, as ISO-8859-2 writes them; in cp1250 these are ą ľ » © ® «. They
# stand beside each other too: Šťastný, tržišť.
_LATIN2 = re.compile(
    rb"(?<=[A-Za-z\xa9\xab\xae\xb9\xbb\xbe\xc0-\xff])[\xb9\xbe\xbb]"
    rb"|[\xa9\xae\xab\xb9\xbe](?=[a-z\xb9\xbb\xbe\xe0-\xff])"
)
# é í ó ú between small letters as cp852 (DOS) writes them; in cp1250 and ISO-8859-2 these are marks, not letters.
_DOS = re.compile(rb"[a-z][\x82\xa1\xa2\xa3][a-z]")
_WINDOWS, _ISO = "cp1250", "iso8859-2"


def decode(data: bytes, candidates: tuple[str, ...]) -> tuple[str, str, str]:
    """Text of a file, the encoding used (as the contract writes it) and the evidence for it.

    Raises UnreadableError `wrong_encoding` when the bytes speak against every candidate.
    """
    named = {codecs.lookup(name).name: name for name in reversed(candidates)}
    if mark := next((name for start, name in MARKS if data.startswith(start)), None):
        if not {mark, mark.removesuffix("-sig")} & set(named):
            raise _wrong(mark.removesuffix("-sig").upper() + " (by its byte-order mark)", candidates)
        return _strictly(data, mark, candidates), mark, "byte-order mark"
    if b"\x00" in data[:4096]:
        raise UnreadableError("unreadable_file", "This is not a text file. Export it again as text.")
    is_utf8 = _is_utf8(data)
    if is_utf8 and (data.isascii() or {"utf-8", "utf-8-sig"} & set(named)):
        chosen = next((n for n in ("utf-8", "utf-8-sig") if n in named), candidates[0])
        evidence = "only ASCII, reads alike in all" if data.isascii() else "valid UTF-8"
        return data.decode(chosen), named.get(chosen, chosen), evidence
    if is_utf8:
        raise _wrong("UTF-8", candidates)
    name, evidence = _single_byte(data, [n for n in named if not n.startswith("utf")], candidates)
    return _strictly(data, name, candidates), named[name], evidence


def _single_byte(data: bytes, names: list[str], candidates: tuple[str, ...]) -> tuple[str, str]:
    if not names and _breaks_off(data):
        text = "The file breaks off in the middle of a character. Export it again and deliver it whole."
        raise UnreadableError("unreadable_file", text)
    if not names:
        raise _wrong("not valid UTF-8", candidates)
    ours = {codecs.lookup(c).name for c in candidates} & set(names)
    first = next(codecs.lookup(c).name for c in candidates if codecs.lookup(c).name in ours)
    if first not in (_WINDOWS, _ISO):
        return first, "the contract's first choice"
    if _DOS.search(data):
        raise _wrong("cp852 (DOS), by their accented letters", candidates)
    if _C1.search(data):
        verdict, evidence = _WINDOWS, "bytes 80–9F, which only cp1250 uses for letters"
    elif _LATIN2.search(data):
        verdict, evidence = _ISO, "bytes of Š š Ž ž Ť ť as ISO-8859-2 writes them"
    else:
        return first, "no byte tells cp1250 from ISO-8859-2; both read alike"
    if verdict not in names:
        raise _wrong(verdict, candidates)
    return verdict, evidence


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _breaks_off(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as problem:
        return problem.reason == "unexpected end of data"
    return False


def _strictly(data: bytes, name: str, candidates: tuple[str, ...]) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise UnreadableError(
            "wrong_encoding",
            f"A byte in line {line} cannot be {name}. Expected {_list(candidates)}: export the file again in it.",
        ) from None


def _wrong(seen: str, candidates: tuple[str, ...]) -> UnreadableError:
    return UnreadableError(
        "wrong_encoding",
        f"The bytes are {seen}, the contract expects {_list(candidates)}. "
        "Export the file in that encoding, or add the other one to the contract.",
    )


def _list(candidates: tuple[str, ...]) -> str:
    return " or ".join(candidates)
