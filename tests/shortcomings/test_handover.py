"""Handed over to the desk of the house: raised, mended, resolved, and measured again."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import pytest

from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.record.document import encode, parse_object
from customer_inventory.shortcomings import deciding, held
from customer_inventory.shortcomings.assessing import assess
from customer_inventory.shortcomings.deciding import Verdict
from customer_inventory.shortcomings.every import EVERY
from customer_inventory.shortcomings.handover import desk, raising, ticket
from customer_inventory.shortcomings.handover.document import as_document
from customer_inventory.shortcomings.handover.option import _EFFORT
from customer_inventory.shortcomings.handover.specification import (
    CHARACTERISTICS,
    specification,
    ticket_type,
)
from customer_inventory.shortcomings.handover.ticket import Chosen
from customer_inventory.store.database import Database
from tests.facilities.backup.conftest import BY

PLANTED = (
    "CREATE SCHEMA planted",
    "CREATE SEQUENCE planted.numbers AS smallint",
    "SELECT setval('planted.numbers', 30146)",
    "CREATE TABLE planted.twice (a int NOT NULL, id bigint PRIMARY KEY)",
    "INSERT INTO planted.twice SELECT g, g FROM generate_series(1, 20000) AS g",
    "CREATE INDEX covered ON planted.twice (a)",
    "CREATE INDEX covering ON planted.twice (a, id)",
    "GRANT CREATE ON SCHEMA planted TO PUBLIC",
)
SEQUENCE, INDEX, SCHEMA = ("CAP04", "planted.numbers"), ("IDX04", "planted.covered"), (
    "SEC02", "planted",
)  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """An inventory with three shortcomings, assessed; `names` are their fingerprints."""

    database: Database

    async def assess(self) -> None:
        await held.keep(self.database, await assess(self.database), actor=BY)

    async def raised(self, what: tuple[str, str]) -> str:
        done = await raising.raise_one(
            self.database, held.fingerprint(*what), place="desk", actor=BY
        )
        return done.ticket

    async def resolved(self, name: str, reason: str) -> Verdict:
        found = await desk.bring(self.database, name, "resolved", reason=reason, actor=BY)
        return await deciding.verify(self.database, found, reason=reason, actor=BY)

    async def document(self, name: str) -> dict[str, Any]:
        return as_document(*await ticket.one(self.database, name))

    async def states(self, what: tuple[str, str]) -> list[str]:
        steps = (await held.one(self.database, held.fingerprint(*what)))[1]
        return [step["state"] for step in steps]


@pytest.fixture
async def planted(database: Database) -> Planted:
    for statement in PLANTED:
        await database.execute(statement)
    there = Planted(database)
    await there.assess()
    return there


def characteristics(document: dict[str, Any]) -> dict[str, Any]:
    """Return what a ticket says, as a listener reads it off the wire."""
    told = json.loads(encode(document["troubleTicketCharacteristic"]))
    return {each["name"]: each["value"] for each in told}


async def test_two_are_mended_and_closed_with_their_gain_and_a_false_fix_is_reopened(
    planted: Planted,
) -> None:
    sequence, index, schema = [await planted.raised(each) for each in (SEQUENCE, INDEX, SCHEMA)]
    await desk.bring(planted.database, sequence, "inProgress", reason="tonight", actor=BY)

    await planted.database.execute("SELECT setval('planted.numbers', 10)")
    lowered = await planted.resolved(sequence, "begun anew")
    await planted.database.execute("DROP INDEX planted.covered")
    dropped = await planted.resolved(index, "dropped")
    false = await planted.resolved(schema, "done, I think")
    assert (lowered.is_gone, dropped.is_gone, false.is_gone) == (True, True, False)

    assert await planted.states(SEQUENCE) == [
        "open", "raised", "accepted", "claimed", "verified", "closed",
    ]  # fmt: skip
    assert await planted.states(INDEX) == ["open", "raised", "claimed", "verified", "closed"]
    assert await planted.states(SCHEMA) == ["open", "raised", "claimed", "reopened"]

    told = await planted.document(sequence)
    assert told["status"] == "closed"
    assert characteristics(told)["achievedGain"] == pytest.approx(lowered.gain)
    assert lowered.gain > characteristics(told)["expectedGain"] > 10
    assert "before" in told["statusChangeReason"]
    assert [each["status"] for each in told["statusChangeHistory"]] == [
        "acknowledged", "inProgress", "resolved", "closed",
    ]  # fmt: skip
    assert {each["text"] for each in told["note"]} >= {"tonight", "begun anew"}
    wrongly = await planted.document(schema)
    assert wrongly["status"] == "inProgress"
    assert wrongly["statusChangeReason"].startswith("Not mended: 1 schema before, 1 schema now")
    assert "achievedGain" not in characteristics(wrongly)

    row, _ = await held.one(planted.database, held.fingerprint(*SEQUENCE))
    assert row["evidence"] == "re-measured after the fix"
    score = await held.scoreboard(planted.database)
    assert (score["raised"], score["verified"], score["false_fixes"]) == (3, 2, 1)
    by_object = {each["object"]: each for each in await held.scores(planted.database)}
    one = by_object["planted.numbers"]
    assert one["before_value"] > 90
    assert (one["promised_value"], one["last_value"] < 1) == (75, True)
    assert (by_object["planted"]["false_fixes"], by_object["planted"]["verified_at"]) == (1, None)
    assert score["achieved"] > score["promised"] > 0


async def test_found_again_is_the_same_ticket_and_back_again_is_one_that_follows_it(
    planted: Planted,
) -> None:
    first = await planted.raised(SEQUENCE)
    await planted.assess()
    assert await planted.raised(SEQUENCE) == first
    await planted.database.execute("SELECT setval('planted.numbers', 10)")
    await planted.resolved(first, "begun anew")
    with pytest.raises(Conflict):
        await planted.raised(SEQUENCE)
    await planted.database.execute("SELECT setval('planted.numbers', 32000)")
    await planted.assess()
    second = await planted.raised(SEQUENCE)
    assert second != first
    told = await planted.document(second)
    assert [
        (each["id"], each["relationshipType"]) for each in told["troubleTicketRelationship"]
    ] == [(first, "recurrenceOf")]
    rows = await ticket.listed(planted.database, Chosen(held.fingerprint(*SEQUENCE)))
    assert [row["id"] for row in rows] == [second, first]


async def test_what_nobody_sees_any_more_is_closed_with_its_ticket(planted: Planted) -> None:
    name = await planted.raised(SEQUENCE)
    await planted.database.execute("SELECT setval('planted.numbers', 10)")
    await planted.assess()
    assert (await planted.document(name))["status"] == "acknowledged"
    await planted.assess()
    told = await planted.document(name)
    assert (told["status"], told["statusChangeReason"]) == ("closed", "not seen twice")
    score = await held.scoreboard(planted.database)
    assert (score["verified"], score["closed"]) == (0, 1)


async def test_a_ticket_says_what_its_specification_names_and_brings_the_dossier(
    planted: Planted,
) -> None:
    told = await planted.document(await planted.raised(SEQUENCE))
    assert told["ticketType"] == "repository.capacity"
    assert told["externalIdentifier"][0]["id"] == held.fingerprint(*SEQUENCE)
    assert told["troubleTicketSpecification"]["id"] == specification()["id"]
    said = characteristics(told)
    always = {each.name for each in CHARACTERISTICS if each.is_always}
    assert always <= said.keys() <= {each.name for each in CHARACTERISTICS}
    assert (said["checkId"], said["threshold"], said["unit"]) == ("CAP04", 90, "%")
    roles = {each["role"]: each["entity"]["id"] for each in told["relatedEntity"]}
    assert roles == {"repository": "customer-inventory", "object": "planted.numbers"}
    markdown, data = (base64.b64decode(each["content"]) for each in told["attachment"])
    for part in ("If nothing is done", "gain: at least", "cost:", "undo:", "```sql", "CAP04",
                 "When it is accepted as mended", "statistics are of", "postgresql"):  # fmt: skip
        assert part in markdown.decode(), part
    dossier = json.loads(data)
    assert dossier["options"][0]["expected"] == 75
    assert "pg_sequences" in dossier["statement"] or "sequence_exhaustion" in dossier["statement"]


async def test_the_desk_takes_no_step_that_leads_nowhere(planted: Planted) -> None:
    name = await planted.raised(SCHEMA)
    with pytest.raises(NotFound):
        await desk.bring(planted.database, "nothing", "inProgress", reason=None, actor=BY)
    for status in ("rejected", "resolved"):
        with pytest.raises(Invalid):
            await desk.bring(planted.database, name, status, reason=" ", actor=BY)  # type: ignore[arg-type]
    await desk.bring(planted.database, name, "rejected", reason="meant so", actor=BY)
    for status in ("inProgress", "closed"):
        with pytest.raises(Conflict):
            await desk.bring(planted.database, name, status, reason="x", actor=BY)  # type: ignore[arg-type]
    row, _ = await held.one(planted.database, held.fingerprint(*SCHEMA))
    assert row["state"] == "rejected"
    with pytest.raises(Conflict):
        await planted.raised(SCHEMA)
    assert (await held.scoreboard(planted.database))["rejected"] == 1


async def test_what_is_decided_of_a_shortcoming_its_ticket_is_told(planted: Planted) -> None:
    snoozed, rejected = await planted.raised(SEQUENCE), await planted.raised(SCHEMA)
    later = now().date().replace(year=now().year + 1, day=1)
    await deciding.decide(
        planted.database, held.fingerprint(*SEQUENCE), "snoozed", reason="disk comes", until=later,
        actor=BY,
    )  # fmt: skip
    await deciding.decide(
        planted.database, held.fingerprint(*SCHEMA), "rejected", reason="meant so", actor=BY
    )
    told = await planted.document(snoozed)
    assert (told["status"], told["statusChangeReason"]) == (
        "pending",
        f"disk comes (until {later})",
    )
    assert (await planted.document(rejected))["status"] == "cancelled"


async def test_all_of_a_severity_are_raised_once_and_listeners_are_told(planted: Planted) -> None:
    some = await raising.raise_all(planted.database, "critical", place="desk", actor=BY)
    assert held.fingerprint(*SEQUENCE) in {each.fingerprint for each in some}
    assert held.fingerprint(*INDEX) not in {each.fingerprint for each in some}
    every = await raising.raise_all(planted.database, "warning", place="desk", actor=BY)
    assert {each.fingerprint for each in every}.isdisjoint({each.fingerprint for each in some})
    assert await raising.raise_all(planted.database, "warning", place="desk", actor=BY) == []
    rows = await planted.database.fetch(
        "SELECT b.body, o.event FROM record.bulletin AS b"
        " JOIN record.outbox AS o USING (id, bucket) WHERE b.type = 'repositoryTicket'"
    )
    assert len(rows) == len(some) + len(every)
    assert {row["event"] for row in rows} == {"create"}
    assert all("attachment" in parse_object(row["body"]) for row in rows)


def test_every_check_says_what_mending_costs() -> None:
    every = {check.id for check in EVERY}
    assert every - _EFFORT.keys() == set()
    assert {ticket_type(check) for check in every} == {
        "repository.capacity", "repository.performance", "repository.integrity",
        "repository.security",
    }  # fmt: skip
