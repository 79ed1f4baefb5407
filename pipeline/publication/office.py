"""Word and PowerPoint that people can edit: real styles, native titles, one picture a figure, marks on every page."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from html import escape as xml
from pathlib import Path

from pipeline.publication.pandoc import default_file, run_pandoc, template
from pipeline.publication.word import finish_word

OFFICE = ("docx", "pptx")
LOCALES = {"cs": "cs-CZ", "en": "en-GB"}
DPI = 120
"""Pixels per inch of the static pictures: sharp on paper at 16 cm, small enough to send by e-mail."""
SINCE = (1980, 1, 1, 0, 0, 0)
ROOMIER = {
    ("205979", "857250"): ("140000", "830000"),
    ("1200151", "3394472"): ("1000000", "3660000"),
}
"""Top and height of a slide's title and text, Pandoc's → ours, so that a picture is as large as the slide allows."""
PLACE = '<a:off x="457200" y="{}"/><a:ext cx="8229600" cy="{}"/>'
Parts = dict[str, bytes]


def make_office(
    markdown: str, form: str, language: str, variables: Mapping[str, str], pictures: Mapping[str, Path], folder: Path
) -> bytes:
    """A `docx` or `pptx` from the same Markdown; pictures are found by their figure's name.

    Raises PublicationError with Pandoc's message.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reference, target = folder / f"reference.{form}", folder / f"made.{form}"
    reference.write_bytes(reference_document(form, language, variables))
    options = ["-t", form, "--reference-doc", str(reference), "-o", str(target), f"--metadata=lang:{LOCALES[language]}"]
    options += [f"--metadata={name}:{variables[name]}" for name in ("title", "subtitle")]
    if form == "pptx":
        options.append("--slide-level=1")
    run_pandoc(with_pictures(markdown, pictures, folder), form, language, options, folder)
    return finish_office(target.read_bytes(), form, language)


def with_pictures(markdown: str, pictures: Mapping[str, Path], folder: Path) -> str:
    """Figures refer to their pictures, laid beside the document; one that could not be drawn is said in words."""

    def place(found: re.Match[str]) -> str:
        name = found[1]
        if name in pictures:
            (folder / "figures").mkdir(exist_ok=True)
            (folder / "figures" / f"{name}.png").write_bytes(pictures[name].read_bytes())
        return f"(figures/{name}.png)"

    return re.sub(r"\(figures/([\w-]+)\.svg\)", place, markdown)


def to_pngs(drawn: Mapping[str, Path], cache: Path, folder: Path) -> dict[str, Path]:
    """PNG twins of SVG figures by name, from the cache or set by Typst: the same pictures as in the PDF."""
    import typst

    made = {}
    for name, svg in sorted(drawn.items()):
        made[name] = cache / f"{svg.stem}.png"
        if not made[name].exists():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "figure.svg").write_bytes(svg.read_bytes())
            (folder / "figure.typ").write_text(
                '#set page(width: auto, height: auto, margin: 0pt)\n#image("figure.svg")', "utf-8"
            )
            picture = typst.compile(str(folder / "figure.typ"), root=str(folder), format="png", ppi=DPI)
            made[name].write_bytes(bytes(picture))
    return made


def reference_document(form: str, language: str, variables: Mapping[str, str]) -> bytes:
    """Pandoc's own reference document in our styles, with header, footer and the marks of made-up or unsigned data."""
    plain = default_file(f"reference.{form}")
    change = {"docx": word_reference, "pptx": slide_reference}[form]
    return _rewrite(plain, lambda parts: change(parts, language, variables))


def word_reference(parts: Parts, language: str, variables: Mapping[str, str]) -> None:
    """Styles, A4, header and footer for Word."""
    fragment = template("word-styles.xml")
    styles = parts["word/styles.xml"].decode()
    for found in re.finditer(r'<w:style [^>]*w:styleId="(\w+)".*?</w:style>', fragment, re.DOTALL):
        styles = re.sub(rf'<w:style [^>]*?w:styleId="{found[1]}".*?</w:style>', "", styles, flags=re.DOTALL)
    inner = re.sub(r"</?styles[^>]*>", "", fragment.split("-->", 1)[1])
    styles = styles.replace("</w:styles>", f"{inner}</w:styles>")
    styles = re.sub(r"<w:lang [^>]*/>", f'<w:lang w:val="{LOCALES[language]}"/>', styles, count=1)
    parts["word/styles.xml"] = styles.encode()
    parts["word/header1.xml"] = _filled("word-header.xml", variables).encode()
    parts["word/footer1.xml"] = _filled("word-footer.xml", variables).encode()
    _insert(parts, "[Content_Types].xml", "</Types>", template("word-types.xml"))
    _insert(parts, "word/_rels/document.xml.rels", "</Relationships>", template("word-rels.xml"))
    body = re.sub(
        r"<w:sectPr>.*?</w:sectPr>", template("word-section.xml"), parts["word/document.xml"].decode(), flags=re.S
    )
    parts["word/document.xml"] = body.encode()


