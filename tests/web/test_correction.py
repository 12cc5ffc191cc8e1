"""The correction plan on its page: what was typed is kept whole, or refused with a word."""

import re
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from app.models.correction import CorrectionPlan
from app.store.session import transaction
from tests.guards.correction_examples import A_PLAN
from tests.web.browsing import a_visitor
from tests.web.office import a_person, an_office_at_nine


@pytest.mark.parametrize(("lines", "longest"), [(30, 500), (31, 5), (1, 501)])
def test_measures_are_kept_whole_or_refused_and_never_cut(undone: Engine, app: Flask, lines: int, longest: int) -> None:
    with transaction(undone) as tx:
        office = an_office_at_nine(tx)
        person = a_person(tx, office)
    typed = [f"{n:03}".ljust(longest, "访") for n in range(lines)]
    form = {**A_PLAN, "id": str(uuid4()), "measures": "\r\n".join(typed)}
    answer = a_visitor(app, office.officer).post(f"/subjects/{person}/plan", form)
    with transaction(undone) as tx:
        kept = tx.execute(select(CorrectionPlan.measures)).scalars().all()
    if (lines, longest) == (30, 500):
        assert (answer.status_code, kept) == (303, [typed])
    else:
        page = answer.get_data(as_text=True)
        assert (answer.status_code, kept) == (422, [])
        assert "措施最多 30 条" in page
        assert re.search(typed[-1], page), "what was typed stays"
