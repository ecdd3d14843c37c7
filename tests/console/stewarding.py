"""What stewards work on in the tests of screens: pairs, rows in quarantine, requirements."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from customer_inventory.access import registration
from customer_inventory.access.decision import Decision
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import EVERY_TYPE, Permission
from customer_inventory.capture.importing import import_file
from customer_inventory.capture.mapping import parse_mapping
from customer_inventory.capture.process import register as processes
from customer_inventory.capture.process.declared import checked
from customer_inventory.capture.quarantine import held
from customer_inventory.kit.actor import Actor
from customer_inventory.requirements import register
from customer_inventory.requirements.drafting import begun
from tests.capture.conftest import HEADER, SMALL

if TYPE_CHECKING:
    from tests.console.world import World

_INDIVIDUAL = "/tmf-api/partyManagement/v5/individual"
_HOME = {
    "@type": "GeographicAddressContactMedium",
    "street1": "Hauptstraße 12",
    "postCode": "10115",
    "city": "Berlin",
    "country": "DE",
}


async def duplicates(world: "World", family: str) -> tuple[str, str]:
    """Make two records of one person, if there are none yet; return their pair."""
    database = world.service.database
    known = await database.row(
        "SELECT one_id, other_id FROM capture.pair AS p"
        " INNER JOIN record.individual AS r ON p.one_id = r.id"
        " WHERE r.body ->> 'familyName' = $1 AND p.state = 'open' ORDER BY found_at LIMIT 1",
        family,
    )
    if known is not None:
        return known["one_id"], known["other_id"]
    phone = {"@type": "PhoneContactMedium", "phoneNumber": "+4917139200123"}
    said: dict[str, Any] = {"familyName": family, "birthDate": "1980-05-02"}
    one = {**said, "givenName": "William", "contactMedium": [_HOME, phone]}
    other = {**said, "givenName": "Bill", "gender": "male", "contactMedium": [phone]}
    ids = []
    for each in (one, other):
        answer = await world.service.client.post(
            _INDIVIDUAL, json={"@type": "Individual", **each}, headers={"X-Match": "warn"}
        )
        assert answer.status_code == 201, answer.text
        ids.append(answer.json()["id"])
    return min(ids), max(ids)


NIGHTLY = Actor("crm-nightly", "customerMasterData", None)
"""Who brings rows at night; stewards look after what is refused of them."""


async def refused(world: "World", key: str) -> int:
    """Bring a row of a person with a wrong birth date, unless one waits; return its id."""
    known = await _waiting(world, key)
    if known:
        return known[0]
    words = (Operation.CREATE, Operation.MODIFY, Operation.UPDATE)
    await registration.register(
        world.service.database,
        NIGHTLY.process,
        name="Nightly load of the CRM",
        owner="Customer Operations",
        permissions=[Permission(EVERY_TYPE, words, NIGHTLY.purpose)],
        registered_by="the tests",
    )
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{key}.csv"
        # What was brought before is not brought again: after a row is settled, another file.
        file.write_text(f"{HEADER}{key}-{uuid4().hex[:8]},Ada,Lovelace,10.13.1815,A\n")
        mapping = parse_mapping(SMALL, "small")
        await import_file(world.service.database, file, mapping, actor=NIGHTLY)
    (brought,) = await _waiting(world, key)
    return brought


async def _waiting(world: "World", key: str) -> list[int]:
    """Return the ids of the rows of a file that wait in quarantine."""
    rows = await held.find(world.service.database, held.Chosen(source="crm"), held.Whose())
    return [row["id"] for row in rows if row["file"] == f"{key}.csv"]


async def requirement(world: "World") -> str:
    """Propose a requirement on the nickname of people, unless there is one; return its id."""
    database = world.service.database
    for each in await register.latest(database):
        if (each.requirement.type, each.requirement.path) == ("individual", "nickname"):
            return each.requirement.id
    made = begun("individual", "nickname", await register.next_id(database))
    by = Decision("stella", "stewardship", "an example")
    await register.propose(database, [made], by=by)
    return made.id


async def _process(world: "World") -> Mapping[str, str]:
    """Propose a process of people, unless there is one."""
    database = world.service.database
    declared = checked(
        {
            "id": "example", "kind": "management", "name": "Look after duplicates",
            "owner": "Customer Operations", "task": "mergeStewardship",
            "steps": ["Look at the pairs"],
        }
    )  # fmt: skip
    await processes.propose(database, declared, by=Decision("stella", "stewardship", "an example"))
    return {"id": declared.id}


async def _person(_: "World") -> Mapping[str, str]:
    return {"person": "stella"}


async def _requirement(world: "World") -> Mapping[str, str]:
    return {"id": await requirement(world)}


async def _row(world: "World") -> Mapping[str, str]:
    return {"row": str(await refused(world, "example"))}


async def _pair(world: "World") -> Mapping[str, str]:
    one, other = await duplicates(world, "Zorblatt")
    return {"one": one, "other": other}


EXAMPLES: dict[str, Callable[["World"], Awaitable[Mapping[str, str]]]] = {
    "/capture/pairs/{one}/{other}": _pair,
    "/capture/quarantine/{row}": _row,
    "/administration/people/{person}": _person,
    "/capture/processes/{id}": _process,
    "/requirements/{id}": _requirement,
    "/requirements/{id}/change": _requirement,
}
