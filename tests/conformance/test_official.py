"""Every API, version, resource and operation of the official documents, over the wire."""

from typing import Any, get_args

import httpx
import pytest

from customer_inventory.record.event.envelope import event_types
from customer_inventory.record.types import TYPES
from customer_inventory.store.where import Operator
from tests.conformance import exclusions
from tests.conformance.official import (
    NEEDS_SPECS,
    Document,
    Official,
    documents,
    events,
    resources,
    sent,
)
from tests.conftest import Service

pytestmark = NEEDS_SPECS
EVERY = pytest.mark.parametrize("resource", resources(), ids=str)
UNKNOWN = "5ffaf1d2-ea2a-49fc-a47b-e93a95182a97"
ALWAYS = {"id", "href", "@type"}


async def made(served: Service, resource: Official, body: Document | None = None) -> Document:
    answer = await served.client.post(resource.path, json=body or sent(resource))
    assert answer.status_code == 201, answer.text
    document: Document = answer.json()
    assert answer.headers["location"] == document["href"]
    return document


def test_every_api_has_its_documents() -> None:
    known = {number for number, _ in documents()}
    assert known >= {f"TMF{number}" for number in (621, 629, 632, 637, 644, 651, 666, 669, 683)}


@EVERY
async def test_every_operation_is_served(served: Service, resource: Official) -> None:
    document = await made(served, resource)
    for method, suffix in resource.operations():
        path = f"{resource.path}{suffix}".replace("{id}", document["id"])
        options: dict[str, Any] = {"json": {}} if method == "patch" else {}
        options = {"json": sent(resource)} if method == "post" else options
        answer = await served.client.request(method.upper(), path, **options)
        said = resource.statuses(method, suffix) - exclusions.STATUSES
        assert str(answer.status_code) in said, f"{method} {suffix}: {answer.text}"


@EVERY
async def test_a_record_is_whole_readable_and_removable(
    served: Service, resource: Official
) -> None:
    body = sent(resource)
    document = await made(served, resource, body)
    assert {name: document[name] for name in body} == body
    assert document.keys() - body.keys() <= ALWAYS
    address = document["href"]
    assert (await served.client.get(address)).json() == document
    assert address == f"{served.base}{resource.path}/{document['id']}"
    listed = await served.client.get(f"{resource.path}?id={document['id']}")
    assert (listed.status_code, listed.json()) == (200, [document])
    assert listed.headers["x-total-count"] == listed.headers["x-result-count"] == "1"
    for method in ("GET", "DELETE", "PATCH"):
        answer = await served.client.request(method, f"{resource.path}/{UNKNOWN}", json={})
        assert answer.status_code == 404
    assert (await served.client.delete(address)).status_code == 204
    assert (await served.client.get(address)).status_code == 404


@EVERY
async def test_what_is_mandatory_is_demanded(served: Service, resource: Official) -> None:
    optional = exclusions.OPTIONAL[resource.version]
    optional = optional.get(resource.name, set()) | optional.get("*", set())
    whole = sent(resource)
    least = {name: part for name, part in whole.items() if name in resource.mandatory()}
    document = await made(served, resource, least)
    assert document.keys() >= {*ALWAYS, *least}
    for name in least.keys() - optional:
        short = {at: part for at, part in least.items() if at != name}
        answer = await served.client.post(resource.path, json=short)
        assert answer.status_code == 400, name
        error = answer.json()
        assert error["path"].split("[")[0].split(".")[0] == name
        assert isinstance(error["code"], str)
        assert isinstance(error["reason"], str)
        assert ("@type" in error) == (resource.version == "v5")


@EVERY
async def test_every_attribute_may_be_selected(served: Service, resource: Official) -> None:
    document = await made(served, resource)
    for name in resource.attributes():
        answer = await served.client.get(f"{document['href']}?fields={name}")
        assert answer.status_code == 200, name
        assert answer.json() == {at: document[at] for at in {*ALWAYS, name}}
        rows = await served.client.get(f"{resource.path}?fields={name}&id={document['id']}")
        assert rows.json() == [answer.json()]


