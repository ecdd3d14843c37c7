"""A service with something of everything in it, and what the fuzzer is told of it."""

from collections.abc import Callable
from typing import Any

from customer_inventory.access.grant.people import register_capacity
from customer_inventory.tmf.door import resources
from tests.conftest import Service
from tests.tmf.bodies import BODIES, PATHS, ROOT, Document, party, related

API = "/inventory/v1"
CALLBACK = "http://127.0.0.1:9/told"
"""Nobody listens there: what is told is held back."""
_GIVEN = {"individual": 6, "customer": 4, "organization": 3}


def as_it_is(_: str, body: Document) -> Document:
    """Return a believable body without anything planted in it."""
    return body


async def known(
    service: Service,
    *,
    plant: Callable[[str, Document], Document] = as_it_is,
    content: bytes = b"a note",
) -> dict[str, Any]:
    """Make records, jobs and cases, and return all that may be used of them.

    `plant` may put something into the body of each type, `content` is that of an attachment.
    """
    records = {kind: await _made(service, kind, plant) for kind in BODIES}
    people, customers = records["individual"], records["customer"]
    for capacity in ("dataOwner:*", "breakGlass"):
        await register_capacity(service.database, "fay", capacity, registered_by="the tests")
    ids: dict[str, list[str]] = {**records}
    bodies: dict[str, list[Any]] = {}
    for path, body, name in _management(people, records["product"]):
        answer = await service.client.post(f"{API}{path}", json=body)
        assert answer.status_code < 400, (path, answer.text)
        bodies.setdefault(f"POST {API}{path}", []).append(body)
        told = answer.json()
        ids.setdefault(path.strip("/"), []).append(str(told.get(name, told.get("id", ""))))
    grant = (await service.client.get(f"{API}/grant/{ids['grant'][0]}")).json()
    bodies.update(_steps(people, grant))
    hub = {"callback": CALLBACK, "query": "eventType=CustomerCreateEvent"}
    listener = await service.client.post(f"{ROOT}/customerManagement/v5/hub", json=hub)
    assert listener.status_code == 201, listener.text
    ids["subscription"] = ids["hub"] = [listener.json()["id"]]
    file = await service.client.post(
        f"{API}/attachment",
        params={"recordType": "individual", "recordId": people[0], "name": "note.txt"},
        content=content,
        headers={"Content-Type": "text/plain"},
    )
    assert file.status_code == 201, file.text
    ids["attachment"] = [file.json()["id"]]
    ids["costStatement"] = ["2026-01"]
    ids |= dict.fromkeys(("seenBy", "customer360"), customers)
    ids |= dict.fromkeys(("hierarchy", "rollup", "membership", "provenance", "subject"), people)
    bodies.update(await _of_records(service, records))
    return {"records": records, "ids": ids, "bodies": bodies, "queries": _queries(people)}


async def _made(
    service: Service, kind: str, plant: Callable[[str, Document], Document]
) -> list[str]:
    found = []
    for _ in range(_GIVEN.get(kind, 1)):
        answer = await service.client.post(PATHS[kind], json=plant(kind, BODIES[kind]))
        assert answer.status_code == 201, answer.text
        found.append(answer.json()["id"])
    return found


async def _of_records(service: Service, records: dict[str, list[str]]) -> dict[str, list[Any]]:
    """Return bodies that make and change records, at every path, in the words of each version."""
    found: dict[str, list[Any]] = {}
    somebody = records["individual"][-1]
    for path, resource in resources("").items():
        kind = resource.entry_type
        if kind not in records:
            continue
        there = f"{path}/{records[kind][0]}"
        whole: Document = (await service.client.get(there)).json()
        body = {name: part for name, part in whole.items() if name not in ("id", "href")}
        found[f"POST {path}"] = [body]
        if resource.shape.version == "v5" and "relatedParty" in body:
            found[f"POST {path}"].append({**body, "relatedParty": [related(somebody)]})
        if kind == "customer" and resource.shape.version == "v5":
            found[f"POST {path}"].append({**body, "engagedParty": party(somebody)})
        found[f"PATCH {path}/{{id}}"] = [{"description": "x"}, {"name": "N"}, {"status": None}]
    return found


