"""Tokens and secrets that open nothing: each is counted as a stranger, none is in the ledger."""

import logging
from collections import Counter
from typing import Any

import httpx
import pytest

from customer_inventory.access.oauth import authentication
from tests.access.negative.refusing import strangers
from tests.access.oauth.conftest import INDIVIDUALS, Process, process  # noqa: F401
from tests.access.oauth.test_token import forged, keys_of
from tests.store.eventually import eventually


async def test_every_forged_token_is_counted_as_a_stranger(process: Process) -> None:  # noqa: F811
    """N17, N19: algorithm confusion, none, expired, wrong audience and issuer, foreign keys."""
    tokens = await forged(process)
    before = await strangers(process.service)
    for name, token in tokens.items():
        answer = await process.listed(token)
        assert answer.status_code == 401, name
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert set(answer.json()) <= {"@type", "code", "reason", "status", "message"}
    assert await strangers(process.service) == before + len(tokens)
    assert await _entries(process) == 0


async def test_a_token_goes_on_through_one_rotation_and_a_retired_key_opens_nothing(
    process: Process,  # noqa: F811
) -> None:
    """N17: keys rotate in flight: what was signed stays good while its key is published."""
    token = await process.token()
    keys = await keys_of(process)
    await keys.rotate()
    assert (await process.listed(token)).status_code == 200
    await process.service.database.execute(
        "UPDATE access.signing_key SET changed_at = now() - interval '9 days'"
        " WHERE state = 'retired'"
    )
    await keys.rotate()

    async def refused() -> bool:
        return (await process.listed(token)).status_code == 401

    await eventually(refused)


GRANTS = [
    {"grant_type": "refresh_token", "refresh_token": "x", "scope": "dpv:testing"},
    {"grant_type": "password", "username": "ada", "password": "x"},
    {"grant_type": "authorization_code", "code": "x"},
    {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": "x"},
    {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "x"},
    {"grant_type": "client_credentials ", "scope": "dpv:testing"},
]


@pytest.mark.parametrize("form", GRANTS, ids=lambda form: form["grant_type"][-20:])
async def test_no_other_way_leads_to_a_token(
    process: Process,  # noqa: F811
    form: dict[str, str],
) -> None:
    """N22: no refresh widens a scope, for nothing is refreshed."""
    answer = await process.ask(form, auth=("by-secret", process.secret))
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")
    assert "refresh_token" not in (await _token(process))


async def test_a_secret_takes_the_same_steps_whoever_is_named(
    process: Process,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """N23: neither statements nor comparisons tell a client that is there from one that is not."""
    steps: list[str] = []
    find, compare = authentication.find, authentication.hmac.compare_digest

    async def finding(*arguments: Any) -> Any:
        steps.append("find")
        return await find(*arguments)

    def comparing(one: bytes, other: bytes) -> bool:
        steps.append(f"compare {len(one)} {len(other)}")
        return compare(one, other)

    monkeypatch.setattr(authentication, "find", finding)
    monkeypatch.setattr(authentication.hmac, "compare_digest", comparing)
    taken = Counter[tuple[str, ...]]()
    form = {"grant_type": "client_credentials"}
    for name in ("by-secret", "by-key", "nobody", "x" * 300, "by-secret"):
        steps.clear()
        answer = await process.ask(form, auth=(name, "wrong"))
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
        taken[tuple(steps)] += 1
    assert taken == {("find", "compare 32 32"): 5}


async def test_a_token_in_an_address_is_in_no_log(
    process: Process,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    """N25."""
    token = await process.token()
    before = await strangers(process.service)
    with caplog.at_level(logging.DEBUG):
        async with httpx.AsyncClient(base_url=process.issuer) as stranger:
            for name in ("access_token", "token", "authorization"):
                answer = await stranger.get(f"{INDIVIDUALS}?{name}={token}")
                assert answer.status_code == 401
                assert token not in answer.text
    # `cinv serve` starts the server without a log of accesses.
    others = ("httpx", "httpcore", "uvicorn.access")
    ours = [each for each in caplog.records if not each.name.startswith(others)]
    assert not [each for each in ours if token in each.getMessage()]
    assert await strangers(process.service) == before + 3
    assert await _entries(process) == 0


async def _token(process: Process) -> dict[str, Any]:  # noqa: F811
    form = {"grant_type": "client_credentials", "scope": "dpv:testing"}
    answer = await process.ask(form, auth=("by-secret", process.secret))
    told: dict[str, Any] = answer.json()
    return told


async def _entries(process: Process) -> int:  # noqa: F811
    count = "SELECT count(*) FROM access.entry WHERE process = 'billing'"
    return int(await process.service.database.value(count))
