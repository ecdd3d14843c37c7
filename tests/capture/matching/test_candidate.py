"""Which records are compared with a document at entry."""

import pytest

from customer_inventory.capture.matching.candidate import candidates
from customer_inventory.capture.matching.normal import normal
from customer_inventory.kit.actor import Actor
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.sight import EVERYTHING
from customer_inventory.record.types import named
from customer_inventory.store.database import Database

INDIVIDUAL = named("individual")
ADA = {"@type": "Individual", "givenName": "Ada", "familyName": "Lovelace"}
PHONE = {"contactMedium": [{"@type": "PhoneContactMedium", "phoneNumber": "+493012345678"}]}


@pytest.mark.parametrize(
    ("born", "is_found"),
    [
        ({"birthDate": "1990-12-10"}, True),
        ({"birthDate": "1990-12-10T00:00:00Z"}, True),
        ({"birthDate": "1990-10-12"}, True),
        ({"birthDate": "1990-12-11"}, True),
        ({"birthDate": "1980-12-10"}, True),
        ({"birthDate": "1990-01-01"}, True),
        ({}, True),
        ({"birthDate": "1984-03-09"}, False),
        ({"birthDate": "1984-03-09", **PHONE}, True),
    ],
    ids=str,
)
async def test_namesakes_born_on_quite_another_day_are_left_out(
    database: Database, actor: Actor, born: dict[str, object], *, is_found: bool
) -> None:
    one = await Inventory(database).create(INDIVIDUAL, {**ADA, **born}, actor=actor)
    asked = {**ADA, "birthDate": "1990-12-10", **PHONE}
    form = normal("individual", "", asked)
    found = await candidates(database, INDIVIDUAL, asked, form, EVERYTHING)
    assert set(found) == ({one.id} if is_found else set())
    unborn = {each: asked[each] for each in asked if each != "birthDate"}
    form = normal("individual", "", unborn)
    assert set(await candidates(database, INDIVIDUAL, unborn, form, EVERYTHING)) == {one.id}
