"""`choices`: what it costs a read that its purpose asks for the choices of subjects.

The same statements, on the same rows, for a purpose that asks for nothing, one that heeds
objections and one that needs consent; every second subject agreed, every tenth refused, and every
hundredth agreed to something rare.
"""

import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bench.sample import Sample
from bench.server import Home, new_home
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record.choice.asked import asked
from customer_inventory.record.choice.settling import settle_all
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import encode
from customer_inventory.record.lines import Batch, lines_of
from customer_inventory.record.load import load
from customer_inventory.record.read import Query, Reader, by_id
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.sight import Sight
from customer_inventory.record.types import named
from customer_inventory.store.database import Database

NOTHING, OBJECTION, CONSENT = "asks nothing", "heeds objections", "needs consent"
RARE = "needs one that few gave"
SIGHTS = {
    NOTHING: EVERY_ROW,
    OBJECTION: Rows(choice=asked(["marketing"], needs_consent=False)),
    CONSENT: Rows(choice=asked(["marketing"], needs_consent=True)),
    RARE: Rows(choice=asked(["research"], needs_consent=True)),
}
BY_ID, LIST, COUNT = "200 accounts by id, one by one", "a list of 50 accounts", "a count to 10,001"
_ACTOR = Actor("bench", "benchmark")
_CHUNK = 500
_NOTE = "x" * 700


@dataclass(frozen=True)
class Plan:
    """How many subjects, each with a customer, an account and an agreement; how often measured."""

    customers: int = 100_000
    rounds: int = 9
    seed: int = 1


@dataclass(frozen=True)
class Result:
    """What came of a plan: samples by what was done, and for which purpose."""

    plan: Plan
    postgresql: str
    samples: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)
    settled: float = 0.0
    bytes_of_choices: int = 0


async def measure(plan: Plan) -> Result:
    """Make subjects and measure, in turn, what each purpose reads of them; remove everything."""
    async with new_home() as home, Database(home.dsn) as database:
        ids = await _fill(plan, home, database)
        started = time.monotonic()
        await settle_all(database)
        settled = (time.monotonic() - started) / plan.customers
        size = await database.value("select pg_total_relation_size('record.choice')")
        draw = random.Random(plan.seed)
        some = draw.sample(ids, 200)
        samples: dict[tuple[str, str], list[Sample]] = {}
        for number in range(plan.rounds + 1):
            for what, ask in _asked(database, some).items():
                for purpose, rows in SIGHTS.items():
                    sample = await _timed(lambda ask=ask, rows=rows: ask(rows))  # type: ignore[misc]
                    if number:  # the first is for the plans and the caches
                        samples.setdefault((what, purpose), []).append(sample)
    return Result(plan, home.version, samples, settled, size)


def _asked(
    database: Database, some: Sequence[str]
) -> dict[str, Callable[[Rows], Awaitable[object]]]:
    account, reader = named("billingAccount"), Reader(database)

    async def one_by_one(rows: Rows) -> None:
        statement = by_id(account, rows)
        for each in some:
            await database.fetch(
                statement.text, [each], [bucket_of(each)], ["purpose"], *statement.values
            )

    async def listed(rows: Rows) -> None:
        await reader.part(account, Query(limit=50), Sight("purpose", rows), with_cursors=False)

    async def counted(rows: Rows) -> None:
        await reader.number(account, Query(), 10_001, Sight("purpose", rows))

    return {BY_ID: one_by_one, LIST: listed, COUNT: counted}


async def _fill(plan: Plan, home: Home, database: Database) -> list[str]:
    """Load the subjects; return the ids of their accounts."""
    accounts: list[str] = []
    subjects = _subjects(plan)
    while chunk := list(islice(subjects, _CHUNK)):
        batches: dict[RecordType, dict[str, Any]] = {}
        for name, document in (made for group in chunk for made in group):
            declared = named(name)
            lines = lines_of(declared, document, encode(document), _ACTOR)
            batches.setdefault(declared, {})[document["id"]] = lines
            if name == "billingAccount":
                accounts.append(document["id"])
        async with database.transaction() as connection:
            await load(
                connection, {kind: Batch.of(lines) for kind, lines in batches.items()}, _ACTOR
            )
    await database.execute("analyze")
    await home.checkpoint()
    return accounts


def _subjects(plan: Plan) -> Iterator[list[tuple[str, Document]]]:
    for number in range(plan.customers):
        party, role = new_id(), new_id()
        engaged = {"id": party, "@referredType": "Individual"}
        owner = [{"role": "owner", "partyOrPartyRole": {"id": role, "@referredType": "Customer"}}]
        value = "yes" if number % 2 else "no" if number % 10 == 0 else None
        said = [_said("marketing", value), *([_said("research", "yes")] * (number % 100 == 0))]
        yield [
            ("individual", {"id": party, "@type": "Individual", "familyName": f"N{number}"}),
            ("customer", {"id": role, "@type": "Customer", "name": "N", "engagedParty": engaged}),
            (
                "billingAccount",
                {
                    "id": new_id(),
                    "@type": "BillingAccount",
                    "name": f"Account {number}",
                    "description": _NOTE,
                    "relatedParty": owner,
                },
            ),
            (
                "partyPrivacyAgreement",
                {
                    "id": new_id(),
                    "@type": "PartyPrivacyAgreement",
                    "name": "Privacy",
                    "status": "approved",
                    "engagedParty": [engaged],
                    "partyPrivacyProfileCharacteristic": said,
                },
            ),
        ]


def _said(use: str, value: str | None) -> Document:
    chosen = {"value": value} if value else {}
    return {"privacyUsagePurpose": use, "characterisitc": {"name": "byEmail", **chosen}}


async def _timed(ask: Callable[[], Awaitable[object]]) -> Sample:
    started = time.monotonic()
    await ask()
    return Sample(operations=1, seconds=time.monotonic() - started)
