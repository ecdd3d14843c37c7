"""Accuracy is told from where it is really known; of all else it is told to be not measured."""

from pathlib import Path
from typing import Any

import pytest

from customer_inventory.audit import scoring
from customer_inventory.audit.accuracy import measured
from customer_inventory.audit.alerting import alert, alerts
from customer_inventory.audit.report.page import page
from customer_inventory.audit.running import asked_in_force, audit, rules_in_force
from customer_inventory.background.origins import origins_of
from customer_inventory.capture.mapping import Mapping, parse_mapping
from customer_inventory.kit.actor import Actor
from customer_inventory.requirements import applying
from customer_inventory.store.database import Database
from tests.audit.campaign.conftest import AGREES, World, differs, world
from tests.capture.conftest import HEADER, SMALL
from tests.capture.reconcile.found import compared, loaded
from tests.conftest import Service, permitted
from tests.requirements.test_register import ACTOR, approved, by

__all__ = ["world"]

REQUIREMENTS = """
type: individual
requirements:
  - {id: REQ-101, path: givenName, name: Given name, definition: D, sources: [hr, crm],
     quality: {accuracy: 0.9}}
  - {id: REQ-102, path: familyName, name: Family name, definition: D}
  - {id: REQ-103, path: birthDate, name: Birth date, definition: D, sources: [hr]}
  - {id: REQ-104, path: nationality, name: Nationality, definition: D}
"""
ROWS = [f"{n},Ann{n},Lee,0{1 + n % 9}.01.1990,A" for n in range(1, 11)]


def text(*rows: str) -> str:
    return HEADER + "\n".join(rows) + "\n"


@pytest.fixture
def small() -> Mapping:
    return parse_mapping(SMALL, "small")


@pytest.fixture
async def ready(database: Database, actor: Actor) -> Database:
    """An inventory in which the actor loads, and requirements are in force."""
    allowed = ("*:read,create,modify,update,delete",)
    await permitted(database, actor.process, *allowed, purpose=actor.purpose)
    await approved(database, REQUIREMENTS)
    await applying.apply(database, by=by("ops"), actor=ACTOR)
    return database


async def audited(database: Database) -> dict[str, tuple[int, int]]:
    """Audit; return of how many records how many are not accurate, by rule."""
    rules = await rules_in_force(database)
    ran = await audit(database, rules, actor=ACTOR, origins=origins_of(database))
    await alert(database, await asked_in_force(database))
    return {
        each.rule: (each.population, each.failed)
        for each in ran.outcomes if each.dimension == "accuracy"
    }  # fmt: skip


