"""Trust per element: a process says it, its versions change it, merged records are shown by it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from customer_inventory.capture.importing import import_file
from customer_inventory.capture.process import register
from customer_inventory.capture.process.declared import Declared, read
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.record.document import parse_object
from customer_inventory.record.identity.surviving import surviving
from customer_inventory.record.identity.trust import follow, ranks
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.job import install
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.capture.process.test_process import OPERATOR, PAUL, decided
from tests.conftest import permitted

INDIVIDUAL = TYPES["individual"]
MAPPING = """
source: {source}
format: csv
key: no
records:
  individual:
    attributes:
      givenName: {{column: given}}
      familyName: {{column: family}}
      birthDate: {{column: born, as: date, formats: ["%Y-%m-%d"]}}
"""
PROCESS = """
id: {source}-daily
kind: capture
name: Extract
owner: Somebody
load:
  mapping: {source}.mapping.yaml
  process: {source}
  purpose: customerCare
  trust: 5
  trustBy: {trust}
"""


def declared(folder: Path, source: str, **trust: int) -> Declared:
    """Return a process that loads a source, trusted so far about attributes of individuals."""
    (folder / f"{source}.mapping.yaml").write_text(MAPPING.format(source=source))
    said = {f"individual.{name}": rank for name, rank in trust.items()}
    file = folder / f"{source}.yaml"
    file.write_text(PROCESS.format(source=source, trust=msgspec.json.encode(said).decode()))
    return read(file)


async def in_force(database: Database, process: Declared) -> None:
    await register.propose(database, process, by=PAUL)
    await decided(database, process.id)


async def loaded(database: Database, process: Declared, folder: Path, row: str) -> None:
    """Load one row of the source of a process."""
    assert process.load is not None
    file = folder / f"{process.id}.csv"
    file.write_text(f"no,given,family,born\n1,{row}\n")
    load = process.load
    actor = Actor(load.process, load.purpose)
    summary = await import_file(database, file, load.by(), actor=actor)
    assert summary.tally.refused == 0, summary.refusals


async def shown(database: Database) -> dict[str, Any]:
    """Let what is shown follow every change of trust; return what is of the merged person."""
    for row in await database.fetch("SELECT id FROM record.trust_change WHERE ended_at IS NULL"):
        await follow(database, row["id"], actor=OPERATOR)
    (body,) = [row["body"] for row in await database.fetch("SELECT body FROM record.individual")]
    document = parse_object(body)
    return {name: document[name] for name in ("givenName", "familyName", "birthDate")}


async def test_each_attribute_is_of_the_source_trusted_most_about_it(
    database: Database, tmp_path: Path
) -> None:
    await install(database)
    crm = declared(tmp_path, "crm", familyName=9)
    billing = declared(tmp_path, "billing", birthDate=9, familyName=1)
    for process in (crm, billing):
        assert process.load is not None
        await permitted(database, process.load.process, "*:create,update,modify",
                        purpose="customerCare")  # fmt: skip
        await in_force(database, process)
    await loaded(database, billing, tmp_path, "Bill,Bills,1815-12-10")
    await loaded(database, crm, tmp_path, "Carl,Carls,1900-01-01")
    people = await database.fetch("SELECT id FROM record.individual ORDER BY process")
    one, other = (row["id"] for row in people)
    await Inventory(database).identity.merge(INDIVIDUAL, one, [other], actor=OPERATOR)
    # Of equal rank the latest is shown.
    assert await shown(database) == {
        "givenName": "Carl", "familyName": "Carls", "birthDate": "1815-12-10",
    }  # fmt: skip
    group = await surviving(database, INDIVIDUAL, one)
    assert group is not None
    told = {
        each.attribute: [(candidate.source, candidate.rank) for candidate in each.candidates]
        for each in group.attributes
    }
    assert told["birthDate"] == [("billing", 9), ("crm", 5)]
    assert told["familyName"] == [("crm", 9), ("billing", 1)]
    assert told["givenName"] == [("crm", 5), ("billing", 5)]

    # Another version says something else, and what it says nothing of any more goes.
    await in_force(database, declared(tmp_path, "billing", givenName=7))
    assert await shown(database) == {
        "givenName": "Bill", "familyName": "Carls", "birthDate": "1900-01-01",
    }  # fmt: skip
    # A later load is a contribution of the source, by its name.
    await loaded(database, billing, tmp_path, "Billy,Bills,1815-12-10")
    assert (await shown(database))["givenName"] == "Billy"
    # What rests is not heeded, and is again when it is resumed.
    await register.suspend(database, billing.id, by=PAUL, actor=OPERATOR)
    assert (await shown(database))["givenName"] == "Billy"  # the latest, of equal rank
    await register.suspend(database, crm.id, by=PAUL, actor=OPERATOR)
    assert [row["element"] for row in await ranks(database)] == [""] * 2
    await register.resume(database, crm.id, by=PAUL, actor=OPERATOR)
    await register.retire(database, billing.id, by=PAUL, actor=OPERATOR)
    listed = {(row["source"], row["element"], row["rank"]) for row in await ranks(database)}
    assert listed == {
        ("crm", "", 5), ("billing", "", 5), ("crm", "individual.familyName", 9),
    }  # fmt: skip


async def test_of_two_processes_of_a_source_the_higher_rank_holds(
    database: Database, tmp_path: Path
) -> None:
    await install(database)
    daily = declared(tmp_path, "crm", familyName=9, givenName=1)
    monthly = msgspec.structs.replace(declared(tmp_path, "crm", familyName=3, birthDate=2),
                                      id="crm-monthly")  # fmt: skip
    await in_force(database, daily)
    await in_force(database, monthly)
    said = {row["element"]: row["rank"] for row in await ranks(database) if row["element"]}
    assert said == {
        "individual.familyName": 9, "individual.givenName": 1, "individual.birthDate": 2,
    }  # fmt: skip
    await register.retire(database, daily.id, by=PAUL, actor=OPERATOR)
    said = {row["element"]: row["rank"] for row in await ranks(database) if row["element"]}
    assert said == {"individual.familyName": 3, "individual.birthDate": 2}


async def test_what_cannot_be_trusted_is_said(database: Database, tmp_path: Path) -> None:
    for wrong, words in (("individual", "first level"), ("individual.a.b", "first level")):
        process = declared(tmp_path, "crm")
        (tmp_path / "wrong.yaml").write_text(
            PROCESS.format(source="crm", trust=msgspec.json.encode({wrong: 1}).decode())
        )
        with pytest.raises(Invalid, match=words):
            read(tmp_path / "wrong.yaml")
    assert process.load is not None
    load = msgspec.structs.replace(process.load, trust_by={"shoe.size": 1})
    with pytest.raises(NotFound, match="shoe"):
        await register.propose(database, msgspec.structs.replace(process, load=load), by=PAUL)
