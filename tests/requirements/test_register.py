"""The life of a requirement: what steps there are, who takes them, and what the database holds."""

import asyncpg
import pytest

from customer_inventory.access import sandbox
from customer_inventory.access.decision import Decision
from customer_inventory.access.grant.people import register_capacity
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Invalid, Refused
from customer_inventory.record.register.edition import in_force
from customer_inventory.record.register.keeping import enforce
from customer_inventory.requirements import applying, register
from customer_inventory.requirements.file import read
from customer_inventory.requirements.register import NoSuchRequirement
from customer_inventory.requirements.requirement import Requirement
from customer_inventory.store.database import Database
from tests.requirements.samples import BIRTH_DATE, GENDER

ACTOR = Actor("manage-customer-inventory", "inventoryManagement", "ops")


def by(person: str, reason: str = "looked at") -> Decision:
    return Decision(person, "terminal", reason)


def birth_date(old: str = "", new: str = "") -> Requirement:
    return read(BIRTH_DATE.replace(old, new))[0].requirement


async def approved(database: Database, *texts: str) -> None:
    """Bring the requirements of files to where they can be applied."""
    for text in texts:
        asked = [each.requirement for each in read(text)]
        await register.propose(database, asked, by=by("ops"))
        for each in asked:
            await register.review(database, each.id, by=by("ops"))
            await register.approve(database, each.id, by=by("ops"))


async def test_steps_are_taken_one_after_the_other(database: Database) -> None:
    assert await register.propose(database, [birth_date()], by=by("ops")) == {"REQ-101": "new"}
    assert await register.propose(database, [birth_date()], by=by("ops")) == {
        "REQ-101": "unchanged"
    }
    with pytest.raises(Conflict, match=r"No version of REQ-101 is reviewed"):
        await register.approve(database, "REQ-101", by=by("ops"))
    with pytest.raises(Conflict, match="is under way"):
        await register.propose(database, [birth_date("P10Y", "P9Y")], by=by("ops"))
    await register.review(database, "REQ-101", by=by("ops"))
    await register.approve(database, "REQ-101", by=by("ops"))
    applied = await applying.apply(database, by=by("ops"), actor=ACTOR)
    assert (applied.number, applied.requirements) == (1, ("REQ-101",))
    steps = [row["state"] for row in await register.decisions(database, "REQ-101")]
    assert steps == ["enforced", "approved", "reviewed", "proposed"]
    # What was known before stays in force until the next version is.
    changed = birth_date("P10Y", "P9Y")
    assert await register.propose(database, [changed], by=by("ops")) == {"REQ-101": "changed"}
    (known,) = await applying.in_force(database)
    assert (known.version, known.requirement.freshness) == (1, "P10Y")
    await register.review(database, "REQ-101", by=by("ops"))
    await register.approve(database, "REQ-101", by=by("ops"))
    await applying.apply(database, ["REQ-101"], by=by("ops"), actor=ACTOR)
    states = [each.state for each in await register.versions(database, "REQ-101")]
    assert states == ["enforced", "superseded"]
    await applying.retire(database, "REQ-101", by=by("ops"), actor=ACTOR)
    assert (await enforce(database)).number == 3
    assert in_force().of("individual") is None
    with pytest.raises(Conflict, match="is retired"):
        await register.propose(database, [birth_date("P10Y", "P8Y")], by=by("ops"))


async def test_in_production_they_are_taken_by_different_people_with_the_capacity(
    database: Database,
) -> None:
    await sandbox.leave(database, declared_by="the tests")
    await register.propose(database, [birth_date()], by=by("bea"))
    with pytest.raises(Refused, match="takes a reviewer"):
        await register.review(database, "REQ-101", by=by("ada"))
    for person, capacity in (
        ("bea", "reviewer"),
        ("ada", "reviewer"),
        ("ada", "dataOwner:individual"),
        ("cyd", "dataOwner:customer"),
        ("dan", "dataOwner:*"),
    ):
        await register_capacity(database, person, capacity, until=None, registered_by="the tests")
    with pytest.raises(Refused, match="different people"):
        await register.review(database, "REQ-101", by=by("bea"))
    await register.review(database, "REQ-101", by=by("ada"))
    with pytest.raises(Refused, match="different people"):
        await register.approve(database, "REQ-101", by=by("ada"))
    with pytest.raises(Refused, match="owner of the data to approve"):
        await register.approve(database, "REQ-101", by=by("cyd"))
    await register.approve(database, "REQ-101", by=by("dan"))
    with pytest.raises(Conflict, match="No version"):
        await register.reject(database, "REQ-101", by=by("bea"))


async def test_a_rejection_has_a_reason_and_lets_the_next_one_be_proposed(
    database: Database,
) -> None:
    await register.propose(database, [birth_date()], by=by("ops"))
    with pytest.raises(Invalid, match="has a reason"):
        await register.reject(database, "REQ-101", by=by("ops", " "))
    await register.reject(database, "REQ-101", by=by("ops", "too strict"))
    outcome = await register.propose(database, [birth_date("P10Y", "P9Y")], by=by("ops"))
    assert outcome == {"REQ-101": "changed"}


async def test_an_element_has_one_requirement_and_a_requirement_one_element(
    database: Database,
) -> None:
    await register.propose(database, [birth_date()], by=by("ops"))
    with pytest.raises(Conflict, match=r"birthDate is what REQ-101 is about"):
        await register.propose(database, [birth_date("REQ-101", "REQ-300")], by=by("ops"))
    with pytest.raises(Conflict, match=r"is about individual\.birthDate"):
        await register.propose(database, [birth_date("birthDate", "gender")], by=by("ops"))
    with pytest.raises(NoSuchRequirement):
        await register.review(database, "REQ-999", by=by("ops"))
    with pytest.raises(NoSuchRequirement):
        await applying.apply(database, ["REQ-999"], by=by("ops"), actor=ACTOR)
    with pytest.raises(Conflict, match="Nothing is approved"):
        await applying.apply(database, by=by("ops"), actor=ACTOR)
    assert await register.next_id(database) == "REQ-102"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE requirements.version SET content = '{}'", "never changes"),
        ("UPDATE requirements.version SET state = 'enforced'", "no such step"),
        ("UPDATE requirements.version SET state = 'reviewed'", "by a decision"),
        (
            """INSERT INTO requirements.version
            (object_id, version, content, sha256, state, proposed_by)
            SELECT object_id, 2, content, sha256, 'enforced', 'me'
            FROM requirements.version""",
            "begins as proposed",
        ),
    ],
)
async def test_the_database_holds_the_law(database: Database, statement: str, said: str) -> None:
    await register.propose(database, [birth_date()], by=by("ops"))
    connection = await asyncpg.connect(database.dsn)
    with pytest.raises(asyncpg.CheckViolationError, match=said):
        await connection.execute(statement)
    await connection.close()


async def test_two_versions_that_are_approved_at_once_are_put_in_force_together(
    database: Database,
) -> None:
    await approved(database, BIRTH_DATE, GENDER)
    applied = await applying.apply(database, by=by("ops"), actor=ACTOR)
    assert applied.requirements == ("REQ-101", "REQ-102")
    enforced = (await enforce(database)).of("individual")
    assert enforced is not None
    assert [each.requirement for each in enforced.elements] == ["REQ-101", "REQ-102"]
