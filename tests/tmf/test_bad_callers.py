"""Callers that must be refused: strangers, tokens that ended, processes that may not."""

import asyncio
from datetime import timedelta

import pytest

from customer_inventory.access import registration
from tests.conftest import BY, Service
from tests.tmf.bodies import BODIES, PATHS, WHOLE, Document, made
from tests.tmf.wire import JSON, SECRET, Case, ask, refused

INDIVIDUALS = PATHS["individual"]
UNKNOWN_TOKEN = "cinv_" + "x" * 43


@pytest.fixture(scope="module")
async def existing(shared: Service) -> Document:
    """A record that is there before and after."""
    return await made(shared, "individual", middleName=SECRET)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer x",
        "Basic dGVzdGVyOnRlc3Rlcg==",
        "Token {token}",
        "{token}",
        "Bearer{token}",
        "Bearer  {token}",
        "Bearer {token}x",
        "Bearer {token},{token}",
        f"Bearer {UNKNOWN_TOKEN}",
        "Bearer cinv_",
        "Bearer " + "x" * 10_000,
        "Bearer ' OR '1'='1",
        "Bearer tëst",
        'Bearer "{token}"',
    ],
)
@pytest.mark.parametrize("target", [INDIVIDUALS, f"{INDIVIDUALS}/{{id}}", "/tmf-api/nothing"])
async def test_a_stranger_is_refused(
    shared: Service, existing: Document, authorization: str | None, target: str
) -> None:
    given = authorization and authorization.replace("{token}", shared.token)
    case = Case("stranger", 401, "unauthenticated", target=target, headers={"Authorization": given})
    await refused(shared, existing, case)
    reply = await ask(shared, case, target)
    assert reply.headers["www-authenticate"].startswith("Bearer")
    assert shared.token not in reply.body.decode()


async def test_the_scheme_may_be_written_in_any_case(shared: Service) -> None:
    for scheme in ("bearer", "BEARER"):
        answer = await shared.client.get(
            INDIVIDUALS, headers={"Authorization": f"{scheme} {shared.token}"}
        )
        assert answer.status_code == 200


async def test_a_stranger_learns_nothing_of_what_is_there(
    shared: Service, existing: Document
) -> None:
    targets = (f"{INDIVIDUALS}/{existing['id']}", f"{INDIVIDUALS}/unknown", "/tmf-api/unknown")
    bodies = set()
    for target in targets:
        for method in ("GET", "POST", "PATCH", "DELETE", "PUT"):
            case = Case("stranger", 401, "", method, target, headers={"Authorization": None})
            reply = await ask(shared, case, target)
            assert reply.status == 401
            bodies.add(reply.body)
    assert len(bodies) == 1


async def status_of(service: Service, token: str, method: str = "GET") -> int:
    answer = await service.client.request(
        method, INDIVIDUALS, headers={"Authorization": f"Bearer {token}"}
    )
    return answer.status_code


async def test_a_token_ends_when_it_expires(shared: Service) -> None:
    await shared.token_for("brief", "individual:read")
    token = await registration.issue_token(
        shared.database, "brief", purpose="testing", lifetime=timedelta(seconds=0.3)
    )
    assert await status_of(shared, token.secret) == 200
    await asyncio.sleep(0.4)
    assert await status_of(shared, token.secret) == 401


async def until(service: Service, token: str, status: int) -> None:
    """Wait until the token is answered so: the database tells every worker of the change."""
    for _ in range(100):
        if await status_of(service, token) == status:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"never answered {status}")


async def test_a_revoked_token_ends_at_once(shared: Service) -> None:
    token = await shared.token_for("revoked-tokens", "individual:read")
    assert await status_of(shared, token) == 200
    await registration.revoke_tokens(shared.database, "revoked-tokens")
    await until(shared, token, 401)


async def test_a_process_is_suspended_and_revoked_at_once(shared: Service) -> None:
    token = await shared.token_for("wavering", "individual:read")
    await until(shared, token, 200)
    for state, status in (("suspended", 401), ("active", 200), ("revoked", 401)):
        await registration.set_state(shared.database, "wavering", state, by=BY)
        await until(shared, token, status)


async def test_a_permission_is_changed_at_once(shared: Service) -> None:
    token = await shared.token_for("changing", "individual:create")
    assert await status_of(shared, token) == 403
    await shared.token_for("changing", "individual:read")
    await until(shared, token, 200)


OPERATIONS = {
    "read": [("GET", ""), ("HEAD", ""), ("GET", "/{id}"), ("HEAD", "/{id}")],
    "create": [("POST", "")],
    "update": [("PATCH", "/{id}")],
    "delete": [("DELETE", "/{id}")],
}


@pytest.mark.parametrize("permitted", ["read", "create", "update", "delete", "modify", "download"])
@pytest.mark.parametrize("kind", ["individual", "customer"])
async def test_a_process_may_do_what_it_was_permitted_alone(
    shared: Service, existing: Document, permitted: str, kind: str
) -> None:
    process = f"may-{permitted}-{kind}".lower()
    token = await shared.token_for(process, f"{kind}:{permitted}")
    headers = {**JSON, "Authorization": f"Bearer {token}"}
    for operation, requests in OPERATIONS.items():
        for method, suffix in requests:
            if kind == "individual" and operation == permitted:
                continue
            # Either of update and modify is heard; which one a change needs depends on its paths.
            is_heard = (kind, operation, permitted) == ("individual", "update", "modify")
            case = Case(
                operation,
                403,
                "fieldNotWritable" if is_heard else "forbidden",
                method,
                f"{INDIVIDUALS}{suffix}",
                b'{"title":"x"}' if method in ("POST", "PATCH") else b"",
                headers=headers,
                path="title" if is_heard else None,
            )
            if method == "HEAD":
                reply = await ask(shared, case, case.target.replace("{id}", existing["id"]))
                assert (reply.status, reply.body) == (403, b"")
            else:
                error = await refused(shared, existing, case)
                assert is_heard or process in error["reason"]


async def test_a_process_may_do_what_it_was_permitted(shared: Service) -> None:
    for permitted, method, status in (
        ("read", "GET", 200),
        ("create", "POST", 201),
        ("update", "PATCH", 200),
        ("delete", "DELETE", 204),
    ):
        document = await made(shared, "individual")
        token = await shared.token_for(f"can-{permitted}", f"individual:{permitted}")
        target = INDIVIDUALS if method == "POST" else f"{INDIVIDUALS}/{document['id']}"
        answer = await shared.client.request(
            method,
            target,
            headers={"Authorization": f"Bearer {token}"},
            json=BODIES["individual"] if method in ("POST", "PATCH") else None,
        )
        assert answer.status_code == status


async def test_a_token_acts_for_its_purpose_alone(shared: Service, existing: Document) -> None:
    await shared.token_for("two-purposes", "individual:read", purpose="billing")
    token = await registration.issue_token(
        shared.database, "two-purposes", purpose="marketing", lifetime=timedelta(hours=1)
    )
    headers = {"Authorization": f"Bearer {token.secret}"}
    for target in (INDIVIDUALS, f"{INDIVIDUALS}/{{id}}", f"{WHOLE}/{{id}}"):
        case = Case("purpose", 403, "forbidden", target=target, headers=headers)
        error = await refused(shared, existing, case)
        assert "marketing" in error["reason"]
