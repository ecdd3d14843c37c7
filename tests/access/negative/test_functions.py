"""Functions that a process was not permitted: administration, rights of subjects, downloads."""

import httpx
import pytest

from customer_inventory.kit.ids import new_id
from tests.access.negative.refusing import Caller
from tests.tmf.bodies import PATHS, WHOLE, made

ID = new_id()
FUNCTIONS = [
    ("GET", "/inventory/v1/process", "read process"),
    ("POST", "/inventory/v1/process", "create process"),
    ("POST", "/inventory/v1/process/billing/step", "modify process"),
    ("POST", "/inventory/v1/purpose", "create purpose"),
    ("GET", "/inventory/v1/grant", "read grant"),
    ("POST", "/inventory/v1/grant", "create grant"),
    ("POST", f"/inventory/v1/grant/{ID}/step", "modify grant"),
    ("GET", "/inventory/v1/captureProcess", "read captureProcess"),
    ("POST", "/inventory/v1/captureProcess", "create captureProcess"),
    ("POST", "/inventory/v1/captureProcess/crm/step", "modify captureProcess"),
    ("POST", "/inventory/v1/captureProcess/crm/run", "update captureProcess"),
    ("GET", f"/inventory/v1/seenBy/{ID}", "read seenBy"),
    ("POST", "/inventory/v1/erasure", "delete erasure"),
    ("POST", "/inventory/v1/legalHold", "delete legalHold"),
    ("POST", "/inventory/v1/restriction", "modify restriction"),
    ("GET", f"/inventory/v1/subject/{ID}/package", "download subject"),
    ("POST", "/inventory/v1/exportJob", "download exportJob"),
]


@pytest.mark.parametrize(
    ("method", "path", "says"), FUNCTIONS, ids=[says for _, _, says in FUNCTIONS]
)
async def test_a_function_that_is_not_permitted_is_refused(
    caller: Caller, method: str, path: str, says: str
) -> None:
    """N14, N16: whoever may do everything to people administers nothing, and takes nothing away."""
    options = {"json": {}} if method == "POST" else {}
    await caller.refused(403, "forbidden", f"{says} deny", method, path, **options)


async def test_who_may_less_is_told_so_in_the_words_of_bearer_tokens(caller: Caller) -> None:
    answer = await caller.client.get(PATHS["customer"])
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


async def test_what_is_there_and_what_is_not_look_alike_to_who_may_not(caller: Caller) -> None:
    """N34: neither status, body nor headers tell whether an id that may not be read is there."""
    customer = await made(caller.service, "customer")
    person = await made(caller.service, "individual")
    for method in ("GET", "HEAD", "PATCH", "DELETE"):
        for kind, there in (("customer", customer["id"]), ("organization", person["id"])):
            seen = {
                alike(
                    await caller.client.request(
                        method,
                        f"{PATHS[kind]}/{identifier}",
                        json={} if method == "PATCH" else None,
                    ),
                    identifier,
                )
                for identifier in (there, new_id())
            }
            assert len(seen) == 1, (method, kind)
    for path in (WHOLE, "/inventory/v1/seenBy", "/inventory/v1/provenance/customer"):
        seen = {
            alike(await caller.client.get(f"{path}/{identifier}"), identifier)
            for identifier in (customer["id"], new_id())
        }
        assert len(seen) == 1, path
    entries = await caller.entries()
    assert {(entry["decision"], entry["status"]) for entry in entries} == {("deny", 403)}


async def test_an_id_of_another_type_is_one_that_is_not_there(caller: Caller) -> None:
    """N34: through the door of one type nothing tells that another type has the id."""
    customer = await made(caller.service, "customer")
    for suffix in ("", "/history", "?fields=none", "?asOf=2026-01-01"):
        seen = {
            alike(
                await caller.client.get(f"{PATHS['individual']}/{identifier}{suffix}"), identifier
            )
            for identifier in (customer["id"], new_id())
        }
        assert len(seen) == 1, suffix
    for query in ("id={id}", "id={id}&limit=1", "relatedParty.partyOrPartyRole.id={id}"):
        seen = {
            alike(
                await caller.client.get(f"{PATHS['individual']}?{query.format(id=identifier)}"),
                identifier,
            )
            for identifier in (customer["id"], new_id())
        }
        assert len(seen) == 1, query


def alike(answer: httpx.Response, identifier: str) -> tuple[object, ...]:
    """Return all that an answer tells, but for the id that was asked for and the time of day."""
    headers = sorted(
        (name, value.replace(identifier, "ID"))
        for name, value in answer.headers.items()
        if name != "date"
    )
    return answer.status_code, answer.text.replace(identifier, "ID"), tuple(headers)
