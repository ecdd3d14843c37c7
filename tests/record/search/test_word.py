"""The dictionary holds the words of names, and none besides."""

from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import new_id
from customer_inventory.record.declare import Document
from customer_inventory.record.document import encode
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.lines import Batch, lines_of
from customer_inventory.record.load import load
from customer_inventory.record.search.candidate import SEARCHED
from customer_inventory.record.search.find import find
from customer_inventory.record.search.key import found_in, keys_of
from customer_inventory.record.search.phone import is_written_so
from customer_inventory.record.search.word import forget, mend
from customer_inventory.store.database import Database
from tests.conftest import PROFILE
from tests.record.samples import INDIVIDUAL, decoded, person


async def held(database: Database) -> set[str]:
    return {row[0] for row in await database.fetch("SELECT word FROM record.word")}


async def loaded(database: Database, document: Document, actor: Actor) -> str:
    whole = {"id": new_id(), **document}
    lines = lines_of(INDIVIDUAL, whole, encode(whole), actor)
    async with database.transaction() as connection:
        await load(connection, {INDIVIDUAL: Batch.of({whole["id"]: lines})}, actor)
    return str(whole["id"])


async def test_words_come_with_records_and_leave_with_the_last(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    one = await inventory.create(INDIVIDUAL, person("Lovelace"), actor=actor)
    other = await loaded(database, person("Byron"), actor)
    assert await held(database) == {"ada", "lovelace", "byron"}
    for identifier, left in ((one.id, {"ada", "byron"}), (other, set())):
        await inventory.remove(INDIVIDUAL, identifier, actor=actor)
        async with database.transaction() as connection:
            await forget(connection, ["ada", "lovelace", "byron", "unknown"])
        assert await held(database) == left


async def test_mending_makes_it_agree_with_the_records(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    made = await inventory.create(INDIVIDUAL, person("Lovelace"), actor=actor)
    change = partial(dict, familyName="Byron")
    await inventory.change(INDIVIDUAL, made.id, lambda old: {**old, **change()}, actor=actor)
    assert "lovelace" in await held(database)
    await database.execute("DELETE FROM record.word WHERE word = 'ada'")
    await mend(database)
    assert await held(database) == {"ada", "byron"}
    await mend(database)
    assert await held(database) == {"ada", "byron"}


text = st.text(
    st.sampled_from("aåÅжß-'\"\\ ,{}%09") | st.characters(exclude_categories=("Cs",)), max_size=12
).map(lambda value: value.replace("\0", ""))
people = st.builds(
    lambda family, given_name, number, mail, street, reference: {
        **person(family),
        "givenName": given_name,
        "contactMedium": [
            {"@type": "x", "phoneNumber": number, "emailAddress": mail, "street1": street}
        ],
        "externalReference": [{"id": reference}],
    },
    *(text, text, st.from_regex(r"\+?[0-9 ()-]{5,18}", fullmatch=True)),
    *(text | st.emails(), text, text),
)


@settings(max_examples=12 if PROFILE == "ci" else 1000)
@given(st.lists(people, min_size=1, max_size=3), st.booleans())
async def test_a_record_is_found_by_each_of_its_own_values_after_any_writes(
    database: Database, actor: Actor, versions: list[Document], is_loaded: bool
) -> None:
    inventory = Inventory(database)
    first, *others = versions
    if is_loaded:
        identifier = await loaded(database, first, actor)
    else:
        identifier = (await inventory.create(INDIVIDUAL, first, actor=actor)).id
    for other in others:
        await inventory.change(INDIVIDUAL, identifier, partial(merged, other), actor=actor)
    body = decoded((await inventory.get(INDIVIDUAL, identifier)).body)
    row = await database.row("SELECT keys FROM record.individual WHERE id = $1", identifier)
    assert row is not None
    assert list(row[0] or ()) == keys_of(INDIVIDUAL, body)
    for value in found_in(INDIVIDUAL, body):
        is_asked_so = value.kind != "phone" or is_written_so(value.value)
        if value.keys and is_asked_so:
            found = await find(database, value.value, types=SEARCHED, limit=100)
            assert identifier in {hit.id for hit in found.hits} or not found.is_complete, value
    await inventory.remove(INDIVIDUAL, identifier, actor=actor)


def merged(new: Document, old: Document) -> Document:
    return {**old, **new}
