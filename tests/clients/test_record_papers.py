"""Records on paper, read back: the PDF holds its text and its font, the docx its lines, both the signatures."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from PIL import Image
from pypdf import PdfReader

from app.clients import papers, pdf_papers
from app.rules.effects.records import Line, Signed, Signing, Speaker
from app.rules.errors import Unavailable
from app.rules.facts import DutyKind
from app.rules.wording.record_papers import ADDED, READ_AND_TRUE, RecordPaper, Written, record_paper
from tests.builders.record_papers import AT, a_signature, a_talk, a_visit_paper

PICTURES = {"subject": a_signature(), "officer": a_signature(90)}
SAID = (
    "谈话笔录",
    "双塔司法所谈话室",
    "阿卜杜勒热合曼·买买提",
    "1990年2月28日出生",
    "缓刑",
    "2026年3月2日 09:00 至 09:40",
)
LINES = ("问:最近在做什么工作?", "答:在贺村的木业厂上班,早八点到晚五点。", "到工厂核实(2026年3月9日前)", READ_AND_TRUE)


def paper(written: Written) -> RecordPaper:
    return record_paper(written, now=AT)


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\n", "")


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """By name: whether the file of the font is inside. Of the fonts that draw signs, page by page."""
    found: dict[str, bool] = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        resources: Any = page["/Resources"]
        for entry in resources["/Font"].values():
            font = entry.get_object()
            descriptor = font.get("/FontDescriptor")
            found[str(font["/BaseFont"])] = descriptor is not None and "/FontFile2" in descriptor.get_object()
    return found


def test_a_pdf_says_what_was_said_and_carries_its_font() -> None:
    pdf = pdf_papers.render(paper(a_talk()), PICTURES)
    told = text_of(pdf)
    assert [line for line in (*SAID, *LINES) if line.replace(" ", "") not in told.replace(" ", "")] == []
    embedded = {name for name, inside in fonts_of(pdf).items() if inside}
    assert any("BabelStone" in name for name in embedded)
    assert sum(len(page.images) for page in PdfReader(BytesIO(pdf)).pages) == 2
    assert len(pdf) < 100_000


def test_every_sign_is_drawn_with_the_font_inside() -> None:
    """reportlab names Helvetica on every page by itself; nothing is drawn with it."""
    pdf = pdf_papers.render(paper(a_talk()), {})
    page: Any = PdfReader(BytesIO(pdf)).pages[0]
    named = {name: font.get_object()["/BaseFont"] for name, font in page["/Resources"]["/Font"].items()}
    drawn, chosen = set(), ""
    for word in page.get_contents().get_data().decode("latin-1").split():
        if word in named:
            chosen = named[word]
        elif word == "Tj":
            drawn.add(chosen)
    assert drawn
    assert drawn <= {name for name, inside in fonts_of(pdf).items() if inside}


def test_pages_are_numbered_and_no_person_is_in_the_properties() -> None:
    long = a_talk(note="\n".join(["家中见到本人,情绪平稳。"] * 120))
    reader = PdfReader(BytesIO(pdf_papers.render(paper(long), {})))
    assert len(reader.pages) > 2
    assert f"第 2 页,共 {len(reader.pages)} 页".replace(" ", "") in reader.pages[1].extract_text().replace(" ", "")
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("谈话笔录", "")


def test_markup_in_what_was_written_is_text() -> None:
    written = a_talk(note='<font color="red">红</font> & <b>')
    assert '<fontcolor="red">红</font>&<b>' in text_of(pdf_papers.render(paper(written), {})).replace(" ", "")


@pytest.mark.parametrize("name", ["王𫍯", "李㛃", "赵㛹𬱖", "阿不都·𠅤"])
def test_rare_names_are_printed(name: str) -> None:
    """None is a square; programs that read the file are told a wrong number for signs beyond the first plane."""
    told = text_of(pdf_papers.render(paper(a_talk(name=name)), {}))
    assert (name[0] in told, "□" in told, "字库中没有" in told) == (True, False, False)


def test_a_sign_that_the_font_does_not_have_is_told() -> None:
    """Nor one that each font is free to fill as it likes: another font's sign would be another name."""
    told = text_of(pdf_papers.render(paper(a_talk(name="王\u0915\ue000")), {}))
    assert "王□□" in told
    assert "2个字" in told.replace(" ", "")


