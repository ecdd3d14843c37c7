"""Requirements found in what arrives, is held and was asked for; and the gaps between the two."""

from datetime import timedelta

from customer_inventory.record import observation
from customer_inventory.record.register.profile import profile
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import applying
from customer_inventory.requirements.discovering import discover
from customer_inventory.requirements.file import read, written
from customer_inventory.requirements.gaps import gaps
from customer_inventory.store.database import Database
from customer_inventory.usage.last_read import follow_reads
from tests.conftest import Service
from tests.requirements.samples import BIRTH_DATE
from tests.requirements.test_applying import PEOPLE, people
from tests.requirements.test_register import ACTOR, approved, by

SECRET = "Purple-7"


async def test_what_is_held_and_not_declared_is_proposed_with_its_form(database: Database) -> None:
    given = [
        {"givenName": "A", "loyaltyTier": ("gold", "basic")[n % 2], "visits": n, "code": SECRET}
        for n in range(120)
    ]
    await people(database, *given, {"givenName": "B", "home": {"area": 1.5}})
    found = {each.requirement.path: each for each in await discover(database, ["individual"])}
    assert found.keys() == {"loyaltyTier", "visits", "code", "home"}
    tier = found["loyaltyTier"]
    assert (tier.why, tier.seen, tier.processes) == ("held", 120, (ACTOR.process,))
    assert tier.requirement.data.values == ("basic", "gold")
    assert found["visits"].requirement.data.type == "integer"
    assert found["home"].requirement.data.type == "object"
    assert found["code"].examples == ("Aaaaaa-9",)
    # What comes out is a file that can be checked, and tells no value of many.
    text = written("individual", [each.requirement for each in found.values()])
    assert len(read(text)) == 4
    assert len({each.requirement.id for each in found.values()}) == 4


async def test_what_arrives_and_what_is_refused_is_proposed(service: Service) -> None:
    extra = {"familyName": "B", "givenName": "A", "shoeSize": 38}
    assert (await service.client.post(PEOPLE, json=extra)).status_code == 201
    inventory = service.application.inventory
    inventory.missed("individual", "contactMedium[0].emailAddress", "marketing")
    await inventory.observations.keep()
    found = {each.requirement.path: each for each in await discover(service.database)}
    assert (found["shoeSize"].why, found["shoeSize"].processes) == ("arrives", ("tester",))
    asked = found["contactMedium.emailAddress"]
    assert (asked.why, asked.requirement.requested_by) == ("askedFor", ("marketing",))


async def test_what_is_known_is_not_proposed_again(database: Database) -> None:
    await people(database, {"givenName": "A", "shoeSize": 38})
    (found,) = await discover(database, ["individual"])
    asked = found.requirement
    await approved(database, written("individual", [asked]))
    assert await discover(database, ["individual"]) == []


async def test_gaps_are_told_apart(service: Service) -> None:
    database = service.database
    given = {"givenName": "A", "gender": "female"}
    (identifier, _) = await people(database, given, {"givenName": "B"})
    await approved(database, BIRTH_DATE)
    await applying.apply(database, by=by("ops"), actor=ACTOR)

    async def found() -> set[tuple[str, str]]:
        await follow_reads(database)
        return {(each.kind, each.path) for each in await gaps(database, ["individual"])}

    before = await found()
    assert ("requiredButEmpty", "birthDate") in before
    assert ("heldNotRequired", "gender") in before
    assert ("neverRead", "gender") in before
    assert ("readNotDeclared", "birthDate") not in before
    assert (await service.client.get(f"{PEOPLE}/{identifier}")).status_code == 200
    after = await found()
    assert ("neverRead", "gender") not in after
    assert ("readNotDeclared", "birthDate") in after
    # Summed again, nothing is counted twice.
    rows = [dict(row) for row in await observation.every(database, observation.READ)]
    assert await follow_reads(database) == 0
    assert [dict(row) for row in await observation.every(database, observation.READ)] == rows
    long_ago = await gaps(database, ["individual"], unread_for=timedelta(0))
    assert any(each.kind == "neverRead" for each in long_ago)


async def test_a_large_table_is_sampled(database: Database) -> None:
    await people(database, *({"givenName": f"A{n}"} for n in range(400)))
    async with database.session() as connection:
        await connection.execute("ANALYZE record.individual")
    whole = await profile(database, TYPES["individual"])
    assert (whole.looked_at, whole.is_whole, whole.share("givenName")) == (400, True, 1.0)
    part = await profile(database, TYPES["individual"], most=100)
    assert not part.is_whole
    assert part.looked_at < 400
    assert part.looked_at == (await profile(database, TYPES["individual"], most=100)).looked_at
