"""The reference that is checked in is the one that the code gives, and it is a good one."""

import json
import re
from typing import Any

import pytest

from app.main import api_reference
from tests.database import ROOT

FOLDER = ROOT / "mobile_api_docs"
METHODS = {"get", "post", "put", "patch", "delete"}
AUDIENCES = ["mobile", "office"]


@pytest.fixture(scope="module")
def reference() -> dict[str, str]:
    return api_reference()


def operations(audience: str) -> list[tuple[str, dict[str, Any]]]:
    document = json.loads((FOLDER / f"openapi-{audience}.json").read_text(encoding="utf-8"))
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_the_reference_is_up_to_date(reference: dict[str, str]) -> None:
    stale = [name for name, text in reference.items() if (FOLDER / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run ./scripts/zhifang export-openapi and commit what it wrote"


def test_the_reference_is_the_same_each_time(reference: dict[str, str]) -> None:
    assert api_reference() == reference


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_refusal_is_a_problem_document(audience: str) -> None:
    document = json.loads((FOLDER / f"openapi-{audience}.json").read_text(encoding="utf-8"))
    for name, answer in document["components"]["responses"].items():
        (kind, content), *others = answer["content"].items()
        assert (kind, content["schema"], others) == (
            "application/problem+json",
            {"$ref": "#/components/schemas/Problem"},
            [],
        ), name
    for name, operation in operations(audience):
        for status, answer in operation["responses"].items():
            assert ("$ref" in answer) == (status >= "400"), (name, status)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_operation_declares_what_its_shape_brings_with_it(audience: str) -> None:
    """What no test of a single route would miss: the refusals of log-in, id, body and database."""
    lacking = {
        name: missing
        for name, operation in operations(audience)
        if (missing := _brought(audience, name, operation) - operation["responses"].keys())
    }
    assert lacking == {}


def _brought(audience: str, name: str, operation: dict[str, Any]) -> set[str]:
    statuses = {"503"}
    if operation["security"]:
        statuses |= {"401", "403"} if audience == "office" else {"401"}
    if "{" in name:
        statuses.add("404")
    if "requestBody" in operation:
        statuses |= {"413", "415", "422"}
    if any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
        statuses.add("422")
    return statuses


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_call_that_creates_declares_its_repetition(audience: str) -> None:
    """A client-made id: 201 the first time, 200 again, 409 for another content. Tokens are no such thing."""
    document = json.loads((FOLDER / f"openapi-{audience}.json").read_text(encoding="utf-8"))
    for name, operation in operations(audience):
        reference = json.dumps(operation.get("requestBody", {}))
        if "201" not in operation["responses"] or name.endswith("/sessions"):
            continue
        (schema,) = re.findall(r"#/components/schemas/(\w+)", reference)
        assert {"id", "request_id"} & set(document["components"]["schemas"][schema]["properties"].keys()), name
        assert {"200", "409"} <= operation["responses"].keys(), name


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_operation_says_what_it_does_and_has_a_name_of_its_own(audience: str) -> None:
    found = operations(audience)
    assert [name for name, operation in found if not operation.get("summary")] == []
    assert len({operation["operationId"] for _, operation in found}) == len(found)


def test_only_log_ins_are_open_to_everybody() -> None:
    public = {name for audience in AUDIENCES for name, operation in operations(audience) if not operation["security"]}
    assert public == {f"POST /api/{audience}/v1/sessions{rest}" for audience in AUDIENCES for rest in ("", "/refresh")}
