"""Changes that must be refused: malformed patches, and patches that would break the record."""

import json
from typing import Any

import pytest

from tests.conftest import Service
from tests.tmf.bodies import PATHS, Document, made, place
from tests.tmf.wire import JSON, MERGE, OPERATIONS, SECRET, Case, refused

INDIVIDUAL = f"{PATHS['individual']}/{{id}}"


@pytest.fixture(scope="module")
async def existing(shared: Service) -> Document:
    """A record that is there before and after."""
    return await made(shared, "individual", middleName=SECRET, nickname=["Ada", SECRET])


def steps(
    name: str,
    operations: Any,
    path: str | None = None,
    status: int = 400,
    code: str = "invalidPatch",
) -> Case:
    """A JSON Patch that must be refused."""
    body = operations if isinstance(operations, bytes) else json.dumps(operations).encode()
    return Case(name, status, code, "PATCH", INDIVIDUAL, body, path, OPERATIONS)


def step(op: Any, path: Any, **more: Any) -> list[dict[str, Any]]:
    """A JSON Patch of one operation."""
    return [{"op": op, "path": path, **more}]


GROW = step("copy", "/nickname/0", **{"from": ""})
BIG = step("add", "/x", value=[0] * 200_000)
AGAIN = step("copy", "/y", **{"from": "/x"})
NEST = [*step("add", "/x", value={"y": 1}), *step("copy", "/x/y", **{"from": ""}) * 400]
DEEP = json.loads('{"x":' * 40 + "{}" + "}" * 40)
ADDED = [part for number in range(4) for part in step("add", "/x" * (41 * number + 1), value=DEEP)]
OPERATED = [
    steps("no JSON", b"[", code="malformedJson"),
    steps("an object", {"op": "add"}),
    steps("a text", "add"),
    steps("null", None),
    steps("a list of texts", ["add"]),
    steps("a list of numbers", [1]),
    steps("a list of nulls", [None]),
    steps("a list of lists", [[]]),
    steps("an empty operation", [{}]),
    steps("no op", [{"path": "/title"}]),
    steps("no path", [{"op": "remove"}]),
    steps("no value", step("add", "/title")),
    steps("no from", step("move", "/title")),
    steps("an unknown op", step("increment", "/title", value=1)),
    steps("an op that is a number", step(5, "/title", value=1)),
    steps("a path that is a number", step("remove", 5)),
    steps("a path that is null", step("remove", None)),
    steps("a path that is a list", step("remove", ["title"])),
    steps("a from that is a number", step("copy", "/x", **{"from": 5})),
    steps("a path without slash", step("add", "title", value=1), "title"),
    steps("a path with a bad escape", step("add", "/ti~2tle", value=1), "/ti~2tle"),
    steps("removing what is not there", step("remove", "/nothing"), "/nothing"),
    steps("replacing what is not there", step("replace", "/nothing", value=1), "/nothing"),
    steps("adding below what is not there", step("add", "/a/b", value=1), "/a/b"),
    steps("adding below a text", step("add", "/title/b", value=1), "/title/b"),
    steps("moving what is not there", step("move", "/x", **{"from": "/nothing"}), "/x"),
    steps(
        "moving into itself", step("move", "/nickname/0", **{"from": "/nickname"}), "/nickname/0"
    ),
    steps("copying what is not there", step("copy", "/x", **{"from": "/no"}), "/x"),
    steps("beyond the list", step("add", "/nickname/9", value=1), "/nickname/9"),
    steps("before the list", step("add", "/nickname/-1", value=1), "/nickname/-1"),
    steps("a position that is no number", step("add", "/nickname/a", value=1), "/nickname/a"),
    steps("removing past the end", step("remove", "/nickname/-"), "/nickname/-"),
    steps("removing everything", step("remove", "")),
    steps("replacing everything by a text", step("replace", "", value="x")),
    steps("a test that fails", step("test", "/title", value="Dr"), "/title", 409, "conflict"),
    steps("a test of nothing", step("test", "/nothing", value=None), "/nothing", 409, "conflict"),
    steps(
        "a good step before a test that fails",
        [*step("replace", "/title", value="Dr"), *step("test", "/gender", value="x")],
        "/gender",
        409,
        "conflict",
    ),
    steps("removing the id", step("remove", "/id"), "id", code="immutableAttribute"),
    steps("another id", step("replace", "/id", value="x"), "id", code="immutableAttribute"),
    steps("removing the address", step("remove", "/href"), "href", code="immutableAttribute"),
    steps(
        "another address", step("replace", "/href", value="x"), "href", code="immutableAttribute"
    ),
    steps("another type", step("replace", "/@type", value="X"), "@type", code="immutableAttribute"),
    steps(
        "a base type", step("add", "/@baseType", value="X"), "@baseType", code="immutableAttribute"
    ),
    steps(
        "removing a mandatory attribute",
        step("remove", "/familyName"),
        "familyName",
        code="missingAttribute",
    ),
    steps("a wrong type", step("replace", "/title", value=[1]), "title", code="invalidDocument"),
    steps(
        "a wrong type deep inside",
        step("replace", "/contactMedium/0/preferred", value="yes"),
        "contactMedium[0].preferred",
        code="invalidDocument",
    ),
    steps("1,001 operations", step("test", "/title", value="Countess") * 1001),
    steps("a copy treadmill", BIG + AGAIN * 500, status=413, code="tooLarge"),
    steps("a copy bomb", GROW * 60, status=413, code="tooLarge"),
    steps("a nest of copies", NEST, code="malformedJson"),
    steps("a nest of additions", ADDED, code="malformedJson"),
]


