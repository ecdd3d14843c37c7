"""What was only checked for duplicates is forgotten."""

from customer_inventory.capture.matching import keeping, pair
from customer_inventory.capture.matching.normal import normal
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import new_id
from customer_inventory.store.database import Database

DOCUMENT = {"@type": "Individual", "givenName": "Ada", "familyName": "Zorblatt"}


async def queued(database: Database, *, is_checked: bool) -> tuple[str, str]:
    """Queue a pair, of a document that was only checked or of two records; return its key."""
    model = await keeping.in_force(database, "individual")
    ids = (new_id(), new_id())
    form = normal("individual", ids[0], DOCUMENT)
    one = pair.Pair(*ids, model.score(form, form))
    checked = pair.Checked(ids[0], DOCUMENT) if is_checked else None
    await pair.queue(database, "individual", [one], model=model.sha256, checked=checked)
    return one.key


async def test_what_was_only_checked_is_forgotten_once_decided_or_after_a_month(
    database: Database, actor: Actor
) -> None:
    of_records, waiting, decided, old = [
        await queued(database, is_checked=is_checked) for is_checked in (False, True, True, True)
    ]
    for key in (of_records, decided):
        row = await pair.pair_of(database, *key)
        await pair.decide(database, row, pair.NOT_SAME, "twins", actor=actor)
    await database.execute(
        "UPDATE capture.pair SET found_at = now() - interval '31 days' WHERE one_id = $1", old[0]
    )
    await pair.forget_checked(database)
    left = await database.fetch("SELECT one_id, other_id FROM capture.pair")
    assert {tuple(each.values()) for each in left} == {of_records, waiting}
