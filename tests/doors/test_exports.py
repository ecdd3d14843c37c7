"""Every list that can be taken away as a file, asked for by who may not, and by who sees a part."""

import asyncio
from datetime import timedelta

import httpx

from customer_inventory.access.registration import issue_token, revoke_tokens
from customer_inventory.tmf.door import resources
from tests.access.download.files import JOBS, ended
from tests.conftest import Service
from tests.doors.planted import MARK, bodies
from tests.doors.test_masked import token_of
from tests.house.test_doors import EVERYTHING, forgotten, refused_strangers
from tests.tmf.bodies import PATHS


def lists() -> list[tuple[str, str]]:
    """Return the path of every list that is served, in both versions, with its record type."""
    return [
        (resource.location.decode(), resource.declared.name)
        for path, resource in resources("").items()
        if "POST" in resource.collection and path == resource.location.decode()
    ]


async def asked_of(service: Service, token: str) -> list[httpx.Response]:
    """Ask for every list as a file."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=60) as client:
        return [await client.post(JOBS, json={"path": path}) for path, _ in lists()]


async def test_no_list_is_taken_away_by_who_may_not(service: Service) -> None:
    strangers = await refused_strangers(service)
    for token in ("", "cinv_unknown", await expired(service), await revoked(service)):
        answers = await asked_of(service, token)
        assert {answer.status_code for answer in answers} == {401}
        strangers += len(answers)
        assert await refused_strangers(service) == strangers
    assert await service.database.value("SELECT count(*) FROM access.entry") == 0
    # One who may take away one type takes no other: each refusal is kept.
    token = await service.token_for("narrow", "*:read", "agreement:download")
    answers = await asked_of(service, token)
    for (path, kind), answer in zip(lists(), answers, strict=True):
        assert answer.status_code == (201 if kind == "agreement" else 403), path
    denied = (
        "SELECT count(*) FROM access.entry WHERE process = 'narrow' AND decision = 'deny'"
        " AND record_type = 'exportJob' AND operation = 'download' AND rule = 'forbidden'"
    )
    refused = sum(answer.status_code == 403 for answer in answers)
    assert await service.database.value(denied) == refused > 30


async def test_no_file_holds_what_is_masked_and_each_chunk_is_kept(service: Service) -> None:
    for kind, body in bodies().items():
        answer = await service.client.post(PATHS[kind], json=body)
        assert answer.status_code == 201, answer.text
        assert MARK in answer.text
    token = await token_of(service, "masked", {"groups": []})
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=60) as client:
        for path, _ in lists():
            answer = await client.post(JOBS, json={"path": path})
            assert answer.status_code == 201, answer.text
            done = await ended(client, answer.json())
            assert done["state"] == "succeeded", done
            content = (await client.get(done["url"])).text
            assert content.count("\n") == done["rows"] > 0, path
            assert MARK not in content, path
            told = await service.database.value(
                "SELECT sum(record_count) FROM access.entry"
                " WHERE source = $1 AND process = 'masked'",
                f"download {done['id']}",
            )
            assert told == done["rows"]


async def expired(service: Service) -> str:
    await service.token_for("late", f"*:{EVERYTHING}")
    token = await issue_token(
        service.database, "late", purpose="testing", lifetime=timedelta(seconds=1)
    )
    await asyncio.sleep(1.1)
    return token.secret


async def revoked(service: Service) -> str:
    token = await service.token_for("former", f"*:{EVERYTHING}")
    authorization = f"Bearer {token}"
    await service.application.guard.authenticate(authorization)
    await revoke_tokens(service.database, "former")
    await forgotten(service, authorization)
    return token
