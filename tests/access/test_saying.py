"""What versions say is read once a content, by whatever database; how they stand is asked anew."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from customer_inventory.access import saying
from customer_inventory.access.decision import Decision
from customer_inventory.access.saying import Saying
from customer_inventory.requirements.register import LIFE
from customer_inventory.store.database import Database
from tests.conftest import empty_register

PAUL, RITA = (Decision(person, "terminal", "looked at") for person in ("p", "r"))


@dataclass
class Asked:
    """A register with some requirements, and the statements that were sent to it."""

    database: Database
    sent: list[str] = field(default_factory=list)

    async def contents(self) -> int:
        """Return how often contents were asked for, and forget it."""
        await asyncio.sleep(0)  # who listens is told of a statement after who sent it
        many = sum("/* contents */" in text for text in self.sent)
        self.sent.clear()
        return many

    async def propose(self, identifier: str, path: str, content: Any) -> None:
        async with self.database.transaction() as connection:
            await connection.execute(
                "INSERT INTO requirements.requirement (id, record_type, path)"
                " VALUES ($1, 'individual', $2) ON CONFLICT DO NOTHING",
                identifier,
                path,
            )
            await LIFE.propose(connection, identifier, content, by=PAUL)


@pytest.fixture
async def asked(dsn: str) -> AsyncIterator[Asked]:
    await empty_register(dsn)
    sent: list[str] = []
    async with Database(dsn, heard=lambda text, *_: sent.append(text)) as database:
        register = Asked(database, sent)
        await register.propose("REQ-101", "birthDate", {"says": 1})
        await register.propose("REQ-102", "gender", {"says": 2})
        yield register


def _values(said: list[tuple[Any, Any]]) -> list[tuple[str, int, str, Any]]:
    return [(row["id"], row["version"], row["state"], value) for row, value in said]


async def test_a_content_is_read_once(asked: Asked) -> None:
    read: list[Any] = []
    said = Saying(LIFE, lambda content: read.append(content) or content["says"])
    first = _values(await said.latest(asked.database))
    assert first == [("REQ-101", 1, "proposed", 1), ("REQ-102", 1, "proposed", 2)]
    assert await asked.contents() == 1
    assert _values(await said.latest(asked.database)) == first
    assert await asked.contents() == 0
    assert len(read) == 2


async def test_a_step_is_seen_and_nothing_read_for_it(asked: Asked) -> None:
    said = Saying(LIFE, lambda content: content["says"])
    await said.latest(asked.database)
    async with asked.database.transaction() as connection:
        await LIFE.mark(connection, "REQ-101", 1, "rejected", by=RITA)
    await asked.contents()
    assert _values(await said.in_state(asked.database, "rejected")) == [
        ("REQ-101", 1, "rejected", 1)
    ]
    assert await asked.contents() == 0


async def test_what_a_new_version_says_is_read(asked: Asked) -> None:
    said = Saying(LIFE, lambda content: content["says"])
    await said.latest(asked.database)
    async with asked.database.transaction() as connection:
        await LIFE.mark(connection, "REQ-101", 1, "rejected", by=RITA)
    await asked.propose("REQ-101", "birthDate", {"says": 3})
    assert [value for _, value in await said.latest(asked.database)] == [3, 2]


async def test_no_more_is_kept_than_there_is_room_for(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saying, "MOST_KEPT", 2)
    said = Saying(LIFE, lambda content: content["says"])
    await said.latest(asked.database)
    await asked.propose("REQ-103", "title", {"says": 3})
    assert [value for _, value in await said.latest(asked.database)] == [1, 2, 3]
    assert [value for _, value in await said.latest(asked.database)] == [1, 2, 3]
