"""Small OpenDocument spreadsheets, written as text: no library for them is needed, and every oddity can be had."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

KIND = "application/vnd.oasis.opendocument.spreadsheet"
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "meta")
)
DUBLIN = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def spreadsheet(
    sheets: Mapping[str, Sequence[Sequence[object]]],
    *,
    comment: str = "",
    creator: str = "",
    head: str = "",
    formula: str = "",
) -> bytes:
    """A workbook; `head` stands before the document's own first tag (a DTD), `formula` in a last cell."""
    tables = "".join(_table(name, rows, comment, formula) for name, rows in sheets.items())
    return packed(
        f"<?xml version='1.0' encoding='UTF-8'?>{head}<office:document-content {SPACES} {DUBLIN}><office:body>"
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
        creator,
    )


def packed(content: str, creator: str = "") -> bytes:
    """The archive around a content.xml."""
    buffer = io.BytesIO()
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", KIND, zipfile.ZIP_STORED)
        parts.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{manifest}"><manifest:file-entry manifest:full-path="/" '
            f'manifest:media-type="{KIND}"/></manifest:manifest>',
        )
        parts.writestr(
            "meta.xml",
            f"<office:document-meta {SPACES} {DUBLIN}><office:meta><dc:creator>{escape(creator)}</dc:creator>"
            "</office:meta></office:document-meta>",
        )
        parts.writestr("content.xml", content)
    return buffer.getvalue()


def _table(name: str, rows: Sequence[Sequence[object]], comment: str, formula: str) -> str:
    note = f"<office:annotation><text:p>{escape(comment)}</text:p></office:annotation>" if comment else ""
    body = "".join(f"<table:table-row>{''.join(_cell(c, note) for c in row)}</table:table-row>" for row in rows)
    if formula:
        text = escape(formula, {'"': "&quot;"})
        body += (
            f'<table:table-row><table:table-cell table:formula="of:={text}" office:value-type="float" '
            'office:value="3"><text:p>3</text:p></table:table-cell></table:table-row>'
        )
    return f'<table:table table:name="{escape(name, {chr(34): "&quot;"})}">{body}</table:table>'


def _cell(value: object, note: str) -> str:
    if value is None:
        return "<table:table-cell/>"
    kind = f'office:value-type="{_kind(value)}"'
    if isinstance(value, datetime | date):
        kind += f' office:date-value="{value.isoformat()}"'
    elif not isinstance(value, str):
        kind += f' office:value="{value}"'
    return f"<table:table-cell {kind}>{note}<text:p>{escape(str(value))}</text:p></table:table-cell>"


def _kind(value: object) -> str:
    return "string" if isinstance(value, str) else "date" if isinstance(value, datetime | date) else "float"