def _management(people: list[str], products: list[str]) -> list[tuple[str, Any, str]]:
    """Return what is asked of the management API: path, body, the member that is the id."""
    return [
        ("/process", {"id": "billing", "name": "B", "owner": "O"}, "id"),
        ("/purpose", {"code": "billing", "title": "B", "legalBasis": "contract"}, "code"),
        (
            "/grant",
            {
                "process": "billing",
                "purpose": "billing",
                "permissions": {"customer": ["read"]},
                "reason": "invoices",
                "validTo": "2099-01-01",
            },
            "id",
        ),
        (
            "/breakGlass",
            {
                "process": "billing",
                "purpose": "billing",
                "permissions": {"customer": ["read"]},
                "reason": "invoices are wrong",
                "ticket": "INC-17",
            },
            "id",
        ),
        (
            "/schema",
            {
                "recordType": "product",
                "schemaLocation": "https://example.com/p.json",
                "type": "Vip",
                "baseType": "Product",
                "schema": {"type": "object"},
            },
            "id",
        ),
        ("/exportJob", {"path": PATHS["individual"], "query": "fields=familyName"}, "id"),
        (
            "/merge",
            {"type": "individual", "survivor": people[0], "merged": [people[1]]},
            "id",
        ),
        ("/trust", {"source": "tester", "rank": 3}, "source"),
        ("/legalHold", {"subjectId": people[2], "reason": "LIT-2026-4"}, "id"),
        ("/subjectRequest", {"subjectId": people[3], "kind": "access"}, "id"),
        ("/restriction", {"subjectId": people[3], "reason": "DSR-2026-18"}, "id"),
        ("/erasure", {"subjectId": people[4], "reason": "DSR-2026-17"}, "id"),
        (
            "/transfer",
            {
                "type": "product",
                "id": products[0],
                "toType": "individual",
                "to": people[5],
                "kind": "sale",
            },
            "id",
        ),
    ]


def _steps(people: list[str], grant: Document) -> dict[str, list[Any]]:
    return {
        f"POST {API}/unmerge": [{"type": "individual", "id": people[1]}],
        f"POST {API}/process/{{id}}/step": [{"step": "suspend", "reason": "x"}],
        f"POST {API}/grant/{{id}}/step": [
            {"step": step, "reason": "x", "seen": grant["sha256"]}
            for step in ("review", "approve", "activate", "suspend", "revoke")
        ],
        f"POST {API}/campaign": [{"title": "Q2", "dueAt": "2099-01-01"}],
        f"POST {API}/campaign/{{id}}/decision": [{"grant": grant["id"], "decision": "keep"}],
        f"POST {API}/breakGlass/{{id}}/step": [
            {"step": "review", "verdict": "justified", "reason": "x"},
            {"step": "end"},
        ],
        f"POST {API}/legalHold/{{id}}/lift": [{"reason": "LIT-2026-4"}],
        f"POST {API}/restriction/{{id}}/lift": [{"reason": "DSR-2026-18", "informed": "letter"}],
        f"POST {API}/subjectRequest/{{id}}/step": [{"step": "verify", "reference": "ID-1"}],
        f"POST {API}/exportJob/{{id}}/reject": [{"reason": "no"}],
        f"POST {API}/subscription/{{id}}/replay": [{"after": 0}, {"from": "2026-01-01"}],
        f"POST {API}/subscription/{{id}}/deadLetter/replay": [{"seq": [1]}, {}],
    }


def _queries(people: list[str]) -> dict[str, dict[str, list[Any]]]:
    instants = ["2026-01-31T12:00:00Z", "2026-01-31", "2099-12-31T23:59:59+14:00"]
    listed: dict[str, list[Any]] = {
        "limit": [1, 2, 5, 100],
        "offset": [0, 1, 10_000_000],
        "fields": ["name", "none", "id,href", "contactMedium.emailAddress"],
        "sort": ["-name", "id", "href", "status,-id", "contactMedium.emailAddress"],
        "filter": ["$[?(@.status=='active')]", "note[?(@.author=='A')]", "$.name", "$..name"],
        "asOf": instants,
        "knownAt": instants,
        "view": ["document", "change"],
        "since": instants,
        "until": instants,
        "after": [""],
        "before": [""],
    }
    return {
        "*": listed,
        f"{API}/search": {**listed, "q": ["Ada Lovelace", "+442079460123", "ada@example.com"]},
        f"{API}/explanation": {
            "operation": ["read", "download"],
            "type": ["individual", "customer"],
            "id": people,
        },
        f"{API}/attachment": {
            "recordType": ["individual"], "recordId": people, "name": ["a.txt", "b/..\\c"],
        },
        f"{API}/hierarchy/{{id}}": {**listed, "kind": ["household"], "depth": [1, 3]},
    }  # fmt: skip