async def test_it_is_what_the_authoritative_source_says_of_each_element(
    ready: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    await loaded(ready, tmp_path, text(*ROWS), small, actor)
    assert await audited(ready) == {}
    by_dimension = {each.name: each for each in await scoring.scores(ready, "dimension")}
    assert not by_dimension["accuracy"].is_measured
    assert by_dimension["accuracy"].score is None

    rows = list(ROWS)
    rows[1] = rows[1].replace("Ann2", "Anna")
    rows[2] = rows[2].replace("Ann3", "Anne")
    rows[3] = rows[3].replace("Lee", "Li")
    rows[4] = rows[4].replace("06.01.1990", "07.01.1990")
    del rows[9]
    rows.append("99,New,One,01.01.1970,A")
    await compared(ready, tmp_path, text(*rows), small, actor, size=4)
    # Nine are on both sides. Of birth dates HR is believed alone, and nobody asked HR; of
    # nationalities nobody says anything.
    expected = {"REQ-101.accuracy": (9, 2), "REQ-102.accuracy": (9, 1)}
    assert await audited(ready) == expected
    by_dimension = {each.name: each for each in await scoring.scores(ready, "dimension")}
    assert (by_dimension["accuracy"].population, by_dimension["accuracy"].failed) == (18, 3)
    (raised,) = await alerts(ready, state="raised")
    assert (raised["rule"], raised["dimension"]) == ("REQ-101.accuracy", "accuracy")
    assert raised["name"] == "Given name is not as crm says"
    told = {each.elements: each for each in await measured(ready, await asked_in_force(ready))}
    assert told.keys() == {("givenName",), ("familyName",)}
    assert (told["givenName",].how, told["givenName",].of) == ("reconciliation", "crm")

    # What was accepted is not as the source says, all the same; what is repaired is.
    await ready.execute(
        "UPDATE capture.reconciliation_item SET state = 'accepted' WHERE path = 'familyName'"
    )
    assert await audited(ready) == expected
    await compared(ready, tmp_path, text(*ROWS), small, actor)
    assert await audited(ready) == {"REQ-101.accuracy": (10, 0), "REQ-102.accuracy": (10, 0)}
    assert await alerts(ready, state="raised") == []


async def test_a_run_of_other_types_says_nothing_of_it(
    ready: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    await loaded(ready, tmp_path, text(*ROWS), small, actor)
    await compared(ready, tmp_path, text(*ROWS), small, actor)
    rules = await rules_in_force(ready, ["customer"])
    ran = await audit(
        ready, rules, actor=ACTOR, record_types=["customer"], origins=origins_of(ready)
    )
    assert [each.rule for each in ran.outcomes if each.dimension == "accuracy"] == []


async def test_it_is_told_over_http(
    service: Service, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    database = service.database
    token = await service.token_for("quality", "audit:read")
    mine = {"Authorization": f"Bearer {token}"}
    place = "/inventory/v1/qualityScore/accuracy"
    assert (await service.client.get(place, headers=mine)).json() == []
    allowed = ("*:read,create,modify,update,delete",)
    await permitted(database, actor.process, *allowed, purpose=actor.purpose)
    await approved(database, REQUIREMENTS)
    await applying.apply(database, by=by("ops"), actor=ACTOR)
    await loaded(database, tmp_path, text(*ROWS), small, actor)
    await audited(database)
    unknown = {"name": "accuracy", "failed": 0, "isBreached": False, "isMeasured": False}
    assert await accuracy_of(service, mine) == unknown
    rows = [ROWS[0].replace("Lee", "Li"), *ROWS[1:]]
    await compared(database, tmp_path, text(*rows), small, actor)
    await audited(database)
    told: list[dict[str, Any]] = (await service.client.get(place, headers=mine)).json()
    names = ("element", "lookedAt", "differ", "score")
    assert [tuple(each[name] for name in names) for each in told] == [
        (["givenName"], 10, 0, 1.0), (["familyName"], 10, 1, 0.9),
    ]  # fmt: skip
    assert (await accuracy_of(service, mine))["score"] == 0.95


async def accuracy_of(service: Service, mine: dict[str, str]) -> dict[str, Any]:
    scores = (await service.client.get("/inventory/v1/qualityScore", headers=mine)).json()
    return next(each for each in scores if each["name"] == "accuracy")


async def test_a_campaign_tells_of_its_population_beside_the_score(world: World) -> None:
    database = world.database
    await world.people(60)
    for name, verdicts in (("earlier", AGREES), ("later", differs())):
        campaign = await world.begun(name=name)
        task = await world.next(campaign, "ada")
        assert task is not None
        await world.record(campaign, task.item.number, "ada", verdicts)
        await world.read_all(campaign, "ada", "grace")
        done = await world.close(campaign)
    result = done.statement["result"]
    (known,) = await measured(database, [])
    assert (known.how, known.of, known.elements) == ("campaign", "later", ("familyName",))
    assert (known.looked_at, known.differ) == (result["examined"], 1)
    assert known.low is not None
    assert known.high is not None
    assert 0 < known.low < known.differ / known.looked_at < known.high < 1
    # A sample is no score of the whole.
    ran = await audit(database, await rules_in_force(database), actor=ACTOR)
    assert [each for each in ran.outcomes if each.dimension == "accuracy"] == []
    text = await page(database, await asked_in_force(database))
    assert "the world, in a sample: later" in text
