"""The one door to python-docx: a paper as a file that every office suite opens, with its Chinese fonts named."""

from collections.abc import Mapping
from io import BytesIO

from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt
from docx.text.paragraph import Paragraph

from app.rules.wording.papers import LATIN_FONT, TEXT_FONT, TITLE_FONT, Paper, PaperKind
from app.rules.wording.record_papers import ADDED, RecordPaper, Signature, printable

A4, MARGIN = (Mm(210), Mm(297)), Mm(25)
PEN = (Mm(60), Pt(42))
"""Room for a signature, width and height at most."""
COLUMNS = (Mm(45), Mm(115))
"""How wide what is told and what it says are."""

MIMETYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def render(paper: Paper) -> bytes:
    """The paper as a docx file. Its properties name no author and no person."""
    document = _begun()
    _line(document, paper.title, TITLE_FONT, 22, WD_ALIGN_PARAGRAPH.CENTER)
    if paper.to:
        _line(document, paper.to, TEXT_FONT, 16)
    for text in paper.paragraphs:
        _line(document, text, TEXT_FONT, 16, indent=True)
    if paper.rows:
        _table(document, paper)
    _line(document, paper.signed, TEXT_FONT, 16, WD_ALIGN_PARAGRAPH.RIGHT)
    _line(document, paper.day, TEXT_FONT, 16, WD_ALIGN_PARAGRAPH.RIGHT)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _begun() -> Docx:
    """An empty file for A4, whose pages count themselves. Its properties name nobody."""
    document = Document()
    document.core_properties.author = ""
    document.core_properties.title = ""
    document.core_properties.comments = ""
    for tongue in document.styles.element.iter(qn("w:lang")):
        tongue.set(qn("w:eastAsia"), "zh-CN")  # or a suite may take the signs of another country's fonts
    section = document.sections[0]
    section.page_width, section.page_height = A4
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for words, field in (("第 ", "PAGE"), (" 页,共 ", "NUMPAGES"), (" 页", "")):
        _say(foot, words, TEXT_FONT, 9)
        if field:
            _count(foot, field)
    return document


def _count(paragraph: Paragraph, field: str) -> None:
    """A number that the office suite fills in: `PAGE`, `NUMPAGES`."""
    counted = OxmlElement("w:fldSimple")
    counted.set(qn("w:instr"), field)
    paragraph.runs[-1].element.addnext(counted)


def _line(
    document: Docx,
    text: str,
    font: str,
    size: int,
    alignment: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT,
    *,
    indent: bool = False,
) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = alignment
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * size)
    _say(paragraph, text, font, size)


def _table(document: Docx, paper: Paper) -> None:
    table = document.add_table(rows=1, cols=len(paper.head))
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, paper.head, strict=True):
        _say(cell.paragraphs[0], text, TEXT_FONT, 10)
    for row in paper.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _say(cell.paragraphs[0], text, TEXT_FONT, 10)


def _say(paragraph: Paragraph, text: str, font: str, size: int) -> None:
    """Chinese and Latin fonts are named apart: Word takes the one for signs by the attribute `eastAsia`.

    Signs that steer and show nothing come along where somebody pastes text; such a file cannot hold them.
    """
    run = paragraph.add_run(printable(text))
    run.font.name = LATIN_FONT
    run.font.size = Pt(size)
    run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def headers(kind: PaperKind) -> dict[str, str]:
    """How the file is handed out: by a name that tells the paper and nobody's name or number; kept by nobody."""
    return {"Content-Disposition": f'attachment; filename="search-{kind}.docx"', "Cache-Control": "no-store"}


def render_record(paper: RecordPaper, pictures: Mapping[str, bytes]) -> bytes:
    """A record as a docx file; `pictures` are signatures (PNG or JPEG) by whose they are."""
    document = _begun()
    _line(document, paper.title, TITLE_FONT, 22, WD_ALIGN_PARAGRAPH.CENTER)
    _rows(document, paper)
    for title, lines in paper.sections:
        _line(document, title, TITLE_FONT, 14)
        for text in lines:
            _line(document, text, TEXT_FONT, 14, indent=True)
    if paper.declaration:
        _line(document, paper.declaration, TEXT_FONT, 14)
    for one in paper.signatures:
        _signature(document, one, pictures.get(one.whose))
    if paper.added:
        _line(document, ADDED, TITLE_FONT, 14)
        for text in paper.added:
            _line(document, text, TEXT_FONT, 14, indent=True)
    _line(document, paper.foot, TEXT_FONT, 9)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _rows(document: Docx, paper: RecordPaper) -> None:
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, COLUMNS, strict=True):
        column.width = width
    for row in paper.rows:
        for cell, text, width in zip(table.add_row().cells, row, COLUMNS, strict=True):
            cell.width = width
            _say(cell.paragraphs[0], text, TEXT_FONT, 14)


def _signature(document: Docx, one: Signature, picture: bytes | None) -> None:
    paragraph = document.add_paragraph()
    _say(paragraph, f"{one.label}:", TEXT_FONT, 14)
    if picture:
        shown = paragraph.add_run().add_picture(BytesIO(picture), height=PEN[1])
        if shown.width > PEN[0]:
            shown.width, shown.height = PEN[0], Emu(shown.height * PEN[0] // shown.width)
    else:
        _say(paragraph, one.said, TEXT_FONT, 14)
    _say(paragraph, "    ____年__月__日", TEXT_FONT, 14)


def named(name: str) -> dict[str, str]:
    """How a file is handed out: by a name that tells nobody's name or number; kept by nobody."""
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
