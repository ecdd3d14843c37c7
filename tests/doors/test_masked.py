"""Every route, asked by a caller who is shown nothing but what names a record."""

import asyncio
import io
import zipfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from customer_inventory.access import registration
from customer_inventory.access.operation import FUNCTIONS
from customer_inventory.access.registration import Permission
from customer_inventory.store.database import Database
from tests.conftest import Service
from tests.doors.planted import MARK, Sent, planted_in
from tests.house.test_doors import EVERYTHING
from tests.house.walk import every_step
from tests.tmf.conftest import serving

_AT_ONCE = 8


async def token_of(service: Service, process: str, terms: dict[str, object] | None) -> str:
    """Register a process that may do everything, on `terms`; return a token that names a person."""
    everything = Permission.parse(f"*:{EVERYTHING}", "testing")
    functions = [Permission.parse(f"{name}:{EVERYTHING}", "testing") for name in sorted(FUNCTIONS)]
    await registration.register(
        service.database,
        process,
        name=process,
        owner="the tests",
        permissions=[replace(everything, terms=terms or {}), *functions],
        registered_by="the tests",
    )
    token = await registration.issue_token(
        service.database, process, purpose="testing", person="fay", lifetime=timedelta(hours=1)
    )
    return token.secret


async def walked(
    service: Service, token: str, sent: Sequence[Sent]
) -> list[tuple[Sent, httpx.Response]]:
    """Send what is to be sent: reads several at a time, what changes something one by one."""
    headers = {"Authorization": f"Bearer {token}"}
    answers: list[tuple[Sent, httpx.Response]] = []
    async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=60) as caller:

        async def ask(one: Sent) -> httpx.Response:
            return await caller.request(
                one.step.method, one.step.path, params=one.query or None, json=one.body
            )

        reads = [one for one in sent if one.step.method in ("GET", "HEAD")]
        for at in range(0, len(reads), _AT_ONCE):
            some = reads[at : at + _AT_ONCE]
            answers += zip(some, await asyncio.gather(*map(ask, some)), strict=True)
        answers += [(one, await ask(one)) for one in sent if one not in reads]
    return answers


@pytest.fixture
async def inward(dsn: str, database: Database) -> AsyncIterator[Service]:
    """The service, allowed to tell listeners on this machine."""
    async with serving(dsn, database, callback_allow="127.0.0.1") as service:
        yield service


def text_of(answer: httpx.Response) -> str:
    """Return what an answer tells; an archive unpacked."""
    if not answer.content.startswith(b"PK"):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


async def test_no_route_shows_what_is_masked_and_each_answer_is_kept(inward: Service) -> None:
    service = inward
    founder = await token_of(service, "founder", None)
    headers = {"Authorization": f"Bearer {founder}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=60) as client:
        there = await planted_in(replace(service, client=client, token=founder))
        shown = [step for step in every_step() if step.method == "GET"]
        open_ = await walked(service, founder, there.sent(shown))
    token = await token_of(service, "masked", {"groups": []})
    answers = await walked(service, token, there.sent(every_step()))

    leaks = [
        f"{one.step.method} {one.step.template}"
        for one, answer in answers
        if MARK in text_of(answer) + str(answer.headers)
    ]
    assert leaks == []
    assert max(answer.status_code for _, answer in answers) < 500
    # It is no walk along closed doors: what is open to the founder is planted all over, and what
    # the other may read answers as well, but without.
    assert sum(MARK in text_of(answer) for _, answer in open_) > len(there.facts["records"]) * 4
    read = [(one.step, answer) for one, answer in answers if one.step.method == "GET"]
    records = there.facts["records"].keys() | {"customer360"}
    closed = {
        step.template
        for step, answer in read
        if step.entry_type in records and answer.status_code not in (200, 206)
    }
    assert closed == set()
    ours = {step.template for step, answer in read if answer.status_code == 200}
    assert sum(template.startswith("/inventory/") for template in ours) > 15

    expected = Counter(
        (one.step.entry_type, "deny" if answer.status_code == 403 else "permit", answer.status_code)
        for one, answer in answers
    )
    # What a listener of the process is told has entries too, which are no answers.
    rows = await service.database.fetch(
        "SELECT record_type, decision, status FROM access.entry"
        " WHERE process = 'masked' AND source = '127.0.0.1'"
    )
    assert Counter(tuple(row) for row in rows) == expected