def slide_reference(parts: Parts, language: str, variables: Mapping[str, str]) -> None:
    """Title and text in our type and colour, the marks on the master, so that no slide can lose them."""
    master = parts["ppt/slideMasters/slideMaster1.xml"].decode()
    master = re.sub(r'(<p:titleStyle><a:lvl1pPr algn=)"ctr"', r'\1"l"', master)
    title = '<a:defRPr {} kern="1200"><a:solidFill><a:schemeClr val="{}"/>'
    master = master.replace(title.format('sz="3300"', "tx1"), title.format('sz="2200" b="1"', "accent1"))
    for level, (old, new) in enumerate(((2400, 2000), (2100, 1800), (1800, 1600)), start=1):
        master = re.sub(rf'(<a:lvl{level}pPr(?:(?!</a:lvl{level}pPr>).)*?)sz="{old}"', rf'\1sz="{new}"', master)
    for theirs, ours in ROOMIER.items():
        master = master.replace(PLACE.format(*theirs), PLACE.format(*ours))
    marks = [name for name in ("synthetic", "draft") if name in variables]
    shapes = "".join(_mark(variables[f"{name}-mark"], 90 + i, LOCALES[language]) for i, name in enumerate(marks))
    master = master.replace("</p:spTree>", f"{shapes}</p:spTree>", 1)
    parts["ppt/slideMasters/slideMaster1.xml"] = master.encode()
    first = parts["ppt/slideLayouts/slideLayout1.xml"].decode()
    first = first.replace('algn="ctr"', 'algn="l"').replace(
        '<a:off x="1371600" y="2914650"/>', '<a:off x="685800" y="2914650"/>'
    )
    first = first.replace(
        "<a:lstStyle/>", '<a:lstStyle><a:lvl1pPr algn="l"><a:defRPr sz="3600"/></a:lvl1pPr></a:lstStyle>', 1
    )
    parts["ppt/slideLayouts/slideLayout1.xml"] = first.encode()
    theme = parts["ppt/theme/theme1.xml"].decode()
    parts["ppt/theme/theme1.xml"] = re.sub(r'(<a:accent1><a:srgbClr val=)"\w+"', r'\1"0B4F8A"', theme).encode()


def finish_office(content: bytes, form: str, language: str) -> bytes:
    """The finished file: every run of a slide says its language, every picture keeps its words, dates are steady."""

    def change(parts: Parts) -> None:
        for name in parts:
            if name == "word/document.xml":
                parts[name] = finish_word(parts[name].decode()).encode()
            if form == "pptx" and re.fullmatch(r"ppt/(slides|notesSlides)/\w+\.xml", name):
                slide = parts[name].decode()
                slide = re.sub(r"<a:rPr(?![^>]*\blang=)", f'<a:rPr lang="{LOCALES[language]}"', slide)
                slide = re.sub(r'\s*figures/[\w-]+\.png"', '"', slide)  # the words of a picture, without its file
                parts[name] = slide.encode()

    return _rewrite(content, change)


def _rewrite(content: bytes, change: Callable[[Parts], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():  # [Content_Types].xml stays first
            archive.writestr(zipfile.ZipInfo(name, SINCE), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _filled(name: str, variables: Mapping[str, str]) -> str:
    """A part with its words; the lines of marks that do not apply fall away."""
    page = template(name)
    for mark in ("synthetic", "draft"):
        if mark not in variables:
            page = re.sub(rf"<!--{mark}-->.*?<!--/{mark}-->", "", page, flags=re.DOTALL)
    return re.sub(r"\$([\w-]+)\$", lambda found: xml(variables[found[1]]), page)


def _insert(parts: Parts, name: str, before: str, content: str) -> None:
    parts[name] = parts[name].decode().replace(before, content.strip() + before).encode()


def _mark(words: str, number: int, locale: str) -> str:
    top = 4767263 - (number - 90) * 280000
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="Mark {number}"/><p:cNvSpPr txBox="1"/><p:nvPr userDrawn="1"/>'
        f'</p:nvSpPr><p:spPr><a:xfrm><a:off x="457200" y="{top}"/><a:ext cx="2900000" cy="270000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:ln w="19050"><a:solidFill><a:srgbClr val="8A2300"/>'
        '</a:solidFill></a:ln></p:spPr><p:txBody><a:bodyPr wrap="square" tIns="0" bIns="0" anchor="ctr"/><a:lstStyle/>'
        f'<a:p><a:pPr algn="ctr"/><a:r><a:rPr lang="{locale}" sz="1100" b="1"><a:solidFill><a:srgbClr val="8A2300"/>'
        f"</a:solidFill></a:rPr><a:t>{xml(words)}</a:t></a:r></a:p></p:txBody></p:sp>"
    )
