"""Values planted in every attribute and every feature: after the erasure none is anywhere."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from customer_inventory.capture.mapping import read_mapping
from customer_inventory.capture.quarantine import held
from customer_inventory.capture.quarantine.keeping import Keeping, Place
from customer_inventory.capture.reading import Chunk, Position
from customer_inventory.capture.refusal import refusal
from customer_inventory.kit.actor import Actor
from customer_inventory.record.declare import RecordType
from customer_inventory.record.schema import Schema
from customer_inventory.record.types import TYPES
from customer_inventory.record.validate import Problem
from customer_inventory.store.database import Database
from tests.conftest import Service
from tests.record.subject.conftest import files_with, places_of
from tests.tmf.bodies import BODIES, PATHS, party, related

MARK = "zqplanted"


class Planter:
    """Fills every free text of a document with a value of its own."""

    def __init__(self) -> None:
        self.values: list[str] = []

    def word(self) -> str:
        self.values.append(f"{MARK}{len(self.values):05}")
        return self.values[-1]

    def filled(self, schema: Schema) -> Any:
        kind = schema.get("type")
        if kind == "object":
            parts = schema.get("properties", {})
            return {
                name: self.filled(part)
                for name, part in parts.items()
                if not name.startswith("@") and name not in ("id", "href")
                and self.filled_type(part)
            }  # fmt: skip
        if kind == "array":
            return [self.filled(schema["items"])]
        return self.word()

    @staticmethod
    def filled_type(part: Schema) -> bool:
        plain = part.get("type") == "string" and not {"enum", "anyOf", "format", "pattern"} & set(
            part
        )
        return plain and part.get("maxLength", 100) >= 20


def planted(planter: Planter, declared: RecordType, base: dict[str, Any]) -> dict[str, Any]:
    """Return `base` with every free text of the type planted, and undeclared ones."""
    texts = {
        name: planter.word()
        for name, part in declared.schema["properties"].items()
        if not name.startswith("@") and name not in ("id", "href", declared.status)
        and planter.filled_type(part)
    }  # fmt: skip
    more = {"undeclared": {"deep": [planter.word()]}, "note": [{"text": planter.word()}]}
    return {**base, **texts, **more}


async def test_no_planted_value_is_left(service: Service, tmp_path: Path) -> None:
    planter = Planter()
    client, database = service.client, service.database

    async def create(name: str, **more: Any) -> str:
        document = planted(planter, TYPES[name], {**BODIES[name], **more})
        answer = await client.post(PATHS[name], json=document)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    mail = f"{planter.word()}@example.com"
    contact = [
        {
            "@type": "EmailContactMedium",
            "contactType": "email",
            "emailAddress": mail,
        }
    ]
    own = {"individual": await create("individual", contactMedium=contact)}
    named = {**party(own["individual"]), "name": planter.word()}
    of_subject = {**related(own["individual"]), "partyOrPartyRole": named}
    for name in ("customer", "partyInteraction", "agreement", "partyAccount", "billingAccount"):
        path = TYPES[name].subject[0].partition(".")[0]
        if path == "relatedParty":
            who: Any = [of_subject]
        else:
            who = [named] if name == "agreement" else named
        own[name] = await create(name, **{path: who})
    other = (await client.post(PATHS["individual"], json=BODIES["individual"])).json()["id"]
    household = {**BODIES["agreement"], "engagedParty": [named, party(other)]}
    household["description"] = f"As told to {mail}"
    shared = (await client.post(PATHS["agreement"], json=household)).json()["id"]
    for name, identifier in own.items():
        there = f"{PATHS[name]}/{identifier}"
        changed = await client.patch(there, json={"undeclared": {"deep": [planter.word()]}})
        assert changed.status_code == 200, changed.text
        assert (await client.get(f"{there}/history")).status_code == 200
    extra = await client.post(PATHS["customer"], json={**BODIES["customer"], "engagedParty": named})
    await client.delete(f"{PATHS['customer']}/{extra.json()['id']}")
    await quarantine_row(database, mail, planter.word(), planter.word())

    found = await places_of(database, planter.values)
    assert {
        "record.individual", "record.history", "record.agreement", "record.word",
        "capture.quarantine", "capture.quarantine_step",
    } <= found  # fmt: skip

    erased = await client.post(
        "/inventory/v1/erasure", json={"subjectId": own["customer"], "reason": "DSR-2026-17"}
    )
    assert erased.status_code == 201, erased.text
    assert erased.json()["anonymised"] == {"agreement": 1}
    assert await places_of(database, planter.values) == set()
    assert files_with(tmp_path, planter.values) == []
    assert (await client.get(f"{PATHS['agreement']}/{shared}")).status_code == 200
    proof = await client.get(f"/inventory/v1/erasure/{erased.json()['id']}")
    assert proof.json() == erased.json()
    listed = await client.get("/inventory/v1/erasure")
    assert [each["id"] for each in listed.json()] == [erased.json()["id"]]
    # Ids stay only where the proof of the erasure is, and with what is still to be told.
    service.application.sealer  # noqa: B018 - the ledger is sealed by the service itself
    kept = await places_of(database, [own["billingAccount"]])
    assert kept <= {"record.erasure", "record.history", "record.outbox", "access.segment"}


async def quarantine_row(database: Database, mail: str, more: str, fixed: str) -> None:
    """Let a load refuse a row that names the subject, and somebody correct it."""
    load = UUID(int=1)
    await database.execute(
        "INSERT INTO capture.import (id, source, file_name, mapping, mapping_sha256, next_line,"
        " next_offset, read_sha256, process, purpose)"
        " VALUES ($1, 's', 'f', 'm', 'x', 1, 1, 'x', 'p', 'p')",
        load,
    )
    mapping = read_mapping("records")
    row = json.dumps({"mail": mail.upper(), "more": more}).encode()
    place = Place(load, "s", "f", mapping.sha256, "")
    keeping = await Keeping.of(database, place, mapping, Actor("p", "p"))
    chunk = Chunk(row, 7, Position(8, len(row), ""), None)
    async with database.transaction() as connection:
        await keeping.keep(
            connection, chunk, [refusal(7, [Problem("mail", "is wrong.")], row, "x")]
        )
    (waiting,) = await held.find(database, held.Chosen(), held.Whose())
    text = json.dumps({"mail": mail, "fixed": fixed})
    who = Actor("p", "p", "somebody")
    await held.fix(database, waiting["id"], held.Whose(), text=text, actor=who, reason="a test")
