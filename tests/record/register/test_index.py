"""Attributes that the register wants to be searchable, and the indexes that serve them."""

from collections.abc import Iterator

import asyncpg
import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.record.facet import facet_of
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.page import counting
from customer_inventory.record.read import Query
from customer_inventory.record.register import edition as editions
from customer_inventory.record.register import index
from customer_inventory.record.register.edition import Edition, Element, Enforced
from customer_inventory.record.sight import EVERYTHING
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.where import Order, Term

INDIVIDUAL = TYPES["individual"]
ACTOR = Actor("crm", "testing")


@pytest.fixture(autouse=True)
def nothing_in_force() -> Iterator[None]:
    yield
    editions.put_in_force(editions.NONE)


def edition(*paths: str) -> Edition:
    elements = tuple(
        Element(f"REQ-{number}", path, facet_of("individual", path), searchable=True)
        for number, path in enumerate(paths, 101)
    )
    return Edition(1, {"individual": Enforced(elements)})


async def filled(database: Database) -> Inventory:
    inventory = Inventory(database)
    for number in range(30):
        given = {"givenName": "A", "familyName": "B", "location": f"town {number % 5}"}
        if number % 2:
            given["placeOfBirth"] = f"place {number:02}"
        await inventory.create(INDIVIDUAL, given, actor=ACTOR)
    return inventory


@pytest.mark.parametrize(
    "query",
    [
        Query(terms=(Term("location", "eq", ("town 3",)),)),
        Query(terms=(Term("location", "eq", ("town 3", "town 4")),)),
        Query(terms=(Term("location", "ne", ("town 3",)),)),
        Query(terms=(Term("placeOfBirth", "gt", ("place 11",)),)),
        Query(terms=(Term("placeOfBirth", "regex", ("1[12]$",)),)),
        Query(order=(Order("placeOfBirth", descending=True),)),
        Query(terms=(Term("placeOfBirth", "ne", ("place 11",)),), order=(Order("location"),)),
    ],
)
async def test_lists_are_the_same_with_and_without(database: Database, query: Query) -> None:
    inventory = await filled(database)

    async def listed() -> list[str]:
        page = await inventory.page(INDIVIDUAL, query)
        return [record.id for record in page.records]

    before = await listed()
    editions.put_in_force(edition("location", "placeOfBirth"))
    assert await listed() == before
    await index.keep(database, editions.in_force())
    assert await listed() == before


async def test_the_statement_uses_the_index(database: Database) -> None:
    await filled(database)
    wanted = edition("location")
    editions.put_in_force(wanted)
    told: list[tuple[str, float]] = []
    built = await index.keep(database, wanted, progress=lambda *now: told.append(now))
    assert built == (["register_req_101"], [])
    assert told[-1] == ("register_req_101", 1.0)
    query = Query(terms=(Term("location", "eq", ("town 3",)),))
    text, arguments = counting(INDIVIDUAL, query, EVERYTHING, 100)
    async with database.transaction() as connection:
        await connection.execute("SET LOCAL citus.propagate_set_commands = 'local'")
        await connection.execute("SET LOCAL enable_seqscan = off")
        plan = await connection.fetch(f"EXPLAIN {text}", *arguments)
    assert any("register_req_101" in row[0] for row in plan), plan


async def test_what_is_not_asked_for_goes_and_what_broke_off_is_built_again(
    database: Database,
) -> None:
    both = edition("location", "placeOfBirth")
    assert await index.keep(database, both) == (["register_req_101", "register_req_102"], [])
    assert await index.keep(database, both) == ([], [])
    assert await index.keep(database, edition("location")) == ([], ["register_req_102"])
    # An index that was broken off is there, and of no use.
    connection = await asyncpg.connect(database.dsn.replace("cinv@", "postgres@", 1))
    await connection.execute(
        "UPDATE pg_index SET indisvalid = false"
        " WHERE indexrelid = 'record.register_req_101'::regclass"
    )
    await connection.close()
    assert await index.keep(database, edition("location")) == (["register_req_101"], [])
    assert await index.keep(database, editions.NONE) == ([], ["register_req_101"])
