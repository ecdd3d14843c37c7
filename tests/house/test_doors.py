"""No open door: every route names one permission, asks who calls, and leaves its ledger entry."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx

from customer_inventory.access.operation import FUNCTIONS, Operation
from customer_inventory.access.registration import issue_token, revoke_tokens
from customer_inventory.access.stranger import refusals
from customer_inventory.api.routes import ROUTES as API
from customer_inventory.kit.ids import new_id
from customer_inventory.tmf.door import resources
from tests.access.scope.world import permit, whole
from tests.conftest import Service
from tests.house.walk import Step, every_step
from tests.tmf.bodies import PATHS

PUBLIC = {
    "/health/startup",
    "/health/live",
    "/health/ready",
    "/oauth2/token",
    "/oauth2/revoke",
    "/oauth2/introspect",
    "/oauth2/jwks",
    "/.well-known/oauth-authorization-server",
    # Pages for people: what tells of anybody asks for a session (tests/console).
    "/sign-in",
    "/sign-in/openid",
    "/sign-in/return",
    "/sign-out",
    "/enrol/{secret}",
    "/account",
    "/account/password",
    "/account/token",
    "/account/token/revoke",
    "/account/sessions/end",
    "/",
    "/work",
    "/language",
    "/keys",
    # What pages ask for: style, script, mark.
    "/static/console.css",
    "/static/console.js",
    "/static/vendor/htmx.min.js",
    "/static/icon.svg",
    "/openapi.json",
    "/docs",
    "/docs/start.js",
    "/docs/own.css",
    "/docs/static",
}
NEEDS_A_PERSON = {
    "auditCampaign", "breakGlass", "campaign", "captureProcess", "grant", "permission", "process",
    "purpose", "subjectList",
}  # fmt: skip
"""What is done by people, whom the token has to name."""
STEPS = every_step()
EVERYTHING = "read,create,modify,update,delete,download"
ALL = tuple(f"{name}:{EVERYTHING}" for name in ("*", *sorted(FUNCTIONS)))


def test_every_route_names_one_permission() -> None:
    for resource in resources("").values():
        for served in (resource.collection, resource.item, resource.history):
            for operation, _ in served.values():
                assert isinstance(operation, Operation)
    assert all(isinstance(route.operation, Operation) for route in API)


async def test_only_what_is_listed_is_public(service: Service) -> None:
    served = {route.path for route in service.application.pages.routes}
    # Where there was no npm, the console does without.
    assert served | {"/static/vendor/htmx.min.js"} == PUBLIC


async def walked(
    service: Service, authorization: str, steps: Sequence[Step] = STEPS
) -> list[tuple[Step, httpx.Response]]:
    """Walk the routes with this Authorization header (empty: without)."""
    headers = {"Authorization": authorization} if authorization else {}
    async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=60) as caller:
        answers = []
        for at in range(0, len(steps), 8):
            some = steps[at : at + 8]
            asked = (caller.request(step.method, step.path) for step in some)
            answers += zip(some, await asyncio.gather(*asked), strict=True)
    return answers


async def refused_strangers(service: Service) -> int:
    await service.application.strangers.keep()
    return sum(row["refused"] for row in await refusals(service.database))


async def test_every_route_turns_strangers_away_and_counts_them(service: Service) -> None:
    some = STEPS[::20]
    asked = [(token, STEPS) for token in ("", "Bearer cinv_unknown")]
    asked += [(token, some) for token in ("Bearer x", "Bearer a.b.c", "Basic dTpw", "x" * 5000)]
    refused = 0
    for token, steps in asked:
        for step, answer in await walked(service, token, steps):
            assert answer.status_code == 401, step
            assert answer.headers["www-authenticate"].startswith("Bearer")
        refused += len(steps)
        assert await refused_strangers(service) == refused
    assert await service.database.value("SELECT count(*) FROM access.entry") == 0


async def entries_of(service: Service, process: str) -> Counter[tuple[str, ...]]:
    """Return how often a process is in the ledger, by type, decision and status."""
    rows = await service.database.fetch(
        "SELECT record_type, decision, status, rule FROM access.entry WHERE process = $1", process
    )
    return Counter(tuple(row) for row in rows)


async def test_every_route_refuses_who_may_not_and_keeps_it(service: Service) -> None:
    downloads = await service.token_for("idle", "individual:download")
    creates = await service.token_for("idle", "individual:create", purpose="creating")
    refused = []
    for token, is_of_export in ((downloads, False), (creates, True)):
        steps = [step for step in STEPS if ("/exportJob" in step.path) is is_of_export]
        refused += await walked(service, f"Bearer {token}", steps)
    for step, answer in refused:
        assert answer.status_code == 403, step
        assert step.method == "HEAD" or answer.json()["code"] == "forbidden"
    expected = Counter((step.entry_type, "deny", 403, "forbidden") for step in STEPS)
    assert await entries_of(service, "idle") == expected
    named = await service.database.fetch(
        "SELECT jsonb_array_elements_text(record_ids::jsonb) AS id FROM access.entry"
        " WHERE process = 'idle'"
    )
    assert {row["id"] for row in named} == {step.identifier for step in STEPS} - {""}


async def test_every_route_refuses_what_has_expired(service: Service) -> None:
    await service.token_for("late", *ALL)
    token = await issue_token(
        service.database, "late", purpose="testing", lifetime=timedelta(seconds=1)
    )
    authorization = f"Bearer {token.secret}"
    await service.application.guard.authenticate(authorization)
    await asyncio.sleep(1.1)
    await all_turned_away(service, authorization)


async def test_every_route_refuses_what_was_revoked_a_moment_ago(service: Service) -> None:
    token = await service.token_for("former", *ALL)
    authorization = f"Bearer {token}"
    await service.application.guard.authenticate(authorization)
    await revoke_tokens(service.database, "former")
    await forgotten(service, authorization)
    await all_turned_away(service, authorization)


async def test_every_route_refuses_a_process_suspended_a_moment_ago(service: Service) -> None:
    token = await service.token_for("paused", *ALL)
    authorization = f"Bearer {token}"
    await service.application.guard.authenticate(authorization)
    await service.database.execute(
        "UPDATE access.process SET state = 'suspended' WHERE id = 'paused'"
    )
    await forgotten(service, authorization)
    await all_turned_away(service, authorization)


async def test_every_route_refuses_what_was_withdrawn_a_moment_ago(service: Service) -> None:
    token = await service.token_for("less", *ALL)
    authorization = f"Bearer {token}"
    await service.application.guard.authenticate(authorization)
    await service.database.execute("DELETE FROM access.permission WHERE process = 'less'")
    await forgotten(service, authorization)
    for step, answer in await walked(service, authorization):
        assert answer.status_code == 403, step
    expected = Counter((step.entry_type, "deny", 403, "forbidden") for step in STEPS)
    assert await entries_of(service, "less") == expected


async def test_every_route_answers_what_is_out_of_scope_as_what_is_unknown(
    service: Service,
) -> None:
    """Whoever is bound to some records learns of the others what unknown ids tell: nothing."""
    theirs = await whole(service.client, "Ben", market="DE")
    unknown = {kind: new_id() for kind in theirs}
    terms = {"scope": {"in": {"market": ["AT"]}}, "quota": {"missesPerHour": 100_000}}
    bound = await permitted(service, "bound", {"*": terms})
    for method in ("GET", "HEAD", "POST", "PATCH", "DELETE"):
        answers = []
        for ids in (theirs, unknown):
            steps = [step for step in every_step(ids) if step.method == method]
            answers.append(await walked(service, bound, steps))
        for (step, hidden), (same, absent) in zip(*answers, strict=True):
            one = hidden.text.replace(step.identifier or "-", "-")
            other = absent.text.replace(same.identifier or "-", "-")
            assert (hidden.status_code, one) == (absent.status_code, other), step
            assert not [each for each in theirs.values() if each in one], step
            assert hidden.status_code < 500, step
    # Nothing of it was changed, and every request is in the ledger.
    for kind, identifier in theirs.items():
        answer = await service.client.get(f"{PATHS[kind]}/{identifier}/history")
        assert len(answer.json()) == 1, kind
    entries = await entries_of(service, "bound")
    assert sum(entries.values()) == 2 * len([s for s in STEPS if s.method != "PUT"])
    named = await service.database.fetch(
        "SELECT jsonb_array_elements_text(record_ids::jsonb) AS id FROM access.entry"
        " WHERE process = 'bound'"
    )
    assert set(theirs.values()) <= {row["id"] for row in named}


async def permitted(service: Service, process: str, terms: dict[str, Any]) -> str:
    """Return the Authorization header of a process that may do everything on these terms."""
    await permit(service, process, terms)
    return f"Bearer {await service.issue(process)}"


async def test_what_is_permitted_is_kept_too(service: Service) -> None:
    token = await service.token_for("busy", *ALL)
    answers = await walked(service, f"Bearer {token}")
    # What is refused all the same asks for a person, and says so.
    refused = [(step, answer) for step, answer in answers if answer.status_code == 403]
    assert {step.entry_type for step, _ in refused} <= NEEDS_A_PERSON
    expected = Counter(
        (step.entry_type, "deny" if answer.status_code == 403 else "permit", answer.status_code)
        for step, answer in answers
    )
    kept = Counter[tuple[str, ...]]()
    for (kind, decision, status, _), count in (await entries_of(service, "busy")).items():
        kept[kind, decision, status] += count
    assert kept == expected
    assert max(answer.status_code for _, answer in answers) < 500


async def all_turned_away(service: Service, authorization: str) -> None:
    """Walk every route: whoever had a token is a stranger now, and counted as one."""
    before = await refused_strangers(service)
    for step, answer in await walked(service, authorization):
        assert answer.status_code == 401, step
    assert await refused_strangers(service) == before + len(STEPS)
    assert await service.database.value("SELECT count(*) FROM access.entry") == 0


async def forgotten(service: Service, authorization: str) -> None:
    """Wait until the service has heard of the change: it is told at once, by the database."""
    for _ in range(100):
        if service.application.guard.remembered(authorization) is None:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the service has not heard of it within a second")
