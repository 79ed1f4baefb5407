"""What Pandoc cannot say of a Word document: page one in two columns, and what must not be parted by a page's end."""

from __future__ import annotations

import re

from pipeline.publication.pandoc import template

BREAK = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>{section}</w:pPr></w:p>'
BEGIN, END = "SlotsBegin", "SlotsEnd"
"""Paragraphs of these names, written by the filter, enclose the slots of page one."""
IN_SLOTS = {"Heading2": "SlotHeading", "BodyText": "SlotText", "FirstParagraph": "SlotText", "Compact": "SlotText"}
"""Style of a paragraph → its style on page one, which Word's own list of contents leaves out."""
WHOLE = 9
"""A table of so few rows, its heading among them, is never cut in two by the end of a page."""


def finish_word(document: str) -> str:
    """The finished text of `word/document.xml`."""
    return _keep_tables(_in_columns(_without_names(document)))


def _without_names(document: str) -> str:
    """Pandoc names the file of a picture beside its words."""
    return re.sub(r'descr="figures/[\w-]+\.png"', 'descr=""', document)


def _in_columns(document: str) -> str:
    marker = r'<w:p>\s*<w:pPr>\s*<w:pStyle w:val="{}"\s*/>\s*</w:pPr>\s*</w:p>'
    found = re.search(f"{marker.format(BEGIN)}(.*?){marker.format(END)}", document, re.DOTALL)
    if found is None:
        return document
    above = template("word-section.xml").strip()
    columns = above.replace("<w:pgSz", '<w:type w:val="continuous"/><w:pgSz', 1)
    columns = columns.replace("</w:sectPr>", '<w:cols w:num="2" w:space="400"/></w:sectPr>')
    slots = re.sub(r'(<w:pStyle w:val=")(\w+)"', lambda m: f'{m[1]}{IN_SLOTS.get(m[2], m[2])}"', found[1])
    made = BREAK.format(section=above) + slots + BREAK.format(section=columns)
    return document[: found.start()] + made + document[found.end() :]


def _keep_tables(document: str) -> str:
    return re.sub(r"<w:tbl>.*?</w:tbl>", lambda found: _keep_rows(found[0]), document, flags=re.DOTALL)


def _keep_rows(table: str) -> str:
    """No row is cut, the heading stays with the first row, a small table with itself."""
    rows = re.findall(r"<w:tr\b.*?</w:tr>", table, re.DOTALL)
    kept = len(rows) - 1 if len(rows) <= WHOLE else 1
    for place, row in enumerate(rows):
        whole = _uncut(row)
        if place < kept:
            whole = re.sub(r"(<w:pStyle [^>]*/>)", r"\1<w:keepNext/>", whole)
        table = table.replace(row, whole, 1)
    return table


def _uncut(row: str) -> str:
    if "<w:trPr>" in row:
        return row.replace("<w:trPr>", "<w:trPr><w:cantSplit/>", 1)
    return re.sub(r"(<w:tr\b[^>]*>)", r"\1<w:trPr><w:cantSplit/></w:trPr>", row, count=1)
