"""Who is not bound pays nothing, and who is reads by id in one statement."""

from collections import Counter
from typing import Any

import pytest

from customer_inventory.record.read import by_id
from customer_inventory.record.scope import EVERY_ROW
from customer_inventory.record.scoping.condition import rows_of
from customer_inventory.record.scoping.rule import rule_of
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.access.scope.test_reading import KINDS
from tests.access.scope.world import MERGE, World
from tests.tmf.bodies import PATHS

OF_SCOPES = ("record.listed", "record.customer AS sc", "record.history AS sh")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Statements by name, as they are sent."""
    counted: Counter[str] = Counter()
    fetch = Database.fetch

    async def counting(self: Database, statement: str, *arguments: Any) -> Any:
        counted[statement.split(" */", maxsplit=1)[0].rpartition("/* ")[2]] += 1
        return await fetch(self, statement, *arguments)

    monkeypatch.setattr(Database, "fetch", counting)
    return counted


def test_a_statement_without_a_scope_looks_at_nothing_of_it() -> None:
    for declared in TYPES.values():
        text = by_id(declared, EVERY_ROW).text
        assert not [word for word in OF_SCOPES if word in text]


def test_the_texts_of_two_processes_are_the_same() -> None:
    """So the server plans them once; what differs are the values."""
    rule = rule_of("customer", {"and": [{"eq": {"market": "AT"}}, {"list": "vip"}]})
    other = rule_of("customer", {"and": [{"eq": {"market": "DE"}}, {"list": "staff"}]})
    one, two = rows_of(rule, (), "one"), rows_of(other, (), "two")
    for name in ("customer", "product"):
        assert by_id(TYPES[name], one).text == by_id(TYPES[name], two).text
        assert by_id(TYPES[name], one).values != by_id(TYPES[name], two).values


@pytest.mark.parametrize("kind", KINDS)
async def test_a_read_by_id_is_one_statement(world: World, sent: Counter[str], kind: str) -> None:
    for client in (world.house, world.caller):
        there = f"{PATHS[kind]}/{world.ours[kind]}"
        assert (await client.get(there)).status_code == 200
        sent.clear()
        assert (await client.get(there)).status_code == 200
        of_records = {name: count for name, count in sent.items() if name.startswith("records")}
        assert of_records == {"records_by_id": 1}
        assert not {"lands", "in_scope", "roots_of_merged"} & sent.keys()


async def test_a_write_without_a_scope_asks_nothing_more(world: World, sent: Counter[str]) -> None:
    there = f"{PATHS['customer']}/{world.ours['customer']}"
    for client, asks in ((world.house, 0), (world.caller, 1)):
        sent.clear()
        answer = await client.patch(there, json={"description": str(asks)}, headers=MERGE)
        assert answer.status_code == 200, answer.text
        assert sent["lands"] == asks
