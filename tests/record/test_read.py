"""Reading: by id, many at once, and page by page with their totals."""

import asyncio

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.kit.ids import new_id
from customer_inventory.record import read
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.read import Page, Query
from customer_inventory.record.version import NoSuchRecord, Version
from customer_inventory.store.database import Database
from customer_inventory.store.where import Order, Term
from customer_inventory.tmf.jsonpath import parse_filter
from tests import distributed
from tests.record.samples import CUSTOMER, INDIVIDUAL, ORGANIZATION, company, decoded, person

BY_NAME = (Order("name"),)


async def companies(inventory: Inventory, actor: Actor, count: int) -> list[Version]:
    return list(
        await asyncio.gather(
            *(
                inventory.create(ORGANIZATION, company(f"N{number:03}"), actor=actor)
                for number in range(count)
            )
        )
    )


def estimates(count: int) -> range:
    """Return what may be estimated of so many: exactly that, on a cluster what one shard tells."""
    return range(5, distributed.SHARDS * count + 1) if distributed.URL else range(count, count + 1)


def names(page: Page) -> list[str]:
    return [decoded(record.body)["name"] for record in page.records]


async def test_a_record_is_read_as_it_was_made(inventory: Inventory, actor: Actor) -> None:
    made = await inventory.create(INDIVIDUAL, person(), actor=actor)
    read_again = await inventory.get(INDIVIDUAL, made.id)
    assert read_again == made
    assert read_again.body.startswith(b'{"id":"%b","@type":"Individual"' % made.id.encode())


async def test_what_is_not_there(inventory: Inventory) -> None:
    for identifier in ("", "42", "x" * 10_000, "' OR TRUE", "0" * 26, "A" * 26):
        with pytest.raises(NoSuchRecord) as missing:
            await inventory.get(INDIVIDUAL, identifier)
        assert missing.value.path == "id"


async def test_many_reads_at_once_each_get_their_own(inventory: Inventory, actor: Actor) -> None:
    made = await companies(inventory, actor, 40)
    asked = [version.id for version in made] * 3 + [new_id() for _ in range(20)]
    answers = await asyncio.gather(
        *(inventory.get(ORGANIZATION, identifier) for identifier in asked), return_exceptions=True
    )
    for identifier, answer in zip(asked, answers, strict=True):
        if isinstance(answer, Version):
            assert answer.id == identifier
        else:
            assert isinstance(answer, NoSuchRecord)
    assert answers[:40] == answers[40:80] == made


async def test_an_id_of_another_type_is_not_there(inventory: Inventory, actor: Actor) -> None:
    made = await inventory.create(INDIVIDUAL, person(), actor=actor)
    with pytest.raises(NoSuchRecord):
        await inventory.get(CUSTOMER, made.id)


async def test_pages_and_their_totals(inventory: Inventory, actor: Actor) -> None:
    await companies(inventory, actor, 7)
    for limit, offset, first, end in (
        (20, 0, 0, 7),
        (7, 0, 0, 7),
        (3, 0, 0, 3),
        (3, 3, 3, 6),
        (3, 6, 6, 7),
        (3, 7, 0, 0),
        (3, 100, 0, 0),
        (0, 0, 0, 0),
        (0, 3, 0, 0),
    ):
        page = await inventory.page(ORGANIZATION, Query((), BY_NAME, limit, offset))
        assert names(page) == [f"N{number:03}" for number in range(first, end)]
        assert (page.total, page.is_estimate) == (7, False)


async def test_an_empty_list_counts_none(inventory: Inventory) -> None:
    assert await inventory.page(ORGANIZATION, Query()) == Page([], 0)
    assert await inventory.page(ORGANIZATION, Query(limit=0)) == Page([], 0)


async def test_a_filtered_page_counts_what_it_found(inventory: Inventory, actor: Actor) -> None:
    await companies(inventory, actor, 12)
    terms = (Term("name", "regex", ("N00[0-4]",)), Term("name", "ne", ("N003",)))
    page = await inventory.page(ORGANIZATION, Query(terms, BY_NAME, limit=2))
    assert (names(page), page.total) == (["N000", "N001"], 4)