def merge(
    name: str, patch: Any, path: str | None = None, code: str = "invalidDocument", status: int = 400
) -> Case:
    """A merge patch that must be refused."""
    body = patch if isinstance(patch, bytes) else json.dumps(patch).encode()
    return Case(name, status, code, "PATCH", INDIVIDUAL, body, path, MERGE)


MERGED = [
    merge("no body", b"", code="malformedJson"),
    merge("no JSON", b"{", code="malformedJson"),
    merge("a list", [], code="invalidPatch"),
    merge("a text", "x", code="invalidPatch"),
    merge("null", None, code="invalidPatch"),
    merge("operations", step("remove", "/title"), code="invalidPatch"),
    merge("no mandatory attribute", {"givenName": None}, "givenName", "missingAttribute"),
    merge("a wrong type", {"givenName": 5}, "givenName"),
    merge("an object for a text", {"title": {"a": 1}}, "title"),
    merge("a text for a list", {"contactMedium": SECRET}, "contactMedium"),
    merge("an unknown choice", {"status": SECRET}, "status"),
    merge("another id", {"id": "x"}, "id", "immutableAttribute"),
    merge("no id", {"id": None}, "id", "immutableAttribute"),
    merge("another address", {"href": "https://elsewhere"}, "href", "immutableAttribute"),
    merge("no address", {"href": None}, "href", "immutableAttribute"),
    merge("another type", {"@type": "Organization"}, "@type", "immutableAttribute"),
    merge("no type", {"@type": None}, "@type", "immutableAttribute"),
    merge("a base type", {"@baseType": "Party"}, "@baseType", "immutableAttribute"),
    merge("a schema", {"@schemaLocation": "x"}, "@schemaLocation", "immutableAttribute"),
    merge("NUL", b'{"title":"\\u0000"}', code="malformedJson"),
    merge("too deep", b'{"x":' * 200 + b"1" + b"}" * 200, code="malformedJson"),
    merge("too large", b" " * 1_048_577, code="tooLarge", status=413),
]


def tagged(name: str, tag: str, status: int, code: str, path: str | None) -> list[Case]:
    """A change and a removal at a revision."""
    given = {**JSON, "If-Match": tag}
    return [
        Case(f"{name}, PATCH", status, code, "PATCH", INDIVIDUAL, b'{"title":"x"}', path, given),
        Case(f"{name}, DELETE", status, code, "DELETE", INDIVIDUAL, b"", path, given),
    ]


REVISIONS = [
    *tagged("stale", '"2"', 412, "preconditionFailed", None),
    *tagged("of nothing", '"0"', 412, "preconditionFailed", None),
    *tagged("weak and stale", 'W/"9"', 412, "preconditionFailed", None),
    *tagged("the largest", '"' + "9" * 18 + '"', 412, "preconditionFailed", None),
    *tagged("too large", '"' + "9" * 19 + '"', 400, "invalid", "If-Match"),
    *tagged("no number", '"abc"', 400, "invalid", "If-Match"),
    *tagged("negative", '"-1"', 400, "invalid", "If-Match"),
    *tagged("several", '"1", "2"', 400, "invalid", "If-Match"),
    *tagged("no quotes but words", "first", 400, "invalid", "If-Match"),
    *tagged("other digits", '"¹"', 400, "invalid", "If-Match"),
    *tagged("half a tag", '1"1', 400, "invalid", "If-Match"),
]
CASES = [*OPERATED, *MERGED, *REVISIONS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_change_is_refused(shared: Service, existing: Document, case: Case) -> None:
    await refused(shared, existing, case)


async def test_a_record_cannot_grow_without_end(shared: Service) -> None:
    document = await made(shared, "individual")
    there = place("individual", document)
    statuses = []
    for number in range(6):
        answer = await shared.client.patch(there, json={f"extra{number}": "x" * 900_000})
        statuses.append(answer.status_code)
    assert statuses == [200, 200, 200, 200, 413, 413]
    assert answer.json()["code"] == "tooLarge"
    assert (await shared.client.head(there)).headers["etag"] == '"5"'