def test_what_nobody_sees_is_left_out_of_both() -> None:
    """Controls that no XML holds, marks of direction, the choice of a variant: none is a square, none breaks a file."""
    written = paper(a_talk(name="葛\U000e0100\ufe0f", note="前\x08后\x07\ufffe\u200b完"))
    told = text_of(pdf_papers.render(written, {}))
    document = Document(BytesIO(papers.render_record(written, {})))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert ("□" in told, "前后完" in told, "前后完" in lines) == (False, True, True)


def test_whoever_signed_has_not_signed_what_was_added_later() -> None:
    told = text_of(pdf_papers.render(paper(a_talk()), {}))
    assert told.index("被谈话人签名") < told.index(ADDED) < told.index("厂里证实在职")
    document = Document(BytesIO(papers.render_record(paper(a_talk()), {})))
    lines = [paragraph.text for paragraph in document.paragraphs]
    (signed,) = (place for place, line in enumerate(lines) if line.startswith("谈话人签名"))
    assert signed < lines.index(ADDED)


def test_whoever_did_not_sign_has_not_said_that_it_is_true() -> None:
    refused = replace(a_talk().details, signing=Signing(Signed.REFUSED, Signed.ON_SCREEN, "不愿签名"))
    sheet = paper(a_talk(details=refused))
    assert (sheet.declaration, sheet.signatures[0].said) == ("", "(没有签名,原因:不愿签名)")


def test_the_longest_of_everything_is_printed_whole() -> None:
    most = replace(
        a_talk().details,
        lines=(Line(Speaker.ANSWERED, "长" * 9_990 + "末尾一"),),
        signing=Signing(Signed.REFUSED, None, "不" * 495 + "末尾二"),
        place_name="远" * 195 + "末尾三",
    )
    longest = a_talk(details=most, note="好" * 3_990 + "末尾四", met="人" * 195 + "末尾五")
    told = text_of(pdf_papers.render(paper(longest), {}))
    assert [end for end in ("末尾一", "末尾二", "末尾三", "末尾四", "末尾五") if end not in told] == []


def test_without_the_font_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pdf_papers, "FONT_FILE", tmp_path / "none.ttc")
    pdf_papers._font.cache_clear()
    with pytest.raises(Unavailable) as told:
        pdf_papers.render(paper(a_talk()), {})
    assert told.value.code == "font_missing"
    pdf_papers._font.cache_clear()


def test_a_docx_says_the_same() -> None:
    document = Document(BytesIO(papers.render_record(paper(a_talk()), PICTURES)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    told = "\n".join([*cells, *(paragraph.text for paragraph in document.paragraphs)])
    assert [line for line in (*SAID, *LINES) if line not in told] == []
    assert len(document.inline_shapes) == 2
    assert document.core_properties.author == ""


@pytest.mark.parametrize("kind", [DutyKind.VISIT, DutyKind.VERIFICATION, DutyKind.REVIEW])
def test_other_records_ask_the_subject_to_sign_only_where_somebody_did(kind: DutyKind) -> None:
    sheet = paper(a_visit_paper(kind=kind))
    assert (len(sheet.signatures), sheet.declaration) == (1, "")
    assert "走访家庭:与母亲同住,住处整洁" in dict(sheet.sections)["情况"]


def test_signs_that_show_nothing_spoil_no_paper() -> None:
    """They come along where somebody pastes from a table or an old document, and a record stays for ever."""
    spoilt = paper(a_talk(note="第一行\v第二\x01行\x1f\ufffe完"))
    docx = papers.render_record(spoilt, {})
    told = "\n".join(one.text for one in Document(BytesIO(docx)).paragraphs)
    assert "第一行\n第二行完" in told
    assert "第一行" in text_of(pdf_papers.render(spoilt, {}))


def test_a_docx_is_made_for_the_paper_that_offices_print_on() -> None:
    wide = BytesIO()
    Image.new("RGB", (800, 8), "white").save(wide, "PNG")
    document = Document(BytesIO(papers.render_record(paper(a_talk()), {"subject": wide.getvalue()})))
    (section,) = document.sections
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)  # type: ignore[union-attr]
    fields = [one.get(qn("w:instr")) for one in section.footer.paragraphs[0]._p.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    assert document.inline_shapes[0].width <= Mm(60)
