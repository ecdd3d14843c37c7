"""Quotas: whatever asks how often at once, no more is let through than was agreed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from customer_inventory.access.quota import meter as metering
from customer_inventory.access.quota.budget import checked
from customer_inventory.access.quota.meter import Exhausted
from customer_inventory.access.quota.quotas import GUESSING, Quotas
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.record.finding import findings
from customer_inventory.store.database import Database


@dataclass
class Caller:
    terms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    actor: Actor = field(default_factory=lambda: Actor("reader", "testing"))


def limited(record_type: str = "*", **quota: int) -> Caller:
    return Caller({record_type: {"quota": quota}})


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """A clock that stands still: a window ends when the test says so."""
    at = [datetime(2026, 1, 31, 12, 0, 1, tzinfo=UTC)]
    monkeypatch.setattr(metering, "now", lambda: at[0])
    return at


async def test_so_many_are_let_through_and_no_more(database: Database) -> None:
    quotas, caller = Quotas(database), limited(requestsPerMinute=50)
    for _ in range(50):
        await quotas.admit(caller, "individual")
    with pytest.raises(Exhausted) as raised:
        await quotas.admit(caller, "individual")
    assert raised.value.retry_after == 59
    assert raised.value.code == "quotaExceeded"


async def test_callers_at_once_of_several_services_do_not_overspend(database: Database) -> None:
    services = [Quotas(database) for _ in range(4)]
    caller = limited(requestsPerDay=500)

    async def ask(quotas: Quotas) -> int:
        through = 0
        for _ in range(60):
            try:
                await quotas.admit(caller, "individual")
            except Exhausted:
                return through
            through += 1
        return through

    through = sum(await asyncio.gather(*(ask(services[n % 4]) for n in range(16))))
    # What a service leased and nobody asked it for is lost: never more than one lease each.
    assert 500 - 4 * 25 <= through <= 500
    assert await database.value("SELECT taken FROM access.quota") == 500


async def test_a_request_costs_no_statement_while_a_lease_lasts(database: Database) -> None:
    quotas, caller = Quotas(database), limited(requestsPerDay=2000)
    assert not quotas.admits(caller, "individual")
    await quotas.admit(caller, "individual")
    assert all(quotas.admits(caller, "individual") for _ in range(99))
    assert not quotas.admits(caller, "individual")
    assert await database.value("SELECT taken FROM access.quota") == 100


async def test_a_new_window_begins_anew(database: Database, noon: list[datetime]) -> None:
    quotas, caller = Quotas(database), limited(requestsPerMinute=2)
    for minute in range(3):
        noon[0] = noon[0].replace(minute=minute)
        await quotas.admit(caller, None)
        await quotas.admit(caller, None)
        with pytest.raises(Exhausted):
            await quotas.admit(caller, None)


async def test_a_clock_that_is_behind_gains_nothing(
    database: Database, noon: list[datetime]
) -> None:
    caller = limited(requestsPerMinute=2)
    ahead, behind = Quotas(database), Quotas(database)
    noon[0] = noon[0].replace(minute=1)
    await ahead.admit(caller, None)
    await ahead.admit(caller, None)
    noon[0] = noon[0].replace(minute=0)
    with pytest.raises(Exhausted):
        await behind.admit(caller, None)


async def test_rows_are_charged_whole_or_not_at_all(database: Database) -> None:
    quotas, caller = Quotas(database), limited(rowsPerDay=100)
    await quotas.charge(caller, "individual", 70)
    with pytest.raises(Exhausted, match="30 are left"):
        await quotas.charge(caller, "individual", 31)
    await quotas.charge(caller, "individual", 30)
    with pytest.raises(Exhausted):
        await quotas.charge(caller, "individual", 1)
    # Requests are another matter.
    await quotas.admit(caller, "individual")


async def test_downloads_are_counted_and_their_rows_with_them(database: Database) -> None:
    quotas, caller = Quotas(database), limited(downloadsPerDay=1, rowsPerDay=1000)
    await quotas.charge(caller, "individual", 0, is_download=True)
    await quotas.charge(caller, "individual", 1000)
    with pytest.raises(Exhausted, match="downloadsPerDay"):
        await quotas.charge(caller, "individual", 0, is_download=True)


async def test_a_type_has_its_own_and_what_is_of_no_type_counts_against_each(
    database: Database,
) -> None:
    quotas = Quotas(database)
    caller = Caller(
        {
            "individual": {"quota": {"requestsPerDay": 2}},
            "*": {"quota": {"requestsPerDay": 4}},
        }
    )
    await quotas.admit(caller, "individual")
    await quotas.admit(caller, None)
    with pytest.raises(Exhausted, match="of individual"):
        await quotas.admit(caller, "individual")
    await quotas.admit(caller, "customer")
    await quotas.admit(caller, "customer")
    with pytest.raises(Exhausted):
        await quotas.admit(caller, "customer")


async def test_a_refused_request_takes_nothing_of_the_other_budgets(database: Database) -> None:
    quotas = Quotas(database)
    caller = limited(requestsPerMinute=1000, requestsPerDay=1)
    await quotas.admit(caller, None)
    for _ in range(5):
        with pytest.raises(Exhausted):
            await quotas.admit(caller, None)
    told = dict(quotas.headers(caller, None))[b"ratelimit"].decode()
    assert '"requestsPerMinute";r=999;' in told
    assert '"requestsPerDay";r=0;' in told


async def test_processes_and_purposes_are_counted_apart(database: Database) -> None:
    quotas = Quotas(database)
    for process, purpose in (("a", "one"), ("a", "two"), ("b", "one")):
        caller = limited(requestsPerDay=1)
        caller.actor = Actor(process, purpose)
        await quotas.admit(caller, None)
        with pytest.raises(Exhausted):
            await quotas.admit(caller, None)


async def test_who_has_no_quota_is_not_counted(database: Database) -> None:
    quotas, caller = Quotas(database), Caller()
    await quotas.admit(caller, "individual")
    assert quotas.admits(caller, "individual")
    assert quotas.headers(caller, "individual") == ()
    assert await database.value("SELECT count(*) FROM access.quota") == 0


async def test_without_the_database_nobody_is_let_through() -> None:
    quotas = Quotas(Database("postgresql://127.0.0.1:1/none"))
    with pytest.raises(Unavailable):
        await quotas.admit(limited(requestsPerDay=1), None)


async def test_who_guesses_ids_waits_and_is_found(database: Database) -> None:
    quotas, caller = Quotas(database, misses=100), Caller()
    for number in range(100):
        await quotas.admit(caller, "individual")
        await quotas.missed(caller, f"id-{number}")
    assert not quotas.admits(caller, "individual")
    with pytest.raises(Exhausted, match="missesPerHour"):
        await quotas.admit(caller, "individual")
    (found,) = await findings(database, kind=GUESSING)
    assert found["state"] == "open"
    assert b"reader" in found["evidence"]
    # Others are not concerned.
    await quotas.admit(Caller(actor=Actor("another", "testing")), "individual")


async def test_a_quota_says_how_many_unknown_ids_are_usual(database: Database) -> None:
    quotas, caller = Quotas(database, misses=5), limited(missesPerHour=20)
    for number in range(19):
        await quotas.missed(caller, f"id-{number}")
    await quotas.admit(caller, "individual")
    await quotas.missed(caller, "id-19")
    with pytest.raises(Exhausted, match="missesPerHour"):
        await quotas.admit(caller, "individual")


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        {},
        {"requests": 1},
        {"rowsPerDay": -1},
        {"rowsPerDay": "1"},
        {"rowsPerDay": True},
        {"rowsPerDay": 1.5},
        {"rowsPerDay": 10**13},
    ],
)
def test_what_is_no_quota_is_refused(said: object) -> None:
    with pytest.raises(Invalid, match=r"individual\.quota"):
        checked("individual", said)


def test_a_quota_is_kept_in_the_order_of_budgets() -> None:
    said = {"rowsPerDay": 0, "requestsPerMinute": 600}
    assert list(checked("*", said)) == ["requestsPerMinute", "rowsPerDay"]