async def test_pages_without_an_order_are_by_id_and_complete(
    inventory: Inventory, actor: Actor
) -> None:
    made = await companies(inventory, actor, 25)
    pages = [await inventory.page(ORGANIZATION, Query(limit=10, offset=n)) for n in (0, 10, 20)]
    ids = [record.id for page in pages for record in page.records]
    assert ids == sorted(version.id for version in made)


async def test_records_of_equal_order_stay_in_one_order(inventory: Inventory, actor: Actor) -> None:
    for _ in range(10):
        await inventory.create(INDIVIDUAL, person("Same"), actor=actor)
    order = (Order("familyName", descending=True), Order("gender"))
    pages = [await inventory.page(INDIVIDUAL, Query((), order, 4, n)) for n in (0, 4, 8)]
    ids = [record.id for page in pages for record in page.records]
    assert ids == sorted(ids)
    assert len(set(ids)) == 10


async def test_counting_stops_and_says_so(
    database: Database, inventory: Inventory, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "COUNTED", 5)
    await companies(inventory, actor, 12)
    page = await inventory.page(ORGANIZATION, Query(limit=2))
    assert (page.total >= 5, page.is_estimate) == (True, True)
    await database.execute("ANALYZE record.organization")
    page = await inventory.page(ORGANIZATION, Query((Term("name", "gte", ("N",)),), limit=9))
    assert (page.total in estimates(12), page.is_estimate) == (True, True)
    of_all = parse_filter("$[?(@.name =~ /N/)]")
    page = await inventory.page(ORGANIZATION, Query(filter=of_all, limit=9))
    assert (page.total >= 9, page.is_estimate) == (True, True)
    page = await inventory.page(ORGANIZATION, Query((Term("name", "lt", ("N003",)),), limit=1))
    assert (page.total, page.is_estimate) == (3, False)


async def test_a_large_table_is_estimated_and_asked_seldom(
    database: Database, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "COUNTED", 5)
    inventory = Inventory(database)
    await companies(inventory, actor, 12)
    await database.execute("ANALYZE record.organization")
    page = await inventory.page(ORGANIZATION, Query(limit=2))
    assert (page.total in estimates(12), page.is_estimate) == (True, True)
    await companies(inventory, actor, 30)
    await database.execute("ANALYZE record.organization")
    assert (await inventory.page(ORGANIZATION, Query(limit=2))).total == page.total
    # What was seen counts, whatever the estimate says.
    assert (await inventory.page(ORGANIZATION, Query(limit=10, offset=30))).total == 40
    inventory = Inventory(database)
    assert (await inventory.page(ORGANIZATION, Query(limit=2))).total in estimates(42)


async def test_a_search_that_takes_too_long_is_stopped_and_costs_no_other(
    dsn: str, database: Database, actor: Actor
) -> None:
    await companies(Inventory(database), actor, 3)
    await Inventory(database).create(ORGANIZATION, company("a" * 299), actor=actor)
    slow = Query((Term("name", "regex", (r"^(.*)(.*)(.*)(.*)\1\2\3\4$",)),))
    async with Database(dsn, statement_timeout_ms=1000) as hurried:
        inventory = Inventory(hurried)
        outcomes = await asyncio.gather(
            inventory.page(ORGANIZATION, slow),
            inventory.page(ORGANIZATION, Query(limit=2)),
            return_exceptions=True,
        )
    assert isinstance(outcomes[0], Unavailable)
    assert outcomes[0].code == "timeLimit"
    assert isinstance(outcomes[1], Page)


async def test_a_malformed_query_is_refused(inventory: Inventory) -> None:
    for query in (
        Query((Term('na"me', "eq", ("x",)),)),
        Query(order=(Order("name; DROP TABLE"),)),
        Query((Term("validFor.startDateTime", "gt", ("soon",)),)),
    ):
        with pytest.raises(Invalid):
            await inventory.page(CUSTOMER, query)
