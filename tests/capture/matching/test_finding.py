"""A batch over a real inventory: pairs found, kept, decided, merged, and never asked again."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.hard_set import HardSet
from customer_inventory.capture.importing import import_file
from customer_inventory.capture.matching import deciding, keeping, pair
from customer_inventory.capture.matching.finding import Outcome, find_pairs
from customer_inventory.capture.matching.grouping import clusters
from customer_inventory.capture.matching.threshold import Thresholds
from customer_inventory.kit.actor import Actor
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.subject import restriction
from customer_inventory.record.types import named
from customer_inventory.store.database import Database

pytest.importorskip("splink")
INDIVIDUAL = named("individual")


async def loaded(database: Database, folder: Path, actor: Actor, count: int) -> dict[str, int]:
    """Load some records of the hard set; return whose each is."""
    whose = {}
    file = folder / "hard.ndjson"
    with file.open("wb") as lines:
        for _, identifier, document, entity in HardSet(21).records(count):
            whose[identifier] = entity
            lines.write(msgspec.json.encode(document) + b"\n")
    await import_file(database, file, "records", actor=actor)
    return whose


async def found(database: Database, actor: Actor, **more: Any) -> Outcome:
    return await find_pairs(
        database, INDIVIDUAL, **{"actor": actor, "thresholds": Thresholds(), **more}
    )


async def waiting(database: Database, state: str = pair.OPEN) -> list[deciding.Met]:
    return list(
        (
            await deciding.shown_pairs(
                database, ["individual"], sight=EVERYTHING, state=state, limit=1000
            )
        )[0]
    )


@pytest.fixture
def inventory(database: Database) -> Inventory:
    return Inventory(database)


def test_clusters() -> None:
    made = clusters([(1, 2), (3, 4), (2, 5), (5, 1)])
    assert made[1] == made[2] == made[5] != made[3] == made[4]


async def test_pairs_are_found_decided_and_not_asked_again(
    database: Database, tmp_path: Path, actor: Actor
) -> None:
    whose = await loaded(database, tmp_path, actor, 500)
    outcome = await found(database, actor)
    pairs = await waiting(database)
    assert outcome.pairs == len(pairs) > 20
    assert not outcome.training
    right = [whose[each.one] == whose[each.other] for each in pairs]
    assert sum(right) / len(right) > 0.9
    first, second, third = pairs[:3]
    told = deciding.told(first)
    assert sum(reason["weight"] for reason in told["reason"]) > 0
    assert told["cluster"] in whose
    for each, decision in ((first, "merge"), (second, "notSame"), (third, "later")):
        await deciding.decide(database, each, decision, actor=actor, reason="seen")
    again = await found(database, actor)
    assert again.pairs <= outcome.pairs - 2
    assert {each.row["state"] for each in await waiting(database, pair.LATER)} == {"later"}
    (apart,) = await waiting(database, pair.NOT_SAME)
    assert (apart.row["person"], apart.row["reason"]) == (actor.person, "seen")
    open_now = {(each.row["one_id"], each.row["other_id"]) for each in await waiting(database)}
    for each in (first, second, third):
        assert (each.row["one_id"], each.row["other_id"]) not in open_now


async def test_merged_unasked_above_a_score_and_never_across_a_contradiction(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    medium = [{"@type": "EmailContactMedium", "emailAddress": "ada@lovelace.example"}]
    ada = {"givenName": "Ada", "familyName": "Lovelace", "contactMedium": medium}
    born, later = {"birthDate": "1990-12-10"}, {"birthDate": "1991-03-04"}
    ids = [
        (await inventory.create(INDIVIDUAL, {"@type": "Individual", **ada, **more}, actor=actor)).id
        for more in (born, born, {**later, "givenName": "Zenobia"}, {})
    ]
    outcome = await found(database, actor, thresholds=Thresholds(queue=0.01, merge=0.9))
    assert outcome.merged >= 1
    merged = await waiting(database, pair.MERGED)
    assert all(each.row["reason"].startswith("unasked: ") for each in merged if each.row["reason"])
    shown = {identifier: (await inventory.get(INDIVIDUAL, identifier)).id for identifier in ids}
    assert shown[ids[0]] == shown[ids[1]]
    assert shown[ids[2]] == ids[2]
    parted = await inventory.identity.part(
        INDIVIDUAL, next(i for i in ids[:2] if shown[i] != i), actor=actor
    )
    assert parted.parted is not None
    assert (await found(database, actor, thresholds=Thresholds(merge=0.9))).merged == 0


async def test_who_is_restricted_is_not_compared(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    ada = {"@type": "Individual", "givenName": "Ada", "familyName": "Lovelace",
           "birthDate": "1990-12-10"}  # fmt: skip
    ids = [(await inventory.create(INDIVIDUAL, ada, actor=actor)).id for _ in range(2)]
    await restriction.restrict(database, ids[0], reason="CASE-7", actor=actor)
    outcome = await found(database, actor, sight=Sight("testing"))
    assert (outcome.records, outcome.pairs) == (1, 0)


async def test_an_empty_inventory_has_no_pairs(database: Database, actor: Actor) -> None:
    assert await found(database, actor) == Outcome("individual")


async def test_a_model_is_trained_kept_and_in_force(
    database: Database, tmp_path: Path, actor: Actor
) -> None:
    await loaded(database, tmp_path, actor, 3_000)
    outcome = await found(database, actor, train=True)
    (kept,) = await keeping.models(database)
    assert kept["sha256"] == outcome.model
    assert (kept["process"], kept["person"]) == (actor.process, actor.person)
    assert msgspec.json.decode(kept["training"])["records"] == outcome.records
    model = await keeping.in_force(database, "individual")
    assert model.sha256 == outcome.model
    again = await found(database, actor)
    assert (again.model, again.training) == (outcome.model, {})


async def test_a_model_is_trained_where_nobody_is_there_twice(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    for number in range(12):
        ada = {"@type": "Individual", "givenName": f"Ada{number}", "familyName": f"Love{number}"}
        await inventory.create(
            INDIVIDUAL, {**ada, "birthDate": f"19{number + 40}-03-10"}, actor=actor
        )
    outcome = await found(database, actor, train=True)
    assert (outcome.records, outcome.pairs) == (12, 0)
    assert 0 < outcome.training["prior"] < 0.01
