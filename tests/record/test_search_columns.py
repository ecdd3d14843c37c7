"""Search columns never say anything else than the documents they were taken from."""

import json
from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.demo.generate import generate
from customer_inventory.kit.actor import Actor
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.patch import merged
from customer_inventory.record.search.key import are_alike
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import creation
from customer_inventory.record.write import Writer
from customer_inventory.store import migrate
from customer_inventory.store.database import Database
from tests import distributed
from tests.conftest import PROFILE
from tests.record.columns import differing
from tests.record.samples import decoded

CUSTOMERS = 200
STEP = 4 if PROFILE == "ci" else 1
"""Every so manieth of the generated documents is written; all of them are compared."""


def documents() -> Iterator[tuple[RecordType, Document]]:
    for record in generate(CUSTOMERS, seed=7):
        yield TYPES[record.type], decoded(record.body)


GENERATED = tuple(dict.fromkeys(declared for declared, _ in documents()))
"""The types that the generator makes records of."""


@pytest.fixture
async def filled(database: Database, actor: Actor) -> Database:
    writer = Writer(database)
    by_type: dict[RecordType, list[Document]] = {}
    for number, (declared, document) in enumerate(documents()):
        if number % STEP == 0:
            by_type.setdefault(declared, []).append(document)
    for declared, given_documents in by_type.items():
        for document in given_documents:
            await writer.write(creation(declared, document, actor))
    return database


async def test_columns_say_what_documents_say_also_after_changes(
    filled: Database, actor: Actor
) -> None:
    for declared in GENERATED:
        assert await filled.value(f"SELECT count(*) FROM record.{declared.table}")
        assert await differing(filled, declared) == []
    await change_some(filled, actor)
    for declared in GENERATED:
        assert await filled.value(
            f"SELECT count(*) FROM record.{declared.table} WHERE revision > 1"
        )
        assert await differing(filled, declared) == []


async def test_a_column_that_says_something_else_would_be_seen(filled: Database) -> None:
    for declared in GENERATED:
        for name in [*(column.name for column in declared.columns), "valid_to"]:
            await filled.execute(
                f"UPDATE record.{declared.table} SET {name} = '1999-09-09'"
                f" WHERE id = (SELECT max(id) FROM record.{declared.table})"
            )
            assert len(await differing(filled, declared)) == 1


@distributed.one_server("Nothing was distributed yet when that migration ran.")
async def test_columns_that_came_later_are_filled_for_what_was_there(filled: Database) -> None:
    """Migration 0033 says the same of records of before as the declaration says of new ones."""
    customer = TYPES["customer"]
    odd = [{"name": "market"}, {"name": "market", "value": 1}, {"name": "market", "value": "AT"}]
    await filled.execute(
        "UPDATE record.customer SET body = jsonb_set(body::jsonb, '{characteristic}', $1)::json"
        " WHERE id = (SELECT min(id) FROM record.customer)",
        json.dumps([*odd, {"name": "market", "value": "DE"}, {"name": "brand", "value": ""}]),
    )
    for body in ("jsonb_build_object('id', id)", "jsonb_build_object('characteristic', NULL)"):
        await filled.execute(
            f"UPDATE record.customer SET body = ({body})::json, valid_from = NULL, valid_to = NULL,"
            " name = NULL, status = NULL WHERE id = (SELECT max(id) FROM record.customer"
            " WHERE name IS NOT NULL)"
        )
    await filled.execute("UPDATE record.customer SET segment = NULL, market = NULL, brand = NULL")
    text = (migrate.folder() / "0033-scope.sql").read_text("utf-8")
    await filled.execute(text[text.index("UPDATE record.customer") : text.index("CREATE INDEX")])
    assert await differing(filled, customer) == []
    assert await filled.value("SELECT count(*) FROM record.customer WHERE market IS NOT NULL")


async def change_some(database: Database, actor: Actor) -> None:
    """Set, empty and take away what columns stand for, in a few records of each type."""
    inventory = Inventory(database)
    for declared in GENERATED:
        rows = await database.fetch(f"SELECT id FROM record.{declared.table} ORDER BY id LIMIT 12")
        plain = [column for column in declared.columns if column.item is None]
        paths = sorted({path for column in plain for path in column.paths})
        for number, row in enumerate(rows):
            path = paths[number % len(paths)]
            is_mandatory = path in declared.mandatory
            words = declared.attributes.get(path, {}).get("enum", ["validated", "initialized"])
            value = [*words[:2], "" if is_mandatory else None][number % 3]
            patch = merged({path: value}, started(declared))
            await inventory.change(declared, row["id"], partial(altered, patch), actor=actor)


def started(declared: RecordType) -> Document:
    """Return what says that a record holds from a day on."""
    first, *rest = declared.period_paths[0].split(".")
    return {first: {rest[0]: "2026-01-31"} if rest else "2026-01-31"}


def altered(patch: Document, old: Document) -> Document:
    return merged(old, patch)


values = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)))


def listed(names: list[str | None]) -> st.SearchStrategy[list[object]]:
    """Return lists of named items, some under a name twice, some of no text, some no items."""
    item = st.fixed_dictionaries(
        {"name": st.sampled_from([*names, "other"])}, optional={"value": values | st.integers()}
    )
    return st.lists(item | st.just({}), max_size=5)


@given(st.sampled_from(list(TYPES.values())), st.data())
async def test_columns_of_any_text(
    database: Database, actor: Actor, declared: RecordType, data: st.DataObject
) -> None:
    document: Document = {"id": data.draw(st.uuids()).hex}
    items = [column for column in declared.columns if column.item is not None]
    for path in {column.paths[0] for column in items}:
        document[path] = data.draw(values | listed([column.item for column in items]))
    for column in (column for column in declared.columns if column.item is None):
        for path in column.paths:
            value = data.draw(values | st.integers() | st.just({}))
            document[path] = value
    await Writer(database).write(creation(declared, document, actor))
    assert await differing(database, declared) == []
    await database.execute(f"DELETE FROM record.{declared.table}")


def test_every_generated_document_has_its_columns() -> None:
    held: dict[str, set[str]] = {}
    for declared, document in documents():
        for column in declared.columns:
            if column.value(document) is not None:
                held.setdefault(declared.name, set()).add(column.name)
    for name, columns in held.items():
        assert columns == {column.name for column in TYPES[name].columns}


def test_documents_are_alike_where_nothing_differs_that_keys_come_from() -> None:
    product = TYPES["product"]
    card = {"name": "iccid", "value": 1}
    old = {"id": "x", "name": "SIM", "productCharacteristic": [card]}
    assert are_alike(product, old, {**old, "description": "a card"})
    for other in (1.0, True, "2", None):
        changed = {**old, "productCharacteristic": [{**card, "value": other}]}
        assert not are_alike(product, old, changed)
    person = TYPES["individual"]
    ada = {"id": "x", "givenName": "Ada", "familyName": "Lovelace"}
    assert are_alike(person, ada, {**ada, "location": "here"})
    assert not are_alike(person, ada, {**ada, "familyName": "Byron"})
    assert not are_alike(person, ada, {"id": "x", "givenName": "Ada"})
