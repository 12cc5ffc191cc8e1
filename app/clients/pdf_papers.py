"""The one door to reportlab: a record as a PDF that carries its Chinese font with it, so that it prints alike anywhere.

The font is Debian's BabelStone Han, a Song face in the mainland's forms that has every sign a name may have by the
national standard; only the signs that a paper uses are put into it. What people wrote goes in as plain text:
reportlab's own markup is switched off by escaping.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import category
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from app.rules.errors import Unavailable
from app.rules.wording.record_papers import ADDED, RecordPaper, Signature, printable

MIMETYPE = "application/pdf"
FONT_FILE = Path("/usr/share/fonts/truetype/babelstone/BabelStoneHan.ttf")
FONT = "BabelStoneHan"
NO_SUCH_SIGN = "\N{WHITE SQUARE}"
MISSING_NOTE = "字库中没有的 {count} 个字以“□”代替,请改用 docx 版打印。"
MARGIN, LABEL_WIDTH = 25 * mm, 34 * mm
TEXT_WIDTH = A4[0] - 2 * MARGIN
PEN = (46 * mm, 13 * mm)
"""Room for a signature, width and height at most."""


def render(paper: RecordPaper, pictures: Mapping[str, bytes]) -> bytes:
    """The paper as a PDF; `pictures` are signatures by whose they are. Its properties name no person.

    Unavailable where the font is not installed. Signs that the font does not have are shown as squares and counted.
    """
    known = _font()
    missing: set[str] = set()
    content = BytesIO()
    document = SimpleDocTemplate(
        content, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=paper.title, author="", invariant=1,
    )  # fmt: skip
    document.build(list(_parts(paper, pictures, _Writer(known, missing))), canvasmaker=_numbered())
    return content.getvalue()


@cache
def _font() -> frozenset[int]:
    """The signs of the font, which is read once; not those of its own making, which mean something else elsewhere."""
    if not FONT_FILE.exists():
        raise Unavailable("font_missing")
    font = TTFont(FONT, str(FONT_FILE))
    pdfmetrics.registerFont(font)
    return frozenset(code for code in font.face.charToGlyph if category(chr(code)) != "Co")


class _Writer:
    """Makes paragraphs, and remembers which signs the font does not have."""

    def __init__(self, known: frozenset[int], missing: set[str]) -> None:
        self._known, self.missing = known, missing

    def line(self, text: str, size: float = 12, **style: Any) -> Paragraph:
        given = {"fontName": FONT, "fontSize": size, "leading": size * 1.7, "wordWrap": "CJK", **style}
        return Paragraph(escape(self.printable(text)), ParagraphStyle("line", **given))

    def printable(self, text: str) -> str:
        text = printable(text)
        self.missing.update(sign for sign in text if ord(sign) not in self._known and not sign.isspace())
        return "".join(sign if ord(sign) in self._known or sign.isspace() else NO_SUCH_SIGN for sign in text)


def _parts(paper: RecordPaper, pictures: Mapping[str, bytes], writer: _Writer) -> Iterator[Any]:
    yield writer.line(paper.title, 20, alignment=TA_CENTER, spaceAfter=6 * mm)
    yield _rows(paper, writer)
    for title, lines in paper.sections:
        yield writer.line(title, 13, spaceBefore=5 * mm, keepWithNext=1)
        for text in lines:
            yield writer.line(text, firstLineIndent=24)
    ends = [writer.line(paper.declaration, spaceBefore=6 * mm)] if paper.declaration else []
    ends += [_signature(one, pictures, writer) for one in paper.signatures]
    yield KeepTogether([Spacer(1, 6 * mm), *ends])
    if paper.added:
        yield writer.line(ADDED, 13, spaceBefore=8 * mm, keepWithNext=1)
        yield from (writer.line(text, firstLineIndent=24) for text in paper.added)
    yield writer.line(paper.foot, 9, spaceBefore=8 * mm)
    if writer.missing:
        yield writer.line(MISSING_NOTE.format(count=len(writer.missing)), 9)


def _rows(paper: RecordPaper, writer: _Writer) -> Table:
    rows = [[writer.line(label), writer.line(text)] for label, text in paper.rows]
    table = Table(rows, colWidths=[LABEL_WIDTH, TEXT_WIDTH - LABEL_WIDTH])
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "#444444"), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return table


def _signature(one: Signature, pictures: Mapping[str, bytes], writer: _Writer) -> Table:
    picture = pictures.get(one.whose)
    shown: Any = _picture(picture) if picture else writer.line(one.said)
    table = Table(
        [[writer.line(f"{one.label}:"), shown, writer.line("____年__月__日", 11)]],
        colWidths=[LABEL_WIDTH, TEXT_WIDTH - LABEL_WIDTH - 40 * mm, 40 * mm],
    )
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "BOTTOM")]))
    return table


def _picture(png: bytes) -> Image:
    width, height = ImageReader(BytesIO(png)).getSize()
    scale = min(PEN[0] / width, PEN[1] / height)
    return Image(BytesIO(png), width * scale, height * scale, hAlign="LEFT")


def _numbered() -> Any:
    """A canvas that writes `第 n 页,共 m 页` under each page, once it knows how many there are."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415  (its class is made where it is needed)

    class Numbered(Canvas):  # type: ignore[misc]  # reportlab ships no types
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._finished: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802  (reportlab's name)
            self._finished.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._finished, start=1):
                self.__dict__.update(page)
                self.setFont(FONT, 9)
                self.drawCentredString(A4[0] / 2, 12 * mm, f"第 {number} 页,共 {len(self._finished)} 页")
                super().showPage()
            super().save()

    return Numbered
