"""Loading in bulk leaves what writing one by one would leave."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.demo.generate import generate
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import bucket_of, compose, new_id
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import encode
from customer_inventory.record.lines import Batch, body_of, lines_of
from customer_inventory.record.load import known, load
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import creation, removal
from customer_inventory.record.write import Writer
from customer_inventory.store.database import Database
from tests.record.columns import differing
from tests.record.samples import CUSTOMER, INDIVIDUAL, customer, decoded, person, related

TABLES = [
    "history",
    "link",
    "past_link",
    "period",
    "edge",
    "outbox",
    *(declared.table for declared in TYPES.values()),
]
OF_TIME = ("recorded_at", "linked_at", "recorded_from", "recorded_to", "xid", "seq")

Documents = dict[RecordType, list[Document]]


async def emptied(database: Database) -> None:
    await database.execute("; ".join(f"DELETE FROM record.{name}" for name in TABLES))


async def loaded(database: Database, documents: Documents, actor: Actor) -> None:
    batches = {
        declared: Batch.of(
            {
                document["id"]: lines_of(declared, document, encode(document), actor)
                for document in given_documents
            }
        )
        for declared, given_documents in documents.items()
    }
    async with database.transaction() as connection:
        await load(connection, batches, actor)


async def written(database: Database, documents: Documents, actor: Actor) -> None:
    writer = Writer(database)
    for declared, given_documents in documents.items():
        for document in given_documents:
            await writer.write(creation(declared, document, actor))


async def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, without what time made of it."""
    found = {}
    for name in TABLES:
        rows = await database.fetch(f"SELECT * FROM record.{name}")
        found[name] = sorted(
            (tuple(value for key, value in row.items() if key not in OF_TIME) for row in rows),
            key=repr,
        )
    return found


words = st.text(
    st.sampled_from("aN\\\t\n\r\v\b\x7f\"'.é𠀀 ") | st.characters(exclude_categories=("Cs",)),
    max_size=12,
).map(lambda text: text.replace("\0", ""))
people = st.builds(
    lambda family, given_name, note, role, other, period: {
        **person(
            family, note=note, relatedParty=[{**related(other or "x", role), "validFor": period}]
        ),
        "givenName": given_name,
    },
    words,
    words,
    words | st.lists(words, max_size=2),
    words | st.just("household"),
    st.sampled_from(["crm:42", "\\N", "a\tb", compose(7, 7)]) | words,
    st.fixed_dictionaries(
        {},
        optional={
            "startDateTime": st.sampled_from(["2026-01-01", "2026-02-01T01:00:00+01:00"]),
            "endDateTime": st.just("2026-03-01"),
        },
    ),
)
actors = st.builds(Actor, words, words, st.none() | words)


@given(st.lists(people, max_size=4), actors)
async def test_a_load_leaves_what_writing_leaves(
    database: Database, given_people: list[Document], actor: Actor
) -> None:
    persons = [{"id": new_id(), **document} for document in given_people]
    roles = [{"id": new_id(), **customer(document["id"], "\\N")} for document in persons]
    documents = {INDIVIDUAL: persons, CUSTOMER: roles}
    await emptied(database)
    await loaded(database, documents, actor)
    by_load = await everything(database)
    await emptied(database)
    await written(database, documents, actor)
    assert by_load == await everything(database)


@given(st.lists(people, max_size=4))
def test_lines_hold_the_document_and_come_apart_again(given_people: list[Document]) -> None:
    records = {}
    for document in given_people:
        whole = {"id": new_id(), **document}
        lines = lines_of(INDIVIDUAL, whole, encode(whole), Actor("a\tb", "c", None))
        assert decoded(body_of(lines)) == whole
        assert [line.count(b"\n") for line in (lines[0], lines[2])] == [1, 1]
        records[whole["id"]] = lines
    batch = Batch.of(records)
    assert batch.taken_apart() == records
    assert batch.buckets == [bucket_of(identifier) for identifier in records]


async def test_generated_customers_have_their_columns(database: Database, actor: Actor) -> None:
    documents: Documents = {}
    for record in generate(60, seed=7):
        documents.setdefault(TYPES[record.type], []).append(decoded(record.body))
    await loaded(database, documents, actor)
    for declared, given_documents in documents.items():
        assert await database.value(f"SELECT count(*) FROM record.{declared.table}") == len(
            given_documents
        )
        assert await differing(database, declared) == []


async def test_what_was_removed_before_goes_on_where_it_ended(
    database: Database, actor: Actor
) -> None:
    before, other = {"id": new_id(), **person("Before")}, {"id": new_id(), **person("Other")}
    await written(database, {INDIVIDUAL: [before]}, actor)
    await Writer(database).write(removal(INDIVIDUAL, before["id"], revision=1, actor=actor))
    await loaded(database, {INDIVIDUAL: [{**before, "familyName": "Again"}, other]}, actor)
    rows = await database.fetch(
        "SELECT h.revision, h.recorded_to = r.recorded_at AS is_ended, r.revision AS present"
        " FROM record.history AS h JOIN record.individual AS r USING (id) ORDER BY h.revision"
    )
    assert [tuple(row) for row in rows] == [(1, False, 3), (2, True, 3)]
    assert await database.value("SELECT max(revision) FROM record.outbox") == 3
    assert await database.value("SELECT count(*) FROM record.individual") == 2


async def test_what_is_known_is_told(database: Database, actor: Actor) -> None:
    held, new = {"id": new_id(), **person("Held")}, {"id": new_id(), **person("New")}
    await loaded(database, {INDIVIDUAL: [held]}, actor)
    batch = Batch.of({d["id"]: lines_of(INDIVIDUAL, d, encode(d), actor) for d in (held, new)})
    async with database.connection() as connection:
        found = await known(connection, INDIVIDUAL, batch, "testing")
    assert list(found) == [held["id"]]
    assert decoded(found[held["id"]]["body"]) == held
    assert (found[held["id"]]["revision"], found[held["id"]]["process"]) == (1, "test")


async def test_a_load_that_fails_leaves_nothing(database: Database, actor: Actor) -> None:
    held = {"id": new_id(), **person("Held")}
    await loaded(database, {INDIVIDUAL: [held]}, actor)
    before = await everything(database)
    with pytest.raises(Exception, match="such an entry"):
        await loaded(
            database, {CUSTOMER: [{"id": new_id(), **customer("x")}], INDIVIDUAL: [held]}, actor
        )
    assert await everything(database) == before


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_period_that_no_table_can_hold_is_refused(actor: Actor, text: str) -> None:
    document = {"id": new_id(), **person(validFor={"startDateTime": text})}
    with pytest.raises(Invalid):
        lines_of(INDIVIDUAL, document, encode(document), actor)
