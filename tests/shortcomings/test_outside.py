"""Handed over to a desk outside, a real service: delivered once, followed, measured again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from customer_inventory.access.guard import Guard
from customer_inventory.access.ledger import Ledger
from customer_inventory.kit.errors import Conflict
from customer_inventory.kit.settings import Settings
from customer_inventory.record.event import subscription as subscriptions
from customer_inventory.shortcomings import held
from customer_inventory.shortcomings.handover import desk, raising, ticket
from customer_inventory.shortcomings.handover.following import follow
from customer_inventory.shortcomings.handover.ticket import Chosen
from customer_inventory.tmf.events import TICKET_DESK, Events
from tests.conftest import Service
from tests.facilities.backup.conftest import BY
from tests.record.event.test_dispatcher import QUICK
from tests.shortcomings.outside import TOKEN, Outside, outside
from tests.shortcomings.test_handover import (
    INDEX,
    SCHEMA,
    SEQUENCE,
    Planted,
    characteristics,
    planted,
)

__all__ = ["planted"]

Told = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Hand:
    """An inventory with shortcomings whose tickets go to a desk outside."""

    here: Planted
    there: Outside
    settings: Settings

    async def raised(self, what: tuple[str, str]) -> str:
        done = await raising.raise_one(
            self.here.database, held.fingerprint(*what), place="remote", actor=BY
        )
        return done.ticket

    async def follow(self) -> tuple[int, int, int]:
        done = await follow(self.here.database, self.settings, actor=BY)
        return done.changed, done.measured, done.missed

    async def called(self, identifier: str) -> str:
        """Wait until a ticket is delivered; return what it is called there."""

        async def name() -> str | None:
            row, _ = await ticket.one(self.here.database, identifier)
            return None if row["remote_id"] is None else str(row["remote_id"])

        return str(await until(name))

    async def status(self, called: str, status: str) -> dict[str, Any]:
        """Wait until a ticket has a status there, and return it."""

        async def has() -> dict[str, Any] | None:
            there = self.there.kept["troubleTicket"][called]
            return there if there["status"] == status else None

        return dict(await until(has))


async def until(there: Callable[[], Awaitable[Any]]) -> Any:
    for _ in range(600):
        if (found := await there()) is not None:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come")


@asynccontextmanager
async def dispatching(hand: Hand, settings: Settings | None = None) -> AsyncIterator[None]:
    database = hand.here.database
    events = Events(
        database, Guard(database), Ledger(database), settings or hand.settings, "http://here",
        pace=QUICK,
    )  # fmt: skip
    await events.start()
    try:
        yield
    finally:
        await events.stop()


@pytest.fixture
async def hand(planted: Planted, tmp_path: Path) -> AsyncIterator[Hand]:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    async with outside() as there:
        settings = Settings(
            home=tmp_path,
            database_url=planted.database.dsn,
            ticket_url=f"{there.base}/tmf",
            ticket_token=tmp_path / "token",
            callback_allow="127.0.0.0/8",
        )
        yield Hand(planted, there, settings)


async def test_mended_outside_is_measured_here_and_closed_there_and_a_false_fix_goes_back(
    hand: Hand,
) -> None:
    async with dispatching(hand):
        sequence, index, schema = [await hand.raised(each) for each in (SEQUENCE, INDEX, SCHEMA)]
        names = [await hand.called(each) for each in (sequence, index, schema)]
        assert hand.there.made() == 3
        first = hand.there.kept["troubleTicket"][names[0]]
        assert first["externalIdentifier"][0]["id"] == held.fingerprint(*SEQUENCE)
        assert len(first["attachment"]) == 2
        with pytest.raises(Conflict):
            await desk.bring(hand.here.database, sequence, "inProgress", reason="x", actor=BY)

        hand.there.say(names[0], "inProgress", "tonight")
        assert await hand.follow() == (1, 0, 0)
        assert await hand.follow() == (0, 0, 0)
        assert await hand.here.states(SEQUENCE) == ["open", "raised", "accepted"]

        await hand.here.database.execute("SELECT setval('planted.numbers', 10)")
        await hand.here.database.execute("DROP INDEX planted.covered")
        for name in names:
            hand.there.say(name, "resolved", "done, I think")
        assert await hand.follow() == (3, 3, 0)
        told = await hand.status(names[0], "closed")
        assert characteristics(told)["achievedGain"] > 80
        assert told["note"][-1]["text"].startswith("Mended: ")
        await hand.status(names[1], "closed")
        wrongly = await hand.status(names[2], "inProgress")
        assert wrongly["statusChangeReason"].startswith("Not mended: 1 schema")
    assert (await hand.here.states(SEQUENCE))[-3:] == ["claimed", "verified", "closed"]
    assert (await hand.here.states(INDEX))[-3:] == ["claimed", "verified", "closed"]
    assert (await hand.here.states(SCHEMA))[-2:] == ["claimed", "reopened"]
    score = await held.scoreboard(hand.here.database)
    assert (score["verified"], score["false_fixes"], score["raised"]) == (2, 1, 3)
    assert await hand.follow() == (0, 0, 0)


async def test_it_is_delivered_once_whatever_fails_on_the_way(hand: Hand) -> None:
    hand.there.forgets = 1
    hand.there.failing = [503]
    async with dispatching(hand):
        called = await hand.called(await hand.raised(SEQUENCE))
    assert [each["id"] for each in hand.there.tickets] == [called]
    assert hand.there.made() == 1
    # All events told anew, as after a replay: nothing is made or changed there.
    before = dict(hand.there.only())
    await subscriptions.replay(hand.here.database, TICKET_DESK, after=0)
    async with dispatching(hand):

        async def asked_again() -> bool | None:
            return True if ("GET", f"/tmf/troubleTicket/{called}") in hand.there.asked else None

        await until(asked_again)
    assert (hand.there.made(), hand.there.only()) == (1, before)


async def test_what_is_closed_outside_and_not_mended_gets_a_ticket_that_follows(
    hand: Hand,
) -> None:
    async with dispatching(hand):
        first = await hand.raised(SCHEMA)
        called = await hand.called(first)
        hand.there.say(called, "closed", "we do not see it")
        assert await hand.follow() == (1, 1, 0)
        rows = await ticket.listed(hand.here.database, Chosen(held.fingerprint(*SCHEMA)))
        assert [row["status"] for row in rows] == ["acknowledged", "closed"]
        again = await hand.called(rows[0]["id"])
    told = hand.there.kept["troubleTicket"][again]
    [follows] = told["troubleTicketRelationship"]
    assert (follows["id"], follows["relationshipType"]) == (called, "recurrenceOf")


async def test_rejected_outside_is_rejected_here(hand: Hand) -> None:
    async with dispatching(hand):
        called = await hand.called(await hand.raised(SCHEMA))
        hand.there.say(called, "rejected", "a yearly job needs it")
        assert await hand.follow() == (1, 0, 0)
    there, steps = await held.one(hand.here.database, held.fingerprint(*SCHEMA))
    assert (there["state"], steps[-1]["reason"]) == ("rejected", "a yearly job needs it")


async def test_a_desk_that_is_not_there_or_knows_us_not_is_waited_for(hand: Hand) -> None:
    (hand.settings.home / "wrong").write_text("another")
    settings = replace(hand.settings, ticket_token=hand.settings.home / "wrong")
    identifier = await hand.raised(SCHEMA)
    async with dispatching(hand, settings):

        async def is_failing() -> bool | None:
            rows = await subscriptions.standing(hand.here.database)
            return True if any("401" in str(row["reason"]) for row in rows) else None

        await until(is_failing)
    assert hand.there.tickets == []
    await subscriptions.resume(hand.here.database, TICKET_DESK)
    async with dispatching(hand):
        called = await hand.called(identifier)
    hand.there.failing = [500]
    assert await hand.follow() == (0, 0, 1)
    assert hand.there.only()["id"] == called
    elsewhere = replace(hand.settings, callback_allow=None)
    assert (await follow(hand.here.database, elsewhere, actor=BY)).missed == 1


async def test_the_desk_may_be_the_tmf621_api_of_another_inventory(
    another: Any, service: Service, tmp_path: Path
) -> None:
    """Two inventories: one hands over to the other's TMF621, where customers' tickets are."""
    from tests.shortcomings.test_handover import PLANTED

    for statement in PLANTED:
        await another.execute(statement)
    here = Planted(another)
    await here.assess()
    (tmp_path / "token").write_text(service.token)
    settings = Settings(
        home=tmp_path,
        database_url=another.dsn,
        ticket_url=f"{service.base}/tmf-api/troubleTicket/v5",
        ticket_token=tmp_path / "token",
        callback_allow="127.0.0.0/8",
    )
    hand = Hand(here, Outside(), settings)
    async with dispatching(hand):
        sequence, schema = await hand.raised(SEQUENCE), await hand.raised(SCHEMA)
        names = [await hand.called(each) for each in (sequence, schema)]
        await here.database.execute("SELECT setval('planted.numbers', 10)")
        for name in names:
            place = f"/tmf-api/troubleTicket/v5/troubleTicket/{name}"
            changes = {"status": "resolved", "statusChangeReason": "done"}
            answer = await service.client.patch(place, json=changes)
            assert answer.status_code == 200, answer.text
        assert await hand.follow() == (2, 2, 0)

        async def told() -> list[str] | None:
            read = [
                (await service.client.get(f"/tmf-api/troubleTicket/v5/troubleTicket/{name}")).json()
                for name in names
            ]
            states = [each["status"] for each in read]
            return states if "resolved" not in states else None

        assert await until(told) == ["closed", "inProgress"]
    assert (await here.states(SEQUENCE))[-1] == "closed"
    assert (await here.states(SCHEMA))[-1] == "reopened"
