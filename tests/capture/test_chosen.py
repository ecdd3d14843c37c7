"""Loads and choices of subjects: what is loaded counts, and is not written against a choice."""

from pathlib import Path
from typing import Any

from customer_inventory.access.grant.people import register_purpose
from customer_inventory.capture.importing import import_file
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import new_id
from customer_inventory.store.database import Database
from tests.capture.test_enforced import CARE, allowed, body, person, problems, written

PERSON = {"@type": "PartyRef", "@referredType": "Individual"}


def customer(identifier: str, party: str) -> dict[str, Any]:
    engaged = {**PERSON, "id": party}
    return {"id": identifier, "@type": "Customer", "name": "Ada", "engagedParty": engaged}


def agreement(party: str, *, value: bool) -> dict[str, Any]:
    return {
        "id": new_id(),
        "@type": "PartyPrivacyAgreement",
        "name": "Privacy",
        "agreementType": "privacy",
        "status": "approved",
        "engagedParty": [{**PERSON, "id": party}],
        "partyPrivacyProfileCharacteristic": [
            {
                "privacyUsagePurpose": "care",
                "characterisitc": {"name": "care", "value": value},
            }
        ],
    }


async def test_what_is_loaded_counts_for_the_party_and_its_roles(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    one, role, later = (new_id() for _ in range(3))
    first = written(
        tmp_path, person(one), customer(role, one), agreement(one, value=True), name="1.ndjson"
    )
    await import_file(database, first, "records", actor=actor)
    second = written(tmp_path, customer(later, one), name="2.ndjson")
    await import_file(database, second, "records", actor=actor)
    rows = await database.fetch("SELECT id FROM record.choice WHERE 'care' = ANY(agreed)")
    assert {row["id"] for row in rows} == {one, role, later}


async def test_rows_that_would_change_what_is_kept_back_are_refused(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    await register_purpose(
        database, CARE.purpose, title="Care", legal_basis="consent",
        privacy_purposes=("care",), registered_by="the tests",
    )  # fmt: skip
    yes, no, silent = (new_id() for _ in range(3))
    said = [agreement(yes, value=True), agreement(no, value=False)]
    people = written(tmp_path, *(person(each) for each in (yes, no, silent)), *said)
    await import_file(database, people, "records", actor=actor)
    await allowed(database, "*:create,update,modify")
    newer = written(tmp_path, *(person(each, title="Dr") for each in (yes, no, silent)))
    summary = await import_file(database, newer, "records", actor=CARE)
    assert [row[1:3] for row in await problems(database, summary)] == [
        (2, "privacyChoice"),
        (3, "privacyChoice"),
    ]
    assert (await body(database, yes))["title"] == "Dr"
    assert "title" not in await body(database, no)
