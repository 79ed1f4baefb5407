"""The texts of a workbook that stand in no cell: properties, comments, headers and footers, links, caches, formulas."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable, Iterator

_TAG = re.compile(r"<[^>]*>")
_TOLD = re.compile(r'\b(?:v|n|c|Target|displayName|userId|name|author|description|prompt|error|tooltip)="([^"]*)"')
_DATA = re.compile(r"<sheetData[ />].*?</sheetData>", re.DOTALL)
_HEADER_CODE = re.compile(r"&amp;(?:[A-Z]|&quot;.*?&quot;)")
"""`&L` in a page's header means left and touches the text that it moves."""
_FORMULA = re.compile(r"<f(?: [^>]*)?>([^<]*)</f>")


def _text(content: str) -> str:
    return _TAG.sub(" ", content)


def _attributes(content: str) -> str:
    return " \n".join([*_TOLD.findall(content), _TAG.sub(" ", content)])


def _sheet(content: str) -> str:
    outside = _HEADER_CODE.sub(" ", _DATA.sub(" ", content))
    return " \n".join([*_FORMULA.findall(content), _attributes(outside)])


_PARTS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    (r"docProps/.*", "document properties", _text),
    (r"xl/(threadedC|c)omments.*", "comments", _text),
    (r"xl/persons/.*", "authors of comments", _attributes),
    (r"xl/(drawings|charts|diagrams)/.*\.(xml|vml)", "drawing or chart", _text),
    (r"xl/worksheets/[^/]*\.xml", "worksheet outside its cells", _sheet),
    (r"(xl/.*/_rels|xl/_rels)/.*\.rels", "links", _attributes),
    (r"xl/(pivotCache|pivotTables|externalLinks|queryTables|tables)/.*\.xml", "cached data", _attributes),
    (r"xl/(connections|workbook)\.xml|customXml/.*\.xml", "workbook settings", _attributes),
)
_KNOWN = tuple((re.compile(pattern, re.IGNORECASE), label, read) for pattern, label, read in _PARTS)


def workbook_margins(parts: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Where (in words: a part's own name may tell who a person is) and text, in the order of the parts' names."""
    for name in sorted(parts.namelist()):
        for pattern, label, read in _KNOWN:
            if pattern.fullmatch(name):
                text = html.unescape(read(parts.read(name).decode("utf-8", "replace")))
                yield label, text.replace("mailto:", " ")
                break
    yield "archive comment", parts.comment.decode("utf-8", "replace")
    yield from (("part name", name) for name in sorted(parts.namelist()))
