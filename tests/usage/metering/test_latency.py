"""How long answers take: every answer is counted once, by length, whichever way it went."""

import asyncio
from bisect import bisect_left
from datetime import timedelta
from itertools import pairwise
from statistics import quantiles
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.access.ledger import Entry
from customer_inventory.kit.clock import now
from customer_inventory.store.database import Database
from customer_inventory.usage.metering.latency import (
    BOUNDS,
    Latencies,
    Latency,
    cumulated,
    latencies,
)
from tests.conftest import Service
from tests.tmf.bodies import BODIES
from tests.usage.ledger import NOON, entry

INDIVIDUALS = "/tmf-api/party/v5/individual"
LENGTHS = st.lists(st.floats(0, 60, allow_nan=False), min_size=1, max_size=200)


def told(kind: str) -> Entry:
    return entry(NOON, "care", type=kind)


def of(lengths: list[float]) -> Latency:
    buckets = [0] * (len(BOUNDS) + 1)
    for length in lengths:
        buckets[bisect_left(BOUNDS, length)] += 1
    return Latency((), len(lengths), sum(lengths), tuple(buckets))


@given(LENGTHS, st.floats(0.01, 1))
def test_a_quantile_lies_between_the_bounds_of_the_true_one(
    lengths: list[float], share: float
) -> None:
    found = of(lengths).quantile(share)
    true = sorted(lengths)[max(0, -int(-share * len(lengths) // 1) - 1)]
    place = bisect_left(BOUNDS, true)
    low = BOUNDS[place - 1] if place else 0.0
    high = BOUNDS[min(place, len(BOUNDS) - 1)]
    assert min(low, BOUNDS[-1]) <= found <= high


@given(LENGTHS)
def test_counts_for_prometheus_grow_to_all(lengths: list[float]) -> None:
    told = cumulated(of(lengths))
    assert all(before <= after for (_, before), (_, after) in pairwise(told))
    assert told[-1] == ("+Inf", len(lengths))


def test_even_lengths_have_the_quantiles_of_their_bucket() -> None:
    lengths = [0.01 + 0.015 * place / 1000 for place in range(1, 1001)]
    found = of(lengths)
    assert found.quantile(0.95) == pytest.approx(quantiles(lengths, n=100)[94], rel=0.01)
    assert found.within(0.025) == 1.0
    assert found.within(0.01) == 0.0


def test_nothing_took_no_time() -> None:
    empty = Latency((), 0, 0.0, (0,) * (len(BOUNDS) + 1))
    assert (empty.mean, empty.quantile(0.99), empty.within(1.0)) == (0.0, 0.0, 1.0)


async def spans(database: Database, **more: object) -> list[Latency]:
    hour = timedelta(hours=1)
    return await latencies(database, now() - hour, now() + hour, **more)


async def test_every_answer_is_counted_whichever_way_it_went(service: Service) -> None:
    made = (await service.client.post(INDIVIDUALS, json=BODIES["individual"])).json()
    token = await service.token_for("reader", "individual:read", purpose="care")
    mine = {"Authorization": f"Bearer {token}"}
    # The first is not remembered and goes the ordinary way, the others go straight.
    for _ in range(4):
        answer = await service.client.get(f"{INDIVIDUALS}/{made['id']}", headers=mine)
        assert answer.status_code == 200
    assert (await service.client.get(f"{INDIVIDUALS}/unknown", headers=mine)).status_code == 404
    refused = await service.client.post(INDIVIDUALS, headers=mine, json=BODIES["individual"])
    assert refused.status_code == 403
    stranger = await service.client.get(INDIVIDUALS, headers={"Authorization": "Bearer no"})
    assert stranger.status_code == 401
    await service.application.latencies.keep()
    found = {each.key: each for each in await spans(service.database)}
    counts = await service.database.fetch(
        "SELECT process, operation, record_type, count(*) AS requests FROM access.entry"
        " WHERE process IN ('reader', 'tester') GROUP BY 1, 2, 3"
    )
    assert counts
    for row in counts:
        key = (row["process"], row["operation"], row["record_type"])
        assert found.pop(key).requests == row["requests"]
    assert [key for key in found if key[0] in ("reader", "tester")] == []
    (whole,) = await spans(service.database, by=())
    assert whole.requests == sum(row["requests"] for row in counts)
    assert 0 < whole.quantile(0.5) <= whole.quantile(0.99)
    assert 0 < whole.mean < 30


async def test_services_add_to_the_same_hour(database: Database) -> None:
    services = [Latencies(database) for _ in range(4)]
    for each in services:
        for kind in ("customer", "individual"):
            each.took(told(kind), perf_counter())
    await asyncio.gather(*(each.keep() for each in services))
    for each in services:
        await each.keep()
    found = await spans(database)
    assert [(each.key[2], each.requests) for each in found] == [("customer", 4), ("individual", 4)]
    by_process = await spans(database, by=["process"])
    assert [(each.key, each.requests) for each in by_process] == [(("care",), 8)]


async def test_what_cannot_be_kept_stays(dsn: str) -> None:
    database = Database(dsn)
    latency = Latencies(database)
    latency.took(told("customer"), perf_counter())
    # The database is not open: keeping fails, and nothing is lost by it.
    await latency.keep()
    latency.took(told("customer"), perf_counter())
    async with database:
        await latency.keep()
        (found,) = await spans(database, by=())
    assert found.requests == 2
