"""Pages from a cursor on: complete, in order, untouched by what happens meanwhile, and cheap."""

import asyncio
import json
import random
from collections.abc import Sequence
from typing import Any

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.cursor import Cursor
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.page import Query, _Search
from customer_inventory.record.read import Page
from customer_inventory.record.scope import EVERY_ROW
from customer_inventory.store.database import Database
from customer_inventory.store.where import Order
from tests.conftest import PROFILE
from tests.record.samples import CUSTOMER, INDIVIDUAL, ORGANIZATION, decoded

WALKS = 12 if PROFILE == "ci" else 400
ORDERS: list[tuple[Order, ...]] = [
    (),
    (Order("familyName"),),
    (Order("familyName", descending=True),),
    (Order("status"), Order("givenName", descending=True)),
    (Order("status", descending=True), Order("familyName"), Order("givenName")),
    (Order("birthDate"),),
    (Order("title", descending=True), Order("familyName", descending=True)),
    (Order("status"), Order("creditRating.ratingScore", descending=True)),
    (Order("creditRating.ratingScore"), Order("id", descending=True)),
    (Order("id", descending=True),),
    (Order("validFor.startDateTime", descending=True), Order("title")),
]


def somebody(chance: random.Random) -> dict[str, Any]:
    """Somebody of few names, so that many keys are equal and many are missing."""
    extra: dict[str, Any] = {
        "status": chance.choice(["initialized", "validated"]),
        "title": chance.choice(["a", "b" * 200, "é"]),
        "birthDate": f"19{chance.randrange(70, 73)}-01-01",
        "creditRating": [{"ratingScore": chance.choice([9, 10, 100, -3])}],
        "validFor": {"startDateTime": f"20{chance.randrange(20, 22)}-01-01T00:00:00Z"},
    }
    kept = {name: value for name, value in extra.items() if chance.random() < 0.6}
    names = {"givenName": chance.choice("ABC"), "familyName": chance.choice(["X", "Y", "Zé"])}
    return {"@type": "Individual", **names, **kept}


async def make(inventory: Inventory, bodies: Sequence[dict[str, Any]], actor: Actor) -> list[str]:
    made = await asyncio.gather(
        *(inventory.create(INDIVIDUAL, body, actor=actor) for body in bodies)
    )
    return [version.id for version in made]


async def walked(
    inventory: Inventory, order: tuple[Order, ...], limit: int, backwards: bool, between: Any
) -> list[str]:
    """The ids of every record, page by page from one end to the other."""
    seen: list[str] = []
    cursor = Cursor(backwards=backwards)
    while True:
        page = await inventory.page(INDIVIDUAL, Query(order=order, limit=limit, cursor=cursor))
        ids = [record.id for record in page.records]
        seen = [*ids, *seen] if backwards else [*seen, *ids]
        if not page.has_more:
            return seen
        assert len(ids) == limit
        await between()
        cursor = Cursor(page.before if backwards else page.after, backwards)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: " ".join(key.path for key in order))
