"""The OpenAPI document says what is served, all of it and nothing else; the page tries it."""

import json
import re
from collections.abc import Mapping
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from customer_inventory.api.route import ROOT as API_ROOT
from customer_inventory.api.routes import ROUTES
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.tmf.door import resources
from customer_inventory.tmf.entry import LIKELY
from customer_inventory.web import failure
from tests.conftest import Service
from tests.tmf.bodies import BODIES, PATHS, WHOLE, Document, made, party, place
from tests.tmf.conftest import serving

INDIVIDUALS = PATHS["individual"]
STALE = {"If-Match": '"9"'}
OPERATIONS = {"Content-Type": "application/json-patch+json"}


@pytest.fixture(scope="module")
async def described(shared: Service) -> Document:
    """The document, as a stranger gets it."""
    answer = await shared.client.get("/openapi.json", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    document: Document = answer.json()
    return document


async def test_it_is_valid_openapi(described: Document) -> None:
    assert described["openapi"].startswith("3.0.")
    OpenAPIV30SpecValidator(described).validate()


async def test_it_says_what_is_served_and_nothing_else(
    shared: Service, described: Document
) -> None:
    # HEAD is GET without the body, and aliases lead to what is described.
    served = set()
    for resource in resources("").values():
        path = resource.location.decode()
        served |= {(path, method) for method in resource.collection if method != "HEAD"}
        served |= {(f"{path}/{{id}}", method) for method in resource.item if method != "HEAD"}
        served |= {(f"{path}/{{id}}/history", method) for method in resource.history} - {
            (f"{path}/{{id}}/history", "HEAD")
        }
    said = {
        (path, method.upper())
        for path, operations in described["paths"].items()
        for method in operations
        if method != "parameters"
    }
    served |= {(f"{API_ROOT}{route.path}", route.method) for route in ROUTES}
    for hub in shared.application.door.hubs.locations:
        path = hub.removeprefix(shared.base)
        served |= {(path, "GET"), (path, "POST")}
        served |= {(f"{path}/{{id}}", "GET"), (f"{path}/{{id}}", "DELETE")}
    for resource in shared.application.door.roles.resources.values():
        path = resource.location.removeprefix(shared.base)
        served |= {(path, "GET"), (f"{path}/{{id}}", "GET")}
        served |= {(path, "POST")} if resource.is_made else set()
    served |= {
        (route.path, "POST" if "POST" in route.methods else "GET")
        for route in shared.application.pages.routes
        if route.path.startswith(("/oauth2/", "/.well-known/"))
    }
    assert said == served
    assert described["servers"] == [{"url": shared.base}]


async def test_it_asks_for_a_token(described: Document) -> None:
    assert described["security"] == [{"token": []}]
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


async def test_operations_have_names_of_their_own(described: Document) -> None:
    names = [operation["operationId"] for operation in _operations(described)]
    assert len(names) == len(set(names))
    known = {tag["name"] for tag in described["tags"]}
    assert {tag for operation in _operations(described) for tag in operation["tags"]} <= known


async def test_every_status_of_a_failure_is_described(described: Document) -> None:
    statuses = {str(status) for status in failure.STATUS.values()} | {"414"}
    statuses.remove("405")  # what is not served has no operation that could say so
    said = {status for operation in _operations(described) for status in operation["responses"]}
    assert statuses <= said
    guarded = [operation for operation in _operations(described) if operation["tags"] != ["OAuth"]]
    assert len(guarded) == len(_operations(described)) - 5
    for operation in guarded:
        assert {"400", "401", "403", "414", "500", "503"} <= set(operation["responses"])


BODY = json.dumps(BODIES["individual"])
Asked = tuple[str, str, int, Mapping[str, Any]]
ANSWERS: list[Asked] = [
    ("GET", "", 200, {}),
    ("GET", "?limit=1", 206, {}),
    ("GET", "?fields=none", 200, {}),
    ("GET", "?limit=x", 400, {}),
    ("GET", "", 401, {"headers": {"Authorization": ""}}),
    ("GET", f"?x={'y' * 9000}", 414, {}),
    ("POST", "", 201, {"content": BODY}),
    ("POST", "?fields=title", 201, {"content": BODY}),
    ("POST", "", 400, {"content": "{}"}),
    ("POST", "", 401, {"content": BODY, "headers": {"Authorization": ""}}),
    ("POST", "", 413, {"content": " " * 1_048_577}),
    ("POST", "", 415, {"data": {"a": "b"}}),
    ("POST", f"?x={'y' * 9000}", 414, {"content": BODY}),
    ("GET", "/{id}", 200, {}),
    ("GET", "/{id}?fields=none", 200, {}),
    ("GET", "/{id}", 304, {"headers": {"If-None-Match": "*"}}),
    ("GET", "/{id}?x=y", 400, {}),
    ("GET", "/{id}", 401, {"headers": {"Authorization": ""}}),
    ("GET", "/unknown", 404, {}),
    ("PATCH", "/{id}", 200, {"json": {"title": "Dr"}}),
    ("PATCH", "/{id}", 400, {"json": {"title": 5}}),
    ("PATCH", "/{id}", 401, {"headers": {"Authorization": ""}}),
    ("PATCH", "/unknown", 404, {"json": {}}),
    (
        "PATCH",
        "/{id}",
        409,
        {"content": '[{"op":"test","path":"/title","value":0}]', "headers": OPERATIONS},
    ),
    ("PATCH", "/{id}", 412, {"json": {}, "headers": STALE}),
    ("PATCH", "/{id}", 413, {"content": " " * 1_048_577}),
    ("PATCH", "/{id}", 415, {"data": {"a": "b"}}),
    ("DELETE", "/{id}", 204, {}),
    ("DELETE", "/{id}", 400, {"headers": {"If-Match": "x"}}),
    ("DELETE", "/{id}", 401, {"headers": {"Authorization": ""}}),
    ("DELETE", "/unknown", 404, {}),
    ("DELETE", "/{id}", 412, {"headers": STALE}),
]


@pytest.mark.parametrize("asked", ANSWERS, ids=lambda asked: " ".join(map(str, asked[:3]))[:40])
async def test_an_answer_is_as_described(
    shared: Service, described: Document, asked: Asked
) -> None:
    method, suffix, status, options = asked
    document = await made(shared, "individual", extra=[1])
    target = f"{INDIVIDUALS}{suffix}".replace("{id}", document["id"])
    answer = await shared.client.request(method, target, **options)
    assert answer.status_code == status
    template = f"{INDIVIDUALS}/{{id}}" if suffix.startswith("/") else INDIVIDUALS
    responses = described["paths"][template][method.lower()]["responses"]
    _check(described, responses[str(status)], answer.text)
    # Who asks whether it is known already (X-Match) is told so; nobody else.
    for header in responses[str(status)].get("headers", {}).keys() - {LIKELY}:
        assert header in answer.headers


@pytest.mark.parametrize("kind", sorted(PATHS))
async def test_records_are_as_described(shared: Service, described: Document, kind: str) -> None:
    document = await made(shared, kind)
    entity = document["@type"]
    _validate(described, entity, document)
    _validate(described, f"{entity}_FVO", BODIES[kind])
    _validate(described, f"{entity}_MVO", {"description": "x"})
    if TYPES[kind].mandatory:
        with pytest.raises(jsonschema_rs.ValidationError):
            _validate(described, f"{entity}_FVO", {"@type": entity})
    read = await shared.client.get(place(kind, document))
    responses = described["paths"][f"{PATHS[kind]}/{{id}}"]["get"]["responses"]
    _check(described, responses["200"], read.text)


@pytest.mark.parametrize("kind", sorted(PATHS))
async def test_records_are_as_described_in_version_4(
    shared: Service, described: Document, kind: str
) -> None:
    document = await made(shared, kind)
    path = next(
        resource.location.decode()
        for path, resource in resources("").items()
        if resource.entry_type == kind and resource.shape.version == "v4"
    )
    older = (await shared.client.get(f"{path}/{document['id']}")).json()
    _validate(described, f"{document['@type']}_v4", older)
    again = {name: part for name, part in older.items() if name not in ("id", "href")}
    _validate(described, f"{document['@type']}_v4_FVO", again)
    made_again = await shared.client.post(path, json=again)
    assert made_again.status_code == 201
    assert {**made_again.json(), "id": 0, "href": 0} == {**older, "id": 0, "href": 0}


async def test_the_whole_customer_is_as_described(shared: Service, described: Document) -> None:
    person = await made(shared, "individual")
    customer = await made(shared, "customer", engagedParty=party(person["id"]))
    answer = await shared.client.get(f"{WHOLE}/{customer['id']}")
    responses = described["paths"][f"{WHOLE}/{{id}}"]["get"]["responses"]
    _check(described, responses["200"], answer.text)
    _validate(described, "Customer360", answer.json())


async def test_the_page_loads_what_it_needs_from_here(shared: Service) -> None:
    page = await shared.client.get("/docs", headers={"Authorization": ""})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert page.headers["x-content-type-options"] == "nosniff"

    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assets = [link for link in links if not link.startswith("data:")]
    assert len(assets) >= 4
    for link in assets:
        assert link.startswith("/"), link
        asset = await shared.client.get(link, headers={"Authorization": ""})
        assert asset.status_code == 200, link
        assert asset.content
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert not re.search(r"\son\w+=|\sstyle=", page.text)
    start = await shared.client.get("/docs/start.js")
    assert "/openapi.json" in start.text


async def test_the_page_can_be_switched_off(dsn: str, database: Database) -> None:
    async with serving(dsn, database, docs=False) as service:
        for path in ("/docs", "/openapi.json", "/docs/start.js"):
            assert (await service.client.get(path)).status_code == 404


async def test_a_smaller_page_size_is_described_and_kept(dsn: str, database: Database) -> None:
    async with serving(dsn, database, max_page=3) as service:
        for _ in range(4):
            await made(service, "individual")
        answer = await service.client.get(INDIVIDUALS)
        assert (answer.status_code, len(answer.json())) == (200, 3)
        assert (await service.client.get(f"{INDIVIDUALS}?limit=4")).status_code == 400
        described = (await service.client.get("/openapi.json")).json()
        parameters = described["paths"][INDIVIDUALS]["get"]["parameters"]
        limit = next(one["schema"] for one in parameters if one["name"] == "limit")
        assert (limit["maximum"], limit["default"]) == (3, 3)


def _operations(described: Document) -> list[Document]:
    return [
        operation
        for operations in described["paths"].values()
        for method, operation in operations.items()
        if method != "parameters"
    ]


def _check(described: Document, response: Document, text: str) -> None:
    content = response.get("content")
    if content is None:
        assert text == ""
        return
    _validator(described, content["application/json"]["schema"]).validate(json.loads(text))


def _validate(described: Document, name: str, document: Document) -> None:
    _validator(described, {"$ref": f"#/components/schemas/{name}"}).validate(document)


def _validator(described: Document, schema: Document) -> jsonschema_rs.Draft202012Validator:
    whole = {"allOf": [schema], "components": described["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
