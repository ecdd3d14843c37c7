"""Batches of changes: each succeeds or fails on its own, whole, whatever becomes of the others."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Invalid, Unavailable
from customer_inventory.kit.ids import new_id
from customer_inventory.record.declare import Document
from customer_inventory.record.link import extract
from customer_inventory.record.schema import LONGEST_NAME, LONGEST_ROLE, paths
from customer_inventory.record.types import TYPES
from customer_inventory.record.validate import check
from customer_inventory.record.version import (
    Change,
    RevisionPassed,
    Version,
    creation,
    removal,
    replacement,
)
from customer_inventory.record.write import Writer
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from tests import distributed
from tests.record.samples import (
    AGREEMENT,
    CUSTOMER,
    INDIVIDUAL,
    agreement,
    customer,
    kept,
    links,
    person,
    related,
    told,
)
from tests.store.eventually import end_connections, eventually

Outcome = Version | BaseException


@pytest.fixture
def writer(database: Database) -> Writer:
    return Writer(database)


async def written(writer: Writer, changes: Sequence[Change]) -> list[Outcome]:
    """Return what became of `changes`, which are submitted together."""
    return await asyncio.gather(*map(writer.write, changes), return_exceptions=True)


def new(family: str, actor: Actor, identifier: str = "") -> Change:
    return creation(INDIVIDUAL, {"id": identifier or new_id(), **person(family)}, actor)


def changed(old: Document, actor: Actor, *, revision: int = 1, **attributes: object) -> Change:
    return replacement(
        INDIVIDUAL,
        old,
        {**old, **attributes},
        revision=revision,
        operation="update",
        actor=actor,
    )


async def test_a_taken_id_costs_nobody_else(
    writer: Writer, database: Database, actor: Actor
) -> None:
    taken = new("First", actor)
    await writer.write(taken)
    batch = [new(f"N{number}", actor) for number in range(20)]
    batch.insert(7, new("Second", actor, taken.id))
    outcomes = await written(writer, batch)
    assert isinstance(outcomes[7], Conflict)
    assert all(isinstance(x, Version) for n, x in enumerate(outcomes) if n != 7)
    assert {document["familyName"] for document in (await kept(database, INDIVIDUAL)).values()} == {
        "First",
        *(f"N{number}" for number in range(20)),
    }


async def test_of_two_creations_of_one_id_the_first_wins(
    writer: Writer, database: Database, actor: Actor
) -> None:
    first = new("First", actor)
    outcomes = await written(writer, [first, new("Second", actor, first.id), new("Other", actor)])
    assert [type(outcome) for outcome in outcomes] == [Version, Conflict, Version]
    assert (await kept(database, INDIVIDUAL))[first.id]["familyName"] == "First"
    assert len(await told(database)) == 2


async def test_a_bad_value_costs_nobody_else(
    writer: Writer, database: Database, actor: Actor
) -> None:
    batch = [new(f"N{number}", actor) for number in range(10)]
    batch[3] = replace(batch[3], body=b'{"broken')
    batch[8] = replace(batch[8], document={**(batch[8].document or {}), "familyName": "a\0b"})
    outcomes = await written(writer, batch)
    assert [n for n, x in enumerate(outcomes) if isinstance(x, Invalid)] == [3, 8]
    assert len(await kept(database, INDIVIDUAL)) == 8
    assert len(await told(database)) == 8


async def test_of_two_changes_of_one_revision_the_first_wins(
    writer: Writer, database: Database, actor: Actor
) -> None:
    made = [new(f"N{number}", actor) for number in range(3)]
    await written(writer, made)
    one, two, three = (change.document or {} for change in made)
    outcomes = await written(
        writer,
        [
            changed(one, actor, familyName="A"),
            changed(one, actor, familyName="B"),
            changed(two, actor, familyName="C", revision=2),
            changed(three, actor, familyName="D"),
            changed({**person(), "id": new_id()}, actor, familyName="E"),
        ],
    )
    assert [type(outcome) for outcome in outcomes] == [
        Version,
        RevisionPassed,
        RevisionPassed,
        Version,
        RevisionPassed,
    ]
    assert [x.revision for x in outcomes if isinstance(x, Version)] == [2, 2]
    documents = await kept(database, INDIVIDUAL)
    assert [documents[d["id"]]["familyName"] for d in (one, two, three)] == ["A", "N1", "D"]


async def test_a_change_that_came_too_late_leaves_every_table_alone(
    writer: Writer, database: Database, actor: Actor
) -> None:
    mother, child = new_id(), new_id()
    document = {"id": child, **person(relatedParty=[related(mother, "mother")])}
    await writer.write(creation(INDIVIDUAL, document, actor))
    late = changed(document, actor, revision=7, relatedParty=[related(new_id(), "father")])
    before = [await links(database), await told(database), await kept(database, INDIVIDUAL)]
    outcomes = [
        *await written(writer, [late]),
        *await written(writer, [removal(INDIVIDUAL, child, revision=7, actor=actor)]),
    ]
    assert [type(outcome) for outcome in outcomes] == [RevisionPassed, RevisionPassed]
    assert [await links(database), await told(database), await kept(database, INDIVIDUAL)] == before
    assert await database.value("SELECT count(*) FROM record.history") == 0


async def test_a_removal_takes_its_own_links_and_leaves_those_of_others(
    writer: Writer, database: Database, actor: Actor
) -> None:
    party, friend = new_id(), new_id()
    ada = {"id": party, **person(relatedParty=[related(friend, "friend")])}
    role = {"id": new_id(), **customer(party)}
    await writer.write(creation(INDIVIDUAL, ada, actor))
    await writer.write(creation(CUSTOMER, role, actor))
    await writer.write(removal(INDIVIDUAL, party, revision=1, actor=actor))
    assert set(await links(database)) == extract(CUSTOMER, role)


async def test_a_record_made_again_goes_on_where_its_history_ended(
    writer: Writer, database: Database, actor: Actor
) -> None:
    change = new("First", actor)
    assert (await writer.write(change)).revision == 1
    assert (
        await writer.write(removal(INDIVIDUAL, change.id, revision=1, actor=actor))
    ).revision == 2
    again = await writer.write(new("Second", actor, change.id))
    assert again.revision == 3
    rows = await database.fetch(
        "SELECT revision, operation, recorded_from, recorded_to"
        " FROM record.history ORDER BY revision"
    )
    made_at = await database.value("SELECT recorded_at FROM record.individual")
    assert [(row["revision"], row["operation"]) for row in rows] == [(1, "create"), (2, "delete")]
    assert rows[0]["recorded_to"] == rows[1]["recorded_from"]
    assert rows[1]["recorded_to"] == made_at
    assert [row["revision"] for row in await told(database)] == [1, 2, 3]


async def test_a_link_may_change_its_type_or_its_role(
    writer: Writer, database: Database, actor: Actor
) -> None:
    other, me = new_id(), new_id()
    versions = [
        [related(other, "friend")],
        [related(other, "friend", **{"@referredType": "Individual"})],
        [related(other, "friend", **{"@referredType": "Organization"})],
        [related(other, "boss", **{"@referredType": "Organization"})],
        [related(other, "boss"), related(other, "friend"), related(other, "boss")],
        [related(me, "self")],
        [],
    ]
    old: Document = {"id": me, **person(relatedParty=versions[0])}
    await writer.write(creation(INDIVIDUAL, old, actor))
    assert set(await links(database)) == extract(INDIVIDUAL, old)
    for revision, parties in enumerate(versions[1:], start=1):
        await writer.write(changed(old, actor, revision=revision, relatedParty=parties))
        old = {**old, "relatedParty": parties}
        assert set(await links(database)) == extract(INDIVIDUAL, old)


@distributed.ONE_SERVER
async def test_a_cancelled_writer_takes_nobody_along(
    writer: Writer, database: Database, actor: Actor, dsn: str
) -> None:
    made = [new(f"N{number}", actor) for number in range(4)]
    await written(writer, made)
    holder = await asyncpg.connect(dsn)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("SELECT FROM record.individual FOR UPDATE")
    tasks = [
        asyncio.create_task(writer.write(changed(change.document or {}, actor, gender="x")))
        for change in made
    ]
    await eventually(lambda: database.value(WAITING))
    tasks[1].cancel()
    await transaction.rollback()
    await holder.close()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [
        Version,
        asyncio.CancelledError,
        Version,
        Version,
    ]
    # Nobody heard of it, and it was made all the same: as when a connection is lost.
    assert {d.get("gender") for d in (await kept(database, INDIVIDUAL)).values()} == {"x"}


@distributed.ONE_SERVER
async def test_when_the_database_goes_away_all_are_told_and_nothing_is_half_made(
    writer: Writer, database: Database, actor: Actor, dsn: str, server: EmbeddedServer
) -> None:
    made = [new(f"N{number}", actor) for number in range(6)]
    await written(writer, made)
    holder = await asyncpg.connect(dsn)
    transaction = holder.transaction()
    await transaction.start()
    # The statement gets as far as the last record, and waits there.
    await holder.execute(
        "SELECT FROM record.individual WHERE id = $1 FOR UPDATE", max(x.id for x in made)
    )
    changes = [changed(change.document or {}, actor, gender="x") for change in made]
    tasks = [asyncio.create_task(writer.write(change)) for change in changes]
    await eventually(lambda: database.value(WAITING))
    name = await database.value("SELECT current_database()")
    await end_connections(server, "datname = $1 AND wait_event_type = 'Lock'", name)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    await transaction.rollback()
    await holder.close()
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert {d.get("gender") for d in (await kept(database, INDIVIDUAL)).values()} == {None}
    assert await database.value("SELECT count(*) FROM record.history") == 0
    assert all(isinstance(outcome, Version) for outcome in await written(writer, changes))


WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def widest(declared_name: str) -> Document:
    """Return a document whose searched and linked values are as long as they may be, at random."""
    chance = random.Random(11)

    def text(most: int) -> str:
        return "".join(chr(chance.randrange(0x10000, 0x2FFFF)) for _ in range(most))

    declared = TYPES[declared_name]
    known = paths(declared.schema)
    texts = {
        path: text(known[path]["maxLength"])
        for column in declared.columns
        for path in column.paths
        if "maxLength" in known[path]
    }
    party = {"role": text(LONGEST_ROLE), "partyOrPartyRole": {"id": text(200)}}
    return {"id": new_id(), "relatedParty": [party], **texts}


@pytest.mark.parametrize("name", TYPES)
async def test_the_longest_values_that_pass_the_check_can_be_kept(
    writer: Writer, database: Database, actor: Actor, name: str
) -> None:
    document = widest(name)
    declared = replace(TYPES[name], mandatory=())
    check(declared, document)
    await writer.write(creation(TYPES[name], document, actor))
    assert await kept(database, TYPES[name]) == {document["id"]: document}


async def test_the_longest_relationship_can_be_kept(
    writer: Writer, database: Database, actor: Actor
) -> None:
    other = {"id": "𠀀" * 200, "relationshipType": "𠮷" * LONGEST_ROLE}
    document = agreement(new_id(), "𠀋" * LONGEST_NAME, agreementRelationship=[other])
    check(AGREEMENT, document)
    await writer.write(creation(AGREEMENT, {"id": new_id(), **document}, actor))
    assert len(await links(database)) == 4
