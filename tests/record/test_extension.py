"""Schemas of extensions: which may be registered, and what they check."""

import asyncio
from typing import Any

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.record.extension import registry
from customer_inventory.record.extension.registry import Extension, NoSuchSchema
from customer_inventory.record.extension.schema import LARGEST, UnfitSchema, check_schema
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.observation import UNDECLARED, observed
from customer_inventory.record.validate import Rejected
from customer_inventory.store.database import Database
from tests.record.samples import INDIVIDUAL, decoded, person

LEVEL = {
    "type": "object",
    "required": ["level"],
    "properties": {"level": {"enum": ["silver", "gold"]}, "since": {"format": "date"}},
}
WIDE: dict[str, Any] = {"$defs": {"a0": {"type": "string"}}}
for _number in range(1, 30):
    _ref = {"$ref": f"#/$defs/a{_number - 1}"}
    WIDE["$defs"][f"a{_number}"] = {"allOf": [_ref, _ref]}
DEEP: dict[str, Any] = {}
for _ in range(30):
    DEEP = {"properties": {"a": DEEP}}


def vip(level: Any = "gold", **more: Any) -> dict[str, Any]:
    return person(**{"@type": "Vip", "@baseType": "Individual", "level": level, **more})


@pytest.mark.parametrize(
    "schema",
    [
        {},
        LEVEL,
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://x.example/a"},
        {"properties": {"a": {"$ref": "#/$defs/b"}}, "$defs": {"b": {"pattern": "^(a+)+$"}}},
        {"$defs": {"a/b~c": {}}, "$ref": "#/$defs/a~1b~0c"},
        {"enum": [{"$ref": "http://data.example/"}], "const": {"$id": "data"}},
    ],
)
def test_a_schema_that_may_be_registered(schema: dict[str, Any]) -> None:
    assert check_schema(schema) is schema


@pytest.mark.parametrize(
    "schema",
    [
        None,
        True,
        [],
        "schema",
        {"type": "nonsense"},
        {"properties": 5},
        {"required": "a"},
        {"pattern": "("},
        {"pattern": "(?=a)b"},
        {"pattern": r"(a)\1"},
        {"$schema": "http://json-schema.org/draft-07/schema#"},
        {"$schema": "http://evil.example/schema"},
        {"$ref": "http://127.0.0.1:1/schema"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "other.json"},
        {"$ref": "//evil.example/x"},
        {"$ref": 5},
        {"$ref": "#anchor", "$defs": {"a": {"$anchor": "anchor"}}},
        {"$dynamicRef": "#a"},
        {"$id": "http://x.example/y", "$ref": "z"},
        {"properties": {"a": {"$id": "http://x.example/y", "$ref": "#/x"}}},
        {"allOf": [{"anyOf": [{"not": {"$ref": "https://evil.example/"}}]}]},
        {"$ref": "#/$defs/nowhere"},
        {"$ref": "#"},
        {"properties": {"a": {"$ref": "#"}}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}},
        {
            "$ref": "#/$defs/a",
            "$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"items": {"$ref": "#/$defs/a"}}},
        },
        {**WIDE, "$ref": "#/$defs/a29"},
        DEEP,
        {"description": "x" * LARGEST},
        {"enum": list(range(20_000))},
    ],
    ids=lambda schema: str(schema)[:50],
)
def test_a_schema_that_may_not(schema: Any) -> None:
    with pytest.raises(UnfitSchema) as refused:
        check_schema(schema)
    assert refused.value.code == "invalidSchema"
    assert str(refused.value.path).startswith("schema") or refused.value.path is None


async def register(database: Database, actor: Actor, **more: Any) -> Extension:
    given = {"schema": LEVEL, "entity": "Vip", "base": "Individual", **more}
    return await registry.register(database, "individual", actor=actor, **given)


async def test_what_nobody_registered_is_accepted_and_kept(
    inventory: Inventory, actor: Actor
) -> None:
    given = vip("platinum", **{"@schemaLocation": "http://127.0.0.1:1/never-fetched"})
    made = await inventory.create(INDIVIDUAL, given, actor=actor)
    assert decoded(made.body) == {"id": made.id, **given}