@EVERY
async def test_every_plain_attribute_is_a_condition(served: Service, resource: Official) -> None:
    document = await made(served, resource)
    plain = {at: part for at, part in document.items() if isinstance(part, str | int | float)}
    for name, value in plain.items():
        found = await _found(served, resource, document, {name: value})
        assert [row["id"] for row in found] == [document["id"]], name
        assert await _found(served, resource, document, {f"{name}.ne": value}) == []
    assert await _found(served, resource, document, plain) == [document]
    for name, value in _within(document):
        found = await _found(served, resource, document, {name: value})
        assert [row["id"] for row in found] == [document["id"]], name


@EVERY
async def test_every_patch_is_taken(served: Service, resource: Official) -> None:
    if ("patch", "/{id}") not in resource.operations():
        pytest.skip("is not changed, says the document")
    document = await made(served, resource)
    texts = [
        name
        for name, part in document.items()
        if name not in ALWAYS and isinstance(part, str) and part.startswith("some ")
    ]
    for number, media in enumerate(resource.media()):
        (name, *_), value = texts, f"changed {number}"
        body: Any = {name: value}
        if "json-patch" in media:
            body = [{"op": "replace", "path": f"/{name}", "value": value}]
        answer = await served.client.request(
            "PATCH", document["href"], json=body, headers={"Content-Type": media}
        )
        assert answer.status_code == 200, answer.text
        document = {**document, name: value}
        assert answer.json() == document


@EVERY
def test_every_event_of_a_resource_is_told(resource: Official) -> None:
    told = {f"{name[0].lower()}{name[1:]}" for name in event_types(TYPES[resource.name])}
    said = {
        name
        for name in events(resource.document)
        if name.startswith(resource.name) and _belongs(name, resource)
    }
    assert said - exclusions.EVENTS <= told


@pytest.mark.parametrize("version", ["v5", "v4"])
@pytest.mark.parametrize("number", sorted({resource.api.number for resource in resources()}))
async def test_every_hub_is_served(served: Service, number: str, version: str) -> None:
    api = next(resource.api for resource in resources() if resource.api.number == number)
    paths = documents()[number, version]["paths"]
    assert {"/hub", "/hub/{id}"} <= paths.keys()
    callback = f"http://127.0.0.1:9/listener/{number}"
    answer = await served.client.post(
        f"{api.base_of(version)}/hub", json={"callback": callback, "query": ""}
    )
    assert answer.status_code == 201, answer.text
    hub, address = answer.json(), answer.headers["location"]
    assert address == f"{served.base}{api.base_of(version)}/hub/{hub['id']}"
    assert hub["callback"] == callback
    if "get" in paths["/hub/{id}"]:
        assert (await served.client.get(address)).json() == hub
    assert (await served.client.delete(address)).status_code == 204


async def _found(
    served: Service, resource: Official, document: Document, conditions: dict[str, Any]
) -> list[Document]:
    written = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in conditions.items()
    }
    query = httpx.QueryParams({"id": document["id"], **written})
    answer = await served.client.get(f"{resource.path}?{query}")
    assert answer.status_code == 200, answer.text
    rows: list[Document] = answer.json()
    return rows


def _within(document: Document) -> list[tuple[str, str]]:
    """Paths and values of texts one level down, a first one of each attribute."""
    found = []
    for name, part in document.items():
        inner = part[0] if isinstance(part, list) else part
        if isinstance(inner, dict):
            found += [
                (f"{name}.{at}", value)
                for at, value in inner.items()
                if isinstance(value, str) and at not in get_args(Operator)
            ]
    return found


def _belongs(event: str, resource: Official) -> bool:
    """Tell whether the event is of the resource, not of one whose name begins with its name."""
    longer = [
        name
        for name in TYPES
        if name != resource.name and name.startswith(resource.name) and event.startswith(name)
    ]
    return not longer
