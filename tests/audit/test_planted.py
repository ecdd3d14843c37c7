"""Defects planted by a known list are found exactly: none is missed, none invented, for every rule.

An inventory without a defect is asked first; then it is planted, asked of what changed, asked of
everything, and mended.
"""

from customer_inventory.audit.compiling import compiled, of_pack
from customer_inventory.audit.finding import held
from customer_inventory.audit.rule import Rule
from customer_inventory.audit.running import audit
from customer_inventory.record.register.pack import RECORDS, read_pack
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests import distributed
from tests.audit.inventory import filled
from tests.audit.planted import PLANTS, REQUIRED, Failing, Ground
from tests.audit.test_running import failing
from tests.requirements.test_register import ACTOR

ALSO = {"CR-052": "CR-051"}
"""Rules that fail with what is planted for another."""
BETWEEN = of_pack(read_pack(RECORDS))
RULES: list[Rule] = [*compiled(REQUIRED), *BETWEEN]
TABLES = [f"record.{declared.table}" for declared in TYPES.values()] + ["record.link"]


def test_something_is_planted_for_every_rule() -> None:
    assert {rule.id for rule in RULES} == PLANTS.keys() | ALSO.keys()


async def keep(database: Database) -> None:
    """Keep a copy of everything beside it."""
    for table in TABLES:
        await database.execute(f"CREATE TABLE kept_{table.replace('.', '_')} AS TABLE {table}")


async def restore(database: Database, ground: Ground) -> None:
    """Put everything back as it was; what was changed is told, as by any change."""
    rows = await database.fetch("SELECT DISTINCT type, id FROM record.outbox")
    for name in TYPES:
        await ground.tell(name, [row["id"] for row in rows if row["type"] == name])
    for table in TABLES:
        kept = f"kept_{table.replace('.', '_')}"
        await database.execute(f"DELETE FROM {table}")
        await database.execute(f"INSERT INTO {table} SELECT * FROM {kept}")


async def test_what_is_planted_is_found_and_nothing_else(database: Database) -> None:
    ids = await filled(database, 300)
    await audit(database, RULES, actor=ACTOR)
    assert await failing(database) == set()
    await keep(database)
    ground = Ground(database, ids, 0.02)
    expected: Failing = set()
    for plant in PLANTS.values():
        expected |= await plant(ground)
    assert {rule for _, rule in expected} == {rule.id for rule in RULES}

    ran = await audit(database, RULES, actor=ACTOR)
    # What changed, and what refers to that, was looked at, and no more than that: where records
    # lie in shards, all are asked for rules between them.
    customers = next(each for each in ran.outcomes if each.rule == "CR-001")
    assert distributed.URL or customers.looked_at < customers.population / 1.2
    found = await failing(database)
    assert found == expected
    counted = {e.rule: e.failed for e in ran.outcomes if not e.rule.startswith("DR-")}
    assert counted == {
        rule.id: len([each for each in expected if each[1] == rule.id]) for rule in RULES
    }

    # Asked of everything, the same is found: nothing opens, nothing closes.
    await audit(database, RULES, actor=ACTOR, is_full=True)
    assert await failing(database) == expected
    newest = await database.row(
        "SELECT sum(opened) AS opened, sum(reopened) AS reopened, sum(passed) AS passed"
        " FROM audit.scan WHERE run_id = (SELECT max(id) FROM audit.run)"
    )
    assert dict(newest or {}) == {"opened": 0, "reopened": 0, "passed": 0}

    await restore(database, ground)
    await audit(database, RULES, actor=ACTOR)
    assert await failing(database) == set()
    states = [row["state"] async for row in held.every(database, held.Chosen(states=None))]
    assert states == ["verified"] * len(expected)


def test_rules_between_records_are_told_apart_by_their_hash() -> None:
    assert len({rule.sha256 for rule in BETWEEN}) == len(BETWEEN)
    again = of_pack(read_pack(RECORDS))
    assert [rule.sha256 for rule in again] == [rule.sha256 for rule in BETWEEN]
