"""Every rule of every requirement that ships: what is planted for it is found, and nothing else.

For every rule, and every way in which a value may be wrong, one record is spoiled. What fails is
corrected by the way that every write takes, and each finding closes by itself. Rules between
records are in `test_planted`; how shares move fails no record and is in `test_scoring`.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

from customer_inventory.audit.compiling import compiled
from customer_inventory.audit.finding import held
from customer_inventory.audit.running import audit
from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record.declare import Document, places
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.lines import Batch, lines_of
from customer_inventory.record.load import load
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.starter.shipped import shipped
from customer_inventory.store.database import Database
from tests.audit.inventory import filled
from tests.audit.planted import Failing
from tests.audit.spoiled import Spoiled, Spoiling, is_wished_for, sample_of
from tests.audit.test_running import failing
from tests.conftest import PROFILE
from tests.requirements.test_register import ACTOR

RULES = compiled(shipped())
CUSTOMERS = 7_000 if PROFILE == "long" else 150
"""With 7,000 no more than two records in a hundred are spoiled."""


async def documents(database: Database, name: str) -> dict[str, Document]:
    rows = await database.fetch(f"SELECT id, body FROM record.{TYPES[name].table} ORDER BY id")
    return {row["id"]: parse_object(row["body"]) for row in rows}


async def made(database: Database, name: str, count: int) -> list[Document]:
    """Load so many more records of a type, which have all that is demanded of them."""
    declared, lines, found = TYPES[name], {}, []
    spoiling = Spoiling(declared, shipped())
    for _ in range(count):
        document = spoiling.whole(sample_of(declared, new_id()))
        lines[document["id"]] = lines_of(declared, document, encode(document), ACTOR)
        found.append(document)
    async with database.transaction() as connection:
        await load(connection, {declared: Batch.of(lines)}, ACTOR)
    return found


async def repeated(database: Database) -> Failing:
    """Count in what is generated which values that should be one record's several have."""
    found: Failing = set()
    for name in TYPES:
        known = await documents(database, name)
        for each in shipped():
            if each.type != name or "uniqueness" not in each.quality:
                continue
            has = defaultdict(set)
            for key, document in known.items():
                for value in places(document, tuple(each.path.split("."))):
                    has[encode(value)].add(key)
            several = [keys for keys in has.values() if len(keys) > 1]
            found |= {(key, f"{each.id}.uniqueness") for keys in several for key in keys}
    return found


async def without_reason(database: Database) -> Failing:
    """Return tickets that wait and do not say why."""
    return {
        (key, "REQ-3208.completeness")
        for key, ticket in (await documents(database, "troubleTicket")).items()
        if ticket.get("status") in ("rejected", "pending", "held", "cancelled")
        and "statusChangeReason" not in ticket
    }


async def without_wished_for(database: Database) -> Failing:
    """Return records without what so many are to have and none must."""
    return {
        (key, f"{each.id}.completeness")
        for each in shipped() if is_wished_for(each)
        for key, document in (await documents(database, each.type)).items()
        if not places(document, tuple(each.path.split(".")))
    }  # fmt: skip


async def plant(database: Database, name: str, spoiled: list[Spoiled]) -> None:
    """Let records say what no door would let them, and tell of it as every write does."""
    table = TYPES[name].table
    now = datetime.now(UTC)
    for each in spoiled:
        identifier = each.document["id"]
        await database.execute(
            f"UPDATE record.{table} SET body = $3, revision = revision + 1, recorded_at = $4"
            " WHERE bucket = $1 AND id = $2",
            bucket_of(identifier),
            identifier,
            encode(each.document),
            now - timedelta(days=each.days_old),
        )
    # What a document no longer says is no edge of a tree; a correction says it again.
    await database.execute(
        "DELETE FROM record.edge WHERE said_by = ANY($1)", [each.document["id"] for each in spoiled]
    )
    await database.execute(
        "INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at)"
        f" SELECT bucket, id, '{name}', revision, 'attributeValueChange', now()"
        f" FROM record.{table} WHERE id = ANY($1)",
        [each.document["id"] for each in spoiled],
    )


def test_what_ships_has_rules_of_these_dimensions() -> None:
    dimensions = {rule.dimension for rule in RULES}
    assert dimensions == {"completeness", "validity", "uniqueness", "timeliness"}
    assert len(RULES) == len({rule.id for rule in RULES})


async def test_every_rule_finds_what_is_planted_for_it_and_nothing_else(database: Database) -> None:
    await filled(database, CUSTOMERS)
    originals: dict[str, dict[str, Document]] = {}
    plan: dict[str, list[Spoiled]] = {}
    await audit(database, RULES, actor=ACTOR)
    before = await failing(database)
    # Members of a household share a telephone, people of one name an address of e-mail.
    lacking = await without_reason(database) | await without_wished_for(database)
    assert before == await repeated(database) | lacking
    taken = {each for each, _ in before}
    for name, declared in TYPES.items():
        known = await documents(database, name)
        free = [document for key, document in known.items() if key not in taken]
        spoiling = Spoiling(declared, shipped())
        wanted = len(list(spoiling.spoil(_endless(sample_of(declared, "x")))))
        free += await made(database, name, max(0, wanted - len(free)))
        plan[name] = list(spoiling.spoil(iter(free)))
        originals[name] = {document["id"]: document for document in free}
    await audit(database, RULES, actor=ACTOR)
    assert await failing(database) == before

    for name, spoiled in plan.items():
        await plant(database, name, spoiled)
    planted = list(chain.from_iterable(plan.values()))
    expected: Failing = {(each.document["id"], rule) for each in planted for rule in each.fails}
    assert {each.rule for each in planted} == {rule.id for rule in RULES}
    records = sum([len(await documents(database, name)) for name in TYPES])
    assert PROFILE != "long" or 0.01 < len(planted) / records < 0.02
    ran = await audit(database, RULES, actor=ACTOR, is_full=True)
    assert [each.error for each in ran.outcomes if each.error] == []
    assert await failing(database) == before | expected
    # An extract says the same of each, whoever was asked first.
    asked = await audit(database, RULES, actor=ACTOR, on="duckdb", is_full=True)
    ours = {rule.id for rule in RULES}
    told, said = (
        {each.rule: each.failed for each in outcomes if each.rule in ours}
        for outcomes in (ran.outcomes, asked.outcomes)
    )
    assert said == told
    assert await failing(database) == before | expected

    inventory = Inventory(database)
    for name, spoiled in plan.items():
        for each in spoiled:
            original = originals[name][each.document["id"]]
            await inventory.change(
                TYPES[name], original["id"], lambda _, o=original: {**o, "corrected": True},
                actor=ACTOR,
            )  # fmt: skip
    await audit(database, RULES, actor=ACTOR, is_full=True)
    assert await failing(database) == before
    chosen = held.Chosen(states=("verified",))
    verified = {(r["record_id"], r["rule"]) async for r in held.every(database, chosen)}
    assert verified == expected


def _endless(document: Document) -> Iterator[Document]:
    while True:
        yield document