async def test_documents_of_the_type_are_checked(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    await register(database, actor)
    made = await inventory.create(INDIVIDUAL, vip(), actor=actor)
    for given, path in (
        (vip("platinum"), "level"),
        (vip(since="yesterday"), "since"),
        ({name: value for name, value in vip().items() if name != "level"}, "level"),
    ):
        with pytest.raises(Rejected) as refused:
            await inventory.create(INDIVIDUAL, given, actor=actor)
        assert [problem.path for problem in refused.value.problems] == [path]
        assert "platinum" not in str(refused.value)
    with pytest.raises(Rejected):
        await inventory.change(INDIVIDUAL, made.id, lambda old: {**old, "level": 1}, actor=actor)
    # Others of the record type are not, nor are other extensions of it.
    for given in (person(level="x"), vip("x", **{"@type": "Other"})):
        await inventory.create(INDIVIDUAL, given, actor=actor)


async def test_documents_that_name_the_location_are_checked(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    place = "https://example.com/vip.json"
    await register(database, actor, entity=None, base=None, location=place)
    for entity in ({}, {"@type": "Any", "@baseType": "Individual"}):
        given = person(level="x", **{**entity, "@schemaLocation": place})
        with pytest.raises(Rejected):
            await inventory.create(INDIVIDUAL, given, actor=actor)
    await inventory.create(INDIVIDUAL, vip("x"), actor=actor)


async def test_parts_of_documents_are_checked_where_they_are(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    await register(database, actor, entity="PagerMedium", base=None)
    pager = {"@type": "PagerMedium", "@baseType": "ContactMedium", "level": "gold"}
    await inventory.create(INDIVIDUAL, person(contactMedium=[pager]), actor=actor)
    wrong = {**pager, "level": "none"}
    given = person(contactMedium=[pager, wrong], extra={"deep": [[{**pager, "level": 1}]]})
    with pytest.raises(Rejected) as refused:
        await inventory.create(INDIVIDUAL, given, actor=actor)
    found = [problem.path for problem in refused.value.problems]
    assert found == ["contactMedium[1].level", "extra.deep[0][0].level"]


async def test_what_a_schema_declares_is_not_undeclared(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    await register(database, actor)
    await inventory.create(INDIVIDUAL, vip(other=1), actor=actor)
    await inventory.observations.keep()
    assert [row["path"] for row in await observed(database, UNDECLARED, limit=10)] == ["other"]


async def test_a_schema_takes_the_place_of_another_and_ends(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    first = await register(database, actor, location="urn:vip")
    wider = {"properties": {"level": {"type": "string"}}}
    second = await register(database, actor, schema=wider)
    assert await registry.registered(database) == [second]
    await inventory.create(INDIVIDUAL, vip("platinum"), actor=actor)
    with pytest.raises(NoSuchSchema):
        await registry.remove(database, first.id, actor=actor)
    await registry.remove(database, second.id, actor=actor)
    with pytest.raises(NoSuchSchema):
        await registry.one(database, second.id)
    ended = await database.fetch("SELECT process, ended_by FROM record.schema_extension")
    assert [tuple(row) for row in ended] == [(actor.process, actor.process)] * 2


async def test_many_registrations_of_one_type_at_once_leave_one(
    database: Database, actor: Actor
) -> None:
    outcomes = await asyncio.gather(
        *(register(database, actor) for _ in range(8)), return_exceptions=True
    )
    assert all(isinstance(outcome, Extension | Conflict) for outcome in outcomes)
    assert len(await registry.registered(database)) == 1


async def test_there_are_not_too_many(
    database: Database, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "MOST", 2)
    for entity in "AB":
        await register(database, actor, entity=entity, base=None)
    with pytest.raises(Conflict):
        await register(database, actor, entity="C", base=None)
    await register(database, actor, entity="B", base=None)
    assert [each.entity for each in await registry.registered(database)] == ["A", "B"]


async def test_a_document_of_several_schemas_is_checked_by_each(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    await register(database, actor)
    await register(
        database, actor, entity=None, base=None, location="urn:l", schema={"required": ["more"]}
    )
    given = vip("tin", **{"@schemaLocation": "urn:l"})
    with pytest.raises(Rejected) as refused:
        await inventory.create(INDIVIDUAL, given, actor=actor)
    assert {problem.path for problem in refused.value.problems} == {"level", "more"}


async def test_every_service_hears_of_a_change(dsn: str, database: Database, actor: Actor) -> None:
    inventory = Inventory(database)
    await inventory.extensions.start()
    try:
        await inventory.create(INDIVIDUAL, vip("x"), actor=actor)
        async with Database(dsn) as elsewhere:
            for should_be_refused in (True, False, True):
                if should_be_refused:
                    known = await register(elsewhere, actor)
                else:
                    await registry.remove(elsewhere, known.id, actor=actor)
                await _until(inventory, actor, refused=should_be_refused)
    finally:
        await inventory.extensions.stop()


async def _until(inventory: Inventory, actor: Actor, *, refused: bool) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                await inventory.create(INDIVIDUAL, vip("x"), actor=actor)
                if not refused:
                    return
            except Rejected:
                if refused:
                    return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("names", "path"),
    [
        ({"entity": None, "base": None}, "type"),
        ({"entity": None}, "type"),
        ({"entity": "Individual", "base": None}, "type"),
        ({"entity": ""}, "type"),
        ({"entity": "x" * 201}, "type"),
        ({"location": "x" * 2001}, "schemaLocation"),
        ({"base": "a\x00"}, "baseType"),
        ({"entity": None, "location": "urn:x"}, "baseType"),
    ],
)
async def test_names_that_name_nothing_are_refused(
    schema: Database, actor: Actor, names: dict[str, Any], path: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await register(schema, actor, **names)
    assert refused.value.path == path
    with pytest.raises(NotFound):
        await registry.register(schema, "nothing", LEVEL, entity="X", actor=actor)
