"""Where records have something: as the profile counts it; that of a sample is remembered."""

from collections import Counter

import pytest

from customer_inventory.record.register import presence as module
from customer_inventory.record.register.presence import Presence, presence
from customer_inventory.record.register.profile import profile
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.requirements.test_applying import people

_INDIVIDUAL = TYPES["individual"]


def test_a_path_counts_once_a_record_wherever_it_stands() -> None:
    made = Presence(_INDIVIDUAL)
    made.take({"a": [{"b": 1}, {"b": None, "c": {"d": 2}}, [{"e": 3}]], "f": []}, "crm")
    made.take({"a": {"b": 4}}, "billing")
    made.take({"a": {"b": 5}}, "crm")
    assert made.processes["a.b"] == Counter(crm=2, billing=1)
    assert made.processes.keys() == {"a", "a.b", "a.c", "a.c.d", "a.e", "f"}
    assert (made.share("a.b"), made.share("f"), made.share("g")) == (1.0, 1 / 3, 0.0)


async def test_it_is_what_the_profile_counts(database: Database) -> None:
    contact = {"@type": "EmailContactMedium", "emailAddress": "a@example.org"}
    await people(
        database,
        {"givenName": "Ada", "contactMedium": [contact, contact]},
        {"givenName": "Bea", "familyName": "Bell", "contactMedium": [contact]},
    )
    made, whole = await presence(database, _INDIVIDUAL), await profile(database, _INDIVIDUAL)
    assert (made.looked_at, made.is_whole) == (whole.looked_at, whole.is_whole) == (2, True)
    assert {path: there.total() for path, there in made.processes.items()} == {
        path: seen.records for path, seen in whole.paths.items()
    }
    assert made.processes == {path: seen.processes for path, seen in whole.paths.items()}


async def test_a_sample_is_remembered_and_a_small_table_is_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people(database, *({"givenName": f"A{n}"} for n in range(400)))
    await database.execute("ANALYZE record.individual")
    assert await presence(database, _INDIVIDUAL) is not await presence(database, _INDIVIDUAL)
    sample = await presence(database, _INDIVIDUAL, most=100)
    assert not sample.is_whole
    assert await presence(database, _INDIVIDUAL, most=100) is sample
    assert await presence(database, _INDIVIDUAL, most=200) is not sample
    monkeypatch.setattr(module, "_REMEMBERED_SECONDS", -1.0)
    module._lately.clear()
    sample = await presence(database, _INDIVIDUAL, most=100)
    assert await presence(database, _INDIVIDUAL, most=100) is not sample
