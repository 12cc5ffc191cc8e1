"""A talk and a visit as their papers are filled, and a signature as a canvas draws it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from uuid import NAMESPACE_URL, uuid5

from PIL import Image, ImageDraw

from app.rules.effects.records import Details, Finding, Line, Mood, Risk, Signed, Signing, Speaker
from app.rules.facts import DutyKind
from app.rules.wording.record_papers import Added, Written

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def a_talk(**changes: object) -> Written:
    """With two lines of each, both signatures on the screen, and one addition."""
    details = Details(
        mood=Mood.UNEASY,
        risk=Risk.WATCH,
        lines=(
            Line(Speaker.ASKED, "最近在做什么工作?"),
            Line(Speaker.ANSWERED, "在贺村的木业厂上班,早八点到晚五点。"),
        ),
        signing=Signing(Signed.ON_SCREEN, Signed.ON_SCREEN),
        follow_up="到工厂核实",
        follow_up_on=date(2026, 3, 9),
        place_name="双塔司法所谈话室",
    )
    made = Written(
        id=uuid5(NAMESPACE_URL, "test:paper"),
        kind=DutyKind.TALK,
        name="阿卜杜勒热合曼·买买提",
        subject_no="330881-2026-0007",
        sex="male",
        born=date(1990, 2, 28),
        category="缓刑",
        office="双塔司法所",
        officer="徐敏",
        happened_at=AT,
        ended_at=AT + timedelta(minutes=40),
        written_at=AT + timedelta(minutes=45),
        items=(("谈1", "入矫必谈"),),
        met="本人",
        note="态度配合。",
        details=details,
        added=(Added(AT + timedelta(days=1), "徐敏", "厂里证实在职。", "当时还没有核实"),),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def a_visit_paper(**changes: object) -> Written:
    details = Details(findings=(Finding("访1", "与母亲同住,住处整洁", ("place",)),))
    made = a_talk(kind=DutyKind.VISIT, items=(("访1", "走访家庭"),), details=details, added=())
    return replace(made, **changes)  # type: ignore[arg-type]


def a_signature(bend: int = 30) -> bytes:
    """PNG of some strokes."""
    image = Image.new("RGB", (600, 200), "white")
    ImageDraw.Draw(image).line([(40, 160), (200, bend), (340, 150), (560, 60)], fill="black", width=6)
    content = BytesIO()
    image.save(content, "PNG")
    return content.getvalue()
