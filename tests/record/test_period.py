"""Periods that must not overlap: held by the database, whoever writes and how."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import new_id
from customer_inventory.record.declare import Document
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.patch import merged
from customer_inventory.record.period import Overlap, periods
from customer_inventory.record.version import creation
from customer_inventory.record.write import Writer
from customer_inventory.store.database import Database
from tests.record.samples import (
    AGREEMENT,
    CUSTOMER,
    ORGANIZATION,
    agreement,
    company,
    customer,
    related,
)

SPECIFICATION = new_id()


def span(start: Any = None, end: Any = None) -> Document:
    """Return a period of days in January 2026."""
    named = {"startDateTime": start, "endDateTime": end}
    return {name: f"2026-01-{day:02}T00:00:00Z" for name, day in named.items() if day is not None}


def contract(party: str, start: Any = None, end: Any = None, **more: Any) -> Document:
    given = {"agreementSpecification": {"id": SPECIFICATION}, **more}
    return agreement(party, agreementPeriod=span(start, end), **given)


async def held(database: Database) -> int:
    return int(await database.value("SELECT count(*) FROM record.period"))


async def test_two_contracts_of_one_kind_do_not_overlap(inventory: Inventory, actor: Actor) -> None:
    party = new_id()
    first = await inventory.create(AGREEMENT, contract(party, 1, 10), actor=actor)
    with pytest.raises(Overlap) as refused:
        await inventory.create(AGREEMENT, contract(party, 9), actor=actor)
    assert refused.value.path == "agreementPeriod"
    assert "2026-01-09" in refused.value.message
    assert first.id not in str(refused.value)
    await inventory.create(AGREEMENT, contract(party, 10, 20), actor=actor)
    await inventory.create(AGREEMENT, contract(new_id(), 9), actor=actor)
    await inventory.create(
        AGREEMENT, contract(party, 9, externalIdentifier=[{"id": "no. 2"}]), actor=actor
    )


@pytest.mark.parametrize(
    "document",
    [
        contract(new_id()),
        contract(new_id(), None, 5),
        contract(new_id(), 5, 5),
        contract("crm:42", 1),
        contract(new_id(), 1, agreementSpecification={"id": "spec-1"}),
        agreement(new_id(), agreementPeriod=span(1)),
    ],
)
async def test_what_says_less_is_not_held(
    inventory: Inventory, database: Database, actor: Actor, document: Document
) -> None:
    for _ in range(2):
        await inventory.create(AGREEMENT, document, actor=actor)
    assert await held(database) == 0


async def test_a_period_moves_ends_and_comes_free(
    inventory: Inventory, database: Database, actor: Actor
) -> None:
    async def move(identifier: str, *days: Any, **more: Any) -> None:
        patch = {"agreementPeriod": {"endDateTime": None, **span(*days)}, **more}
        await inventory.change(AGREEMENT, identifier, lambda old: merged(old, patch), actor=actor)

    party = new_id()
    first, second = [
        (await inventory.create(AGREEMENT, contract(party, *days), actor=actor)).id
        for days in ((1, 10), (10, 20))
    ]
    await move(first, 2, 10)
    await move(first, 2, 5)
    with pytest.raises(Overlap):
        await move(second, 4, 20)
    await move(second, 5, 20, status="active")
    with pytest.raises(Overlap):
        await move(first, 2)
    await inventory.remove(AGREEMENT, second, actor=actor)
    await move(first, 2)
    assert await held(database) == 1
    await inventory.remove(AGREEMENT, first, actor=actor)
    assert await held(database) == 0


async def test_of_many_at_once_one_is_made(inventory: Inventory, actor: Actor) -> None:
    party = new_id()
    others = [contract(new_id(), 1) for _ in range(5)]
    outcomes = await asyncio.gather(
        *(inventory.create(AGREEMENT, contract(party, day), actor=actor) for day in range(1, 9)),
        *(inventory.create(AGREEMENT, document, actor=actor) for document in others),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Overlap)]
    assert len(refused) == 7
    assert not any(isinstance(outcome, Exception) for outcome in outcomes[8:])


async def test_a_party_is_related_once_at_a_time(inventory: Inventory, actor: Actor) -> None:
    friend = new_id()

    def named(*periods: Document) -> list[Document]:
        return [{**related(friend, "director"), "validFor": period} for period in periods]

    fine = company(relatedParty=named(span(1, 5), span(5, 9), {}))
    made = await inventory.create(ORGANIZATION, fine, actor=actor)
    await inventory.create(ORGANIZATION, fine, actor=actor)
    with pytest.raises(Overlap) as refused:
        await inventory.create(
            ORGANIZATION, company(relatedParty=named(span(1, 5), span(4))), actor=actor
        )
    assert refused.value.path in ("relatedParty[0].validFor", "relatedParty[1].validFor")
    with pytest.raises(Overlap, match="another part of this record"):
        await inventory.change(
            ORGANIZATION,
            made.id,
            lambda old: {**old, "relatedParty": [*old["relatedParty"], *named(span(8))]},
            actor=actor,
        )


async def test_a_role_is_played_once_at_a_time(inventory: Inventory, actor: Actor) -> None:
    party = new_id()
    role = customer(party, validFor=span(1), partyRoleSpecification={"id": SPECIFICATION})
    await inventory.create(CUSTOMER, role, actor=actor)
    with pytest.raises(Overlap):
        await inventory.create(CUSTOMER, role, actor=actor)
    await inventory.create(CUSTOMER, {**role, "name": "Another"}, actor=actor)


def test_a_period_that_ends_too_early_is_refused() -> None:
    with pytest.raises(Invalid, match="ends before it starts"):
        periods(AGREEMENT, {"id": new_id(), **contract(new_id(), 5, 4)})


_days = st.tuples(st.integers(1, 8), st.none() | st.integers(9, 12) | st.integers(1, 12))


@given(st.lists(_days.filter(lambda days: days[1] is None or days[0] < days[1]), max_size=8))
async def test_what_is_held_never_overlaps(database: Database, asked: list[Any]) -> None:
    party, writer, actor = new_id(), Writer(database), Actor("test", "testing")
    there: list[tuple[int, float]] = []
    for start, end in asked:
        document = {"id": new_id(), **contract(party, start, end)}
        until = float(end or 99)
        is_free = all(until <= other or after <= start for other, after in there)
        try:
            await writer.write(creation(AGREEMENT, document, actor))
        except Overlap:
            assert not is_free
        else:
            assert is_free
            there.append((start, until))
