from uuid import UUID

import pytest

from app.rules.errors import Refused
from app.rules.facts import OfficeLevel
from app.rules.offices import Site, path_under

P, CI, CO, J = OfficeLevel.PROVINCE, OfficeLevel.CITY, OfficeLevel.COUNTY, OfficeLevel.JUSTICE_OFFICE
NOBODY = UUID(int=0)


def site(level: OfficeLevel, code: str, path: str | None = None) -> Site:
    return Site(NOBODY, code, level, path or code)


ZHEJIANG, QUZHOU, JIANGSHAN = site(P, "330000"), site(CI, "330800", "330000.330800"), site(CO, "330881", "a.330881")
BEIJING, BEIJING_CITY, GUANGDONG, HUBEI = site(P, "110000"), site(CI, "110100"), site(P, "440000"), site(P, "420000")


@pytest.mark.parametrize(
    ("parent", "level", "code", "path"),
    [
        (None, P, "330000", "330000"),
        (ZHEJIANG, CI, "330800", "330000.330800"),
        (QUZHOU, CO, "330881", "330000.330800.330881"),
        (JIANGSHAN, J, "shuangta-01", "a.330881.shuangta-01"),
        (JIANGSHAN, J, "330881001", "a.330881.330881001"),
        (BEIJING, CO, "110101", "110000.110101"),  # a municipality's district, directly
        (BEIJING, CI, "110100", "110000.110100"),  # or under the city of the code tables
        (BEIJING_CITY, CO, "110101", "110100.110101"),
        (HUBEI, CO, "429004", "420000.429004"),  # governed by its province directly
        (GUANGDONG, CO, "441900", "440000.441900"),  # a city without counties acts as one
    ],
)
def test_an_office_stands_under_its_parent(parent: Site | None, level: OfficeLevel, code: str, path: str) -> None:
    assert path_under(parent, level, code) == path


@pytest.mark.parametrize(
    ("parent", "level", "code", "reason"),
    [
        (None, CI, "330800", "office_parent_unfit"),
        (None, J, "a", "office_parent_unfit"),
        (ZHEJIANG, P, "340000", "office_parent_unfit"),
        (ZHEJIANG, J, "a", "office_parent_unfit"),
        (QUZHOU, CI, "330800", "office_parent_unfit"),
        (QUZHOU, J, "a", "office_parent_unfit"),
        (site(J, "a"), J, "b", "office_parent_unfit"),
        (None, P, "330100", "adcode_unfit"),
        (None, P, "33", "adcode_unfit"),
        (None, P, "030000", "adcode_unfit"),
        (ZHEJIANG, CI, "330000", "adcode_unfit"),
        (ZHEJIANG, CI, "330881", "adcode_unfit"),
        (QUZHOU, CO, "330800", "adcode_unfit"),
        (QUZHOU, CO, "33088１", "adcode_unfit"),  # a full-width digit is no digit of a code
        (ZHEJIANG, CO, "330000", "adcode_unfit"),
        (ZHEJIANG, CI, "340800", "adcode_of_another"),
        (QUZHOU, CO, "330781", "adcode_of_another"),
        (BEIJING, CO, "120101", "adcode_of_another"),
        (JIANGSHAN, J, "", "office_code_unfit"),
        (JIANGSHAN, J, "a.b", "office_code_unfit"),  # a dot would break the path
        (JIANGSHAN, J, "a_b", "office_code_unfit"),  # and these two are wild in LIKE
        (JIANGSHAN, J, "a%", "office_code_unfit"),
        (JIANGSHAN, J, "x" * 33, "office_code_unfit"),
    ],
)
def test_an_office_that_does_not_fit_is_refused(
    parent: Site | None, level: OfficeLevel, code: str, reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        path_under(parent, level, code)
    assert refused.value.code == reason
