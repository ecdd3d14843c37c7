"""What hurts now is told to an Alertmanager, a real receiver, and handed over as a problem."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from customer_inventory.kit.clock import now
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings import deciding, held
from customer_inventory.shortcomings.assessing import CHECKS
from customer_inventory.shortcomings.handover.alerting import GOES_ON
from customer_inventory.shortcomings.handover.symptom import Watched, watch
from customer_inventory.store.database import Database
from tests.facilities.backup.conftest import BY
from tests.shortcomings.outside import TOKEN, Outside, outside
from tests.shortcomings.test_outside import Hand, Planted, dispatching, until

QUICK_TO_JUDGE = tuple(
    replace(check, warn=0.0, critical=0.0) if check.id == "CON02" else check
    for check in CHECKS
    if check.id in ("CON01", "CON02")
)
"""Somebody who does nothing in a transaction is critical."""


@pytest.fixture
async def alerted(database: Database, tmp_path: Path) -> AsyncIterator[tuple[Settings, Outside]]:
    (tmp_path / "token").write_text(TOKEN)
    token = tmp_path / "token"
    async with outside() as there:
        settings = Settings(
            home=tmp_path, database_url=database.dsn, public_url="https://inventory.example",
            alertmanager_url=f"{there.base}/", alertmanager_token=token,
            problem_url=f"{there.base}/tmf", problem_token=token, callback_allow="127.0.0.0/8",
        )  # fmt: skip
        yield settings, there


@asynccontextmanager
async def idle(dsn: str) -> AsyncIterator[None]:
    """Have a session do nothing in a transaction."""
    async with AsyncExitStack() as stack:
        connection = await asyncpg.connect(dsn)
        stack.callback(connection.terminate)
        await connection.execute("BEGIN")
        yield
        pid = connection.get_server_pid()
    there = "SELECT pid FROM pg_stat_activity WHERE pid = $1"
    async with Database(dsn, pool_size=1) as database:
        while await database.value(there, pid) is not None:
            await asyncio.sleep(0.02)


async def test_it_is_told_while_it_hurts_and_when_it_is_over(
    alerted: tuple[Settings, Outside], database: Database
) -> None:
    settings, there = alerted
    hand = Hand(Planted(database), there, settings)

    async def look(at: datetime) -> Watched:
        return await watch(database, settings, actor=BY, checks=QUICK_TO_JUDGE, at=at)

    start = now()
    async with dispatching(hand):
        async with idle(database.dsn):
            assert await look(start) == Watched(1, 0, is_told=True)
            there.failing = [503]
            assert await look(start + timedelta(minutes=1)) == Watched(1, 0, is_told=False)
            assert (await look(start + timedelta(minutes=2))).is_told

            async def handed_over() -> bool | None:
                return True if there.kept["serviceProblem"] else None

            await until(handed_over)
        [[first], [again]] = there.alerts
        assert first["labels"] == again["labels"]
        assert first["labels"]["alertname"] == "InventoryRepositoryCON02"
        assert (first["labels"]["severity"], first["labels"]["service"]) == (
            "critical", "customer-inventory",
        )  # fmt: skip
        assert first["startsAt"] == again["startsAt"]
        ends = datetime.fromisoformat(again["endsAt"])
        assert abs(ends - start - timedelta(minutes=2) - GOES_ON) < timedelta(seconds=1)
        name = held.fingerprint("CON02", first["labels"]["object"])
        assert first["generatorURL"] == f"https://inventory.example/inventory/v1/shortcoming/{name}"
        [problem] = there.kept["serviceProblem"].values()
        assert (problem["status"], problem["priority"]) == ("acknowledged", 1)
        assert problem["externalIdentifier"][0]["id"] == name
        assert "transaction" in problem["description"]

        # Over: told as such, again until it is taken, and never after that.
        there.failing = [500]
        assert await look(start + timedelta(minutes=3)) == Watched(0, 1, is_told=False)
        assert await look(start + timedelta(minutes=4)) == Watched(0, 1, is_told=True)
        assert await look(start + timedelta(minutes=5)) == Watched(0, 0, is_told=True)
        assert len(there.alerts) == 3
        [resolved] = there.alerts[-1]
        assert resolved["labels"] == first["labels"]
        assert datetime.fromisoformat(resolved["endsAt"]) < start + timedelta(minutes=3, seconds=1)

        async def closed() -> bool | None:
            [one] = there.kept["serviceProblem"].values()
            return True if one["status"] == "closed" else None

        await until(closed)
    # A symptom is a shortcoming like any other: it is there, and waits for assessments.
    row, _ = await held.one(database, name)
    assert row["state"] == "open"


async def test_what_people_left_be_alerts_nobody(
    alerted: tuple[Settings, Outside], database: Database
) -> None:
    settings, there = alerted
    settings = replace(settings, problem_url=None)
    async with idle(database.dsn):
        await watch(database, settings, actor=BY, checks=QUICK_TO_JUDGE)
        [row] = await held.listed(database)
        until_day = now().date() + timedelta(days=9)
        await deciding.decide(
            database, row["fingerprint"], "snoozed", reason="a yearly job", until=until_day,
            actor=BY,
        )  # fmt: skip
        done = await watch(database, settings, actor=BY, checks=QUICK_TO_JUDGE)
    assert (done.hurting, len(there.alerts)) == (0, 1)


async def test_an_address_that_is_not_allowed_is_not_called(
    alerted: tuple[Settings, Outside], database: Database
) -> None:
    settings, there = alerted
    settings = replace(settings, callback_allow=None, problem_url=None)
    async with idle(database.dsn):
        done = await watch(database, settings, actor=BY, checks=QUICK_TO_JUDGE)
    assert (done.hurting, done.is_told, there.asked) == (1, False, [])
