"""The texts of a workbook that stand in no cell: properties, comments, headers and footers, links, caches, formulas.

What cannot be looked through (pictures, embedded files, macros) is a reason not to take the workbook.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable, Iterator

from pipeline.landing.sheets import UnreadableError

_TAG = re.compile(r"<[^>]*>")
_TOLD = re.compile(r'\b(?:v|n|c|Target|displayName|userId|name|author|description|prompt|error|tooltip)="([^"]*)"')
_DATA = re.compile(r"<sheetData[ />].*?</sheetData>", re.DOTALL)
_HEADER_CODE = re.compile(r"&amp;(?:[A-Z]|&quot;.*?&quot;)")
"""`&L` in a page's header means left and touches the text that it moves."""
_FORMULA = re.compile(r"<f(?: [^>]*)?>([^<]*)</f>")
_ANNOTATION = re.compile(r"<office:annotation[ >].*?</office:annotation>|<table:error-message.*?/>", re.DOTALL)
_ODS_FORMULA = re.compile(r'table:formula="([^"]*)"|<table:help-message[^>]*>(.*?)</table:help-message>', re.DOTALL)
_OPAQUE = re.compile(
    r"(?:xl/(?:media|embeddings|activeX|ctrlProps|model)/|xl/vba[^/]*|Pictures/|ObjectReplacements/|Basic/|Scripts/).*",
    re.IGNORECASE,
)
_CELLS = re.compile(r"xl/(?:sharedStrings|styles|calcChain|theme/[^/]*|metadata|richData/[^/]*)\.xml", re.IGNORECASE)


def _text(content: str) -> str:
    return _TAG.sub(" ", content)


def _attributes(content: str) -> str:
    return " \n".join([*_TOLD.findall(content), _TAG.sub(" ", content)])


def _sheet(content: str) -> str:
    outside = _HEADER_CODE.sub(" ", _DATA.sub(" ", content))
    return " \n".join([*_FORMULA.findall(content), _attributes(outside)])


def _ods(content: str) -> str:
    formulas = (first or second for first, second in _ODS_FORMULA.findall(content))
    return " \n".join([*formulas, *map(_attributes, _ANNOTATION.findall(content))])


_PARTS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    (r"docProps/.*", "document properties", _text),
    (r"xl/(threadedC|c)omments.*", "comments", _text),
    (r"xl/persons/.*", "authors of comments", _attributes),
    (r"xl/(drawings|charts|diagrams)/.*\.(xml|vml)", "drawing or chart", _text),
    (r"xl/worksheets/[^/]*\.xml", "worksheet outside its cells", _sheet),
    (r"(xl/.*/_rels|xl/_rels)/.*\.rels", "links", _attributes),
    (r"xl/(pivotCache|pivotTables|externalLinks|queryTables|tables)/.*\.xml", "cached data", _attributes),
    (r"xl/(connections|workbook)\.xml|customXml/.*\.xml", "workbook settings", _attributes),
    (r"meta\.xml", "document properties", _attributes),
    (r"content\.xml", "comments and formulas", _ods),
    (r".*\.(xml|rels|rdf|txt|vml|json)", "workbook settings", _attributes),
)
_KNOWN = tuple((re.compile(pattern, re.IGNORECASE), label, read) for pattern, label, read in _PARTS)


def workbook_margins(parts: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Where (in words: a part's own name may tell who a person is) and text, in the order of the parts' names.

    Raises UnreadableError for a workbook with parts that nobody can look through.
    """
    if any(_OPAQUE.fullmatch(name) for name in parts.namelist() if not name.endswith("/")):
        raise UnreadableError(
            "unreadable_file",
            "The workbook holds pictures, embedded files or macros, which cannot be checked for personal data. "
            "Remove them, or save only the tables to a new workbook, and deliver that.",
        )
    for name in sorted(parts.namelist()):
        for pattern, label, read in _KNOWN:
            if pattern.fullmatch(name) and not _CELLS.fullmatch(name):
                text = html.unescape(read(parts.read(name).decode("utf-8", "replace")))
                yield label, text.replace("mailto:", " ")
                break
    yield "archive comment", parts.comment.decode("utf-8", "replace")
    yield from (("part name", name) for name in sorted(parts.namelist()))
