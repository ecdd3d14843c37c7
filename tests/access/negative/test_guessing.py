"""Guessing: nothing takes more statements for what is there than for what is not (N34)."""

import asyncio
import re
from collections import Counter
from typing import Any

import pytest

from customer_inventory.kit.ids import new_id
from customer_inventory.store.database import Connection, Database
from tests.access.negative.refusing import Caller
from tests.conftest import Service
from tests.tmf.bodies import PATHS, made
from tests.tmf.conftest import serving

_NAME = re.compile(r"/\* (\w+) \*/")
_ROUNDS = 5


def logging_into(sent: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every connection that is made from now on write down the statements that it sends."""
    make = Database._made

    async def making(database: Database) -> Connection:
        connection = await make(database)
        connection.add_query_logger(lambda query: sent.append(query.query))
        return connection

    monkeypatch.setattr(Database, "_made", making)


async def steps_of(caller: Caller, sent: list[str], target: str) -> Counter[str]:
    """Return the statements that a request takes: what each of several rounds took at least."""
    rounds = []
    for _ in range(_ROUNDS):
        sent.clear()
        await caller.client.get(target)
        # What is kept after the answer belongs to it too.
        await asyncio.sleep(0.02)
        names = [_NAME.search(text) for text in sent]
        rounds.append(Counter(name[1] for name in names if name))
    least = rounds[0]
    for each in rounds[1:]:
        least &= each
    return least


async def test_nothing_takes_more_steps_for_what_is_there(
    dsn: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    logging_into(sent, monkeypatch)
    async with serving(dsn, database) as service:
        # What goes on in the background is nobody's request.
        await service.application.sealer.stop()
        await service.application.inventory.observations.stop()
        await service.application.jobs.stop()
        customer, person = await made(service, "customer"), await made(service, "individual")
        token = await service.token_for("guessing", "individual:read")
        async with Caller.of(service, "guessing", token) as caller:
            pairs: list[tuple[str, Any]] = [
                # What may not be read at all, and what another type has.
                (f"{PATHS['customer']}/{{}}", customer["id"]),
                (f"{PATHS['customer']}/{{}}/history", customer["id"]),
                (f"{PATHS['individual']}/{{}}", customer["id"]),
                (f"{PATHS['individual']}/{{}}?fields=none", customer["id"]),
                (f"{PATHS['individual']}?id={{}}", customer["id"]),
            ]
            for target, there in pairs:
                known = await steps_of(caller, sent, target.format(there))
                unknown = await steps_of(caller, sent, target.format(new_id()))
                assert known == unknown, target
            # The counting counts: what may be read takes a statement that reads.
            read = await steps_of(caller, sent, f"{PATHS['individual']}/{person['id']}")
            assert sum(read.values()) > 0
            assert await entries_are_kept(service, "guessing")


async def entries_are_kept(service: Service, process: str) -> bool:
    count = "SELECT count(*) FROM access.entry WHERE process = $1"
    return int(await service.database.value(count, process)) == _ROUNDS * 11
