"""Quality of service in a month: what was answered, what failed, and how long it took."""

from collections.abc import Sequence
from decimal import Decimal
from operator import itemgetter

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.report.model import (
    Cell,
    Chart,
    Column,
    Section,
    Sentence,
    Table,
    percent,
)
from customer_inventory.store.database import Database, Row
from customer_inventory.usage.cost.used import used_in
from customer_inventory.usage.metering.latency import Latency, latencies
from customer_inventory.usage.report.money import share
from customer_inventory.usage.report.used import counted

_HEADS = (
    Column("Requests", "count"), Column("Failed", "count"), Column("Of these refused", "count"),
    Column("Answered", "share"),
)  # fmt: skip


_LENGTHS = tuple(
    Column(name, "figure", "ms") for name in ("Half within", "95 % within", "99 % within", "Mean")
)
QUICK = 0.1
"""Within so many seconds an answer is told to be quick; one of the bounds that are counted by."""


async def served(database: Database, month: Month) -> list[Section]:
    """Return how the inventory served in a month, as far as that is metered."""
    rows = (await used_in(database, month)).sums
    by_operation = await latencies(database, month.start, month.stop, by=("operation",))
    by_process = await latencies(database, month.start, month.stop, by=("process",))
    return [_answered(rows), _slow(by_operation, by_process)]


def _answered(rows: Sequence[Row]) -> Section:
    """Tell what was answered: refusals are answers, other failures are none."""
    tables = []
    for name in ("operation", "process"):
        sums = counted(rows, itemgetter(name))
        told = [
            (key, each["requests"], each["errors"], each["denied"],
             share(each["requests"] - failures(each["errors"], each["denied"]), each["requests"]))
            for key, each in sums.items()
        ]  # fmt: skip
        heads = (Column(name.capitalize()), *_HEADS)
        empty = "Nothing is metered."
        tables.append(Table(f"Answers by {name}", heads, told, empty=empty))
    requests = sum(row["requests"] for row in rows)
    failed = sum(failures(row["errors"], row["denied"]) for row in rows)
    said = f"{percent(share(requests - failed, requests))} of {requests:,} requests were answered."
    why = "A refusal is an answer. Failures are those of callers too: what is not there, or wrong."
    sentences = (Sentence(said), Sentence(why))
    return Section("Answers and failures", sentences, tuple(tables), Chart("Requests", 1))


def failures(errors: int, denied: int) -> int:
    """Return how many requests failed that were not refused: a refusal is an answer."""
    return max(0, errors - denied)


def _slow(by_operation: Sequence[Latency], by_process: Sequence[Latency]) -> Section:
    """Tell how long answers took, by the length that half, and nearly all, were within."""
    tables = tuple(
        Table(
            f"Length of answers by {name}",
            (Column(name.capitalize()), Column("Answers", "count"), *_LENGTHS),
            [_lengths(each) for each in found],
            caption="Milliseconds, about: between the bounds by which lengths are counted.",
            empty="It was not measured.",
        )
        for name, found in (("operation", by_operation), ("process", by_process))
    )
    counted_ones = sum(each.requests for each in by_operation)
    quick = sum(round(each.within(QUICK) * each.requests) for each in by_operation)
    said = (
        f"{percent(share(quick, counted_ones))} of {counted_ones:,} answers over HTTP took at most "
        f"{QUICK:g} seconds. What a service that was down did not answer is not in it."
        if counted_ones
        else "How long answers took was not measured."
    )
    chart = Chart("Milliseconds that 95 of 100 answers were within", 3)
    return Section("How long it took", (Sentence(said),), tables, chart)


def _lengths(each: Latency) -> tuple[Cell, ...]:
    told = (each.quantile(0.5), each.quantile(0.95), each.quantile(0.99), each.mean)
    return (each.key[0], each.requests, *(_milliseconds(seconds) for seconds in told))


def _milliseconds(seconds: float) -> Decimal:
    return Decimal(f"{seconds * 1000:.4f}")
