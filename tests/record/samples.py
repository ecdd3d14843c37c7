"""Small documents to make records of, and what is kept of them, read straight from the tables."""

from typing import Any

import msgspec

from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.link import Link
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row

INDIVIDUAL = TYPES["individual"]
ORGANIZATION = TYPES["organization"]
CUSTOMER = TYPES["customer"]
AGREEMENT = TYPES["agreement"]
BILLING_ACCOUNT = TYPES["billingAccount"]
PARTY_ACCOUNT = TYPES["partyAccount"]
PARTY_INTERACTION = TYPES["partyInteraction"]
PRODUCT = TYPES["product"]


def person(family: str = "Lovelace", **more: Any) -> Document:
    return {"@type": "Individual", "givenName": "Ada", "familyName": family, **more}


def company(name: str = "Analytical Engines", **more: Any) -> Document:
    return {"@type": "Organization", "name": name, **more}


def customer(party: str, name: str = "Ada", **more: Any) -> Document:
    return {"@type": "Customer", "name": name, "engagedParty": ref(party), **more}


def account(party: str, name: str = "Main", entity: str = "BillingAccount") -> Document:
    return {"@type": entity, "name": name, "relatedParty": [related(party, "owner")]}


def agreement(party: str, name: str = "Mobile 24", **more: Any) -> Document:
    return {
        "@type": "Agreement",
        "name": name,
        "agreementType": "commercial",
        "agreementItem": [{"agreementOffering": [{"id": "offer-1"}]}],
        "engagedParty": [ref(party)],
        **more,
    }


def interaction(party: str, reason: str = "question", **more: Any) -> Document:
    return {
        "@type": "PartyInteraction",
        "direction": "inbound",
        "reason": reason,
        "relatedChannel": [{"role": "first", "channel": {"id": "shop"}}],
        "relatedParty": [related(party, "customer")],
        **more,
    }


def ref(identifier: str, **more: Any) -> Document:
    return {"@type": "PartyRef", "id": identifier, **more}


def related(identifier: str, role: str, **more: Any) -> Document:
    return {"role": role, "partyOrPartyRole": ref(identifier, **more)}


def decoded(body: bytes | None) -> Document:
    return msgspec.json.decode(body or b"null")


async def kept(database: Database, declared: RecordType) -> dict[str, Document]:
    """Return the documents of a type by id, from its table."""
    rows = await database.fetch(f"SELECT id, body FROM record.{declared.table}")
    return {row["id"]: decoded(row["body"]) for row in rows}


async def links(database: Database) -> list[Link]:
    """Return every link there is, in order."""
    names = ", ".join(Link._fields)
    rows = await database.fetch(f"SELECT {names} FROM record.link")
    return sorted((Link(*row) for row in rows), key=str)


async def told(database: Database) -> list[Row]:
    """Return the outbox, in order."""
    return list(
        await database.fetch(
            "SELECT seq, id, bucket, type, revision, event, recorded_at"
            " FROM record.outbox ORDER BY seq"
        )
    )