async def test_a_walk_holds_every_record_once_whatever_happens_meanwhile(
    inventory: Inventory, actor: Actor, order: tuple[Order, ...]
) -> None:
    chance = random.Random(f"{order}")
    staying = await make(inventory, [somebody(chance) for _ in range(25)], actor)
    whole = await inventory.page(INDIVIDUAL, Query(order=order, limit=100))
    expected = [record.id for record in whole.records]
    assert sorted(expected) == sorted(staying)

    async def nothing() -> None:
        """Leave everything as it is."""

    for backwards in (False, True):
        for limit in (1, 4, 25):
            assert await walked(inventory, order, limit, backwards, nothing) == expected
    passing = await make(inventory, [somebody(chance) for _ in range(5)], actor)

    async def others() -> None:
        """Make a record and remove another, somewhere in the list."""
        passing.extend(await make(inventory, [somebody(chance)], actor))
        await inventory.remove(INDIVIDUAL, passing.pop(0), actor=actor)

    for _ in range(WALKS // 6):
        for backwards in (False, True):
            seen = await walked(inventory, order, chance.randrange(2, 6), backwards, others)
            assert len(set(seen)) == len(seen)
            assert [identifier for identifier in seen if identifier in staying] == expected


async def test_the_record_of_a_cursor_may_change_or_go(inventory: Inventory, actor: Actor) -> None:
    bodies = [{"givenName": "G", "familyName": name} for name in "ABCDEF"]
    ids = await make(inventory, bodies, actor)
    order = (Order("familyName"),)

    async def after(cursor: str) -> tuple[str, Page]:
        page = await inventory.page(INDIVIDUAL, Query(order=order, limit=2, cursor=Cursor(cursor)))
        return "".join(decoded(record.body)["familyName"] for record in page.records), page

    names, page = await after("")
    assert names == "AB"
    await inventory.remove(INDIVIDUAL, ids[1], actor=actor)
    names, page = await after(page.after)
    assert names == "CD"
    await inventory.change(INDIVIDUAL, ids[3], lambda old: {**old, "familyName": "Z"}, actor=actor)
    names, page = await after(page.after)
    assert (names, page.has_more, page.total, page.is_estimate) == ("EF", True, 5, False)
    names, page = await after(page.after)
    assert (names, page.has_more) == ("Z", False)
    assert (await after(page.after))[0] == ""


async def test_a_cursor_of_another_list_or_cut_short_is_refused(
    inventory: Inventory, actor: Actor
) -> None:
    await make(inventory, [{"givenName": "G", "familyName": name} for name in "ABC"], actor)
    order = (Order("familyName"),)
    page = await inventory.page(INDIVIDUAL, Query(order=order, limit=1, cursor=Cursor()))
    good = page.after
    other = (Order("familyName", descending=True),)
    spoilt = [good[:-1], good[1:], good + "A", good.swapcase(), good[:10], "é", good[:-4] + "AAAA"]
    asked = [Query(order=order, cursor=Cursor(text)) for text in spoilt]
    asked += [Query(order=other, cursor=Cursor(good)), Query(cursor=Cursor(good))]
    for query in asked:
        with pytest.raises(Invalid) as refused:
            await inventory.page(INDIVIDUAL, query)
        assert (refused.value.code, refused.value.path) == ("invalidPage", "after")
    with pytest.raises(Invalid) as refused:
        await inventory.page(ORGANIZATION, Query(order=(Order("name"),), cursor=Cursor(good, True)))
    assert refused.value.path == "before"


async def test_a_long_text_makes_no_long_cursor(inventory: Inventory, actor: Actor) -> None:
    for number in range(5):
        given = {"name": f"N{number}", "tradingName": "é" * 3000 + str(number)}
        await inventory.create(ORGANIZATION, given, actor=actor)
    order, cursor, seen = (Order("tradingName", descending=True),), "", []
    while not seen or cursor:
        query = Query(order=order, limit=2, cursor=Cursor(cursor))
        page = await inventory.page(ORGANIZATION, query)
        seen += [record.id for record in page.records]
        cursor = page.after if page.has_more else ""
        assert len(cursor) < 500
    assert len(set(seen)) == len(seen) == 5


FILL = """
INSERT INTO record.customer (
    id, bucket, subject_id, revision, operation, body, recorded_at, process, purpose, name, status
)
SELECT
    lpad(n::text, 26, '0'), 0, 's', 1, 'create', json_build_object('id', n), now(), 'p', 'q',
    'N' || lpad(n::text, 6, '0'), CASE WHEN n % 4 > 0 THEN 'S' || n % 3 END
FROM generate_series(1, 20000) AS n
"""


async def test_a_deep_page_reads_no_more_than_the_first(database: Database) -> None:
    """Told by the blocks that the server touched, not by the clock."""
    await database.execute(FILL)
    await database.execute("ANALYZE record.customer")
    number = "00000000000000000000010003"
    for path, deep in (
        (None, [number]),
        ("id", [number, number]),
        ("name", ["N010003", number]),
        ("status", ["S1", number]),
        ("status", [None, number]),
    ):
        for descending in (False, True):
            order = (Order(path, descending),) if path else ()
            for backwards in (False, True):
                query = Query(order=order, limit=20, cursor=Cursor(backwards=backwards))
                for position in (None, deep):
                    assert await blocks(database, query, position) < 150, (order, backwards)


async def blocks(database: Database, query: Query, position: list[Any] | None) -> int:
    """How many blocks of tables and indexes a page touches."""
    search = _Search(CUSTOMER, query, EVERY_ROW)
    text = search.statement(position, query.limit)
    rows = await database.fetch(
        f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {text}", *search.where.parameters
    )
    plan = json.loads(rows[0][0])[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
