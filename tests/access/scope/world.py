"""Two customers with all that hangs on them, one of each market, and callers bound to one."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from customer_inventory.access import registration
from customer_inventory.access.registration import Permission
from tests.conftest import Service
from tests.tmf.bodies import BODIES, PATHS, Document

EVERY = "read,create,modify,update,delete,download"
AUSTRIA = {"*": {"scope": {"in": {"market": ["AT"]}}}}
MERGE = {"Content-Type": "application/merge-patch+json"}
API = "/inventory/v1"
HANGING = (
    "billingAccount", "partyAccount", "agreement", "product", "partyInteraction", "troubleTicket",
    "entitySummary", "partyRole", "partyPrivacyProfile", "partyPrivacyAgreement",
    "settlementAccount", "financialAccount",
)  # fmt: skip


@dataclass
class World:
    """`ours` and `theirs` are ids by record type: of a customer in Austria, and one in Germany.

    `caller` may do everything to what is of Austria, `house` everything.
    """

    service: Service
    house: httpx.AsyncClient
    caller: httpx.AsyncClient
    ours: dict[str, str]
    theirs: dict[str, str]
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    async def client(
        self, process: str, terms: dict[str, Any], *allowed: str, purpose: str = "testing"
    ) -> httpx.AsyncClient:
        """Return a client of a process with these terms by record type."""
        made = await client(self.service, process, terms, *allowed, purpose=purpose)
        self.clients.append(made)
        return made


async def client(
    service: Service, process: str, terms: dict[str, Any], *allowed: str, purpose: str = "testing"
) -> httpx.AsyncClient:
    await permit(service, process, terms, *allowed, purpose=purpose)
    token = await registration.issue_token(
        service.database, process, purpose=purpose, lifetime=timedelta(hours=1)
    )
    headers = {"Authorization": f"Bearer {token.secret}"}
    return httpx.AsyncClient(base_url=service.base, headers=headers, timeout=60)


async def permit(
    service: Service, process: str, terms: dict[str, Any], *allowed: str, purpose: str = "testing"
) -> None:
    """Permit a process all of these operations, on terms by record type."""
    asked = [Permission.parse(text, purpose) for text in allowed or (f"*:{EVERY}",)]
    await registration.register(
        service.database,
        process,
        name=process,
        owner="the tests",
        permissions=[
            Permission(each.record_type, each.operations, purpose, terms.get(each.record_type, {}))
            for each in asked
        ],
        registered_by="the tests",
    )


def characteristics(**values: str) -> list[Document]:
    return [
        {"@type": "StringCharacteristic", "name": name, "valueType": "string", "value": value}
        for name, value in values.items()
    ]


def reference(kind: str, identifier: str) -> Document:
    entity = kind[0].upper() + kind[1:]
    return {"@type": f"{entity}Ref", "@referredType": entity, "id": identifier}


def held_by(customer: str) -> list[Document]:
    """Return the parties of a record that belongs to a customer."""
    role = "RelatedPartyRefOrPartyRoleRef"
    return [
        {"@type": role, "role": "customer", "partyOrPartyRole": reference("customer", customer)}
    ]


async def made(client: httpx.AsyncClient, kind: str, **changes: Any) -> str:
    """Make a record of `kind` with `changes` to its believable body."""
    answer = await client.post(PATHS[kind], json={**BODIES[kind], **changes})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def whole(client: httpx.AsyncClient, name: str, **values: str) -> dict[str, str]:
    """Make a person, a customer with these characteristics, and a record of each type of it."""
    email = f"{name}@secret.example".lower()
    medium = {"@type": "EmailContactMedium", "contactType": "email", "emailAddress": email}
    ids = {
        "individual": await made(
            client, "individual", givenName=name, familyName="Lovelace", contactMedium=[medium]
        )
    }
    ids["customer"] = await made(
        client, "customer", name=f"{name} Lovelace", status="active",
        engagedParty=reference("individual", ids["individual"]),
        characteristic=characteristics(**values),
    )  # fmt: skip
    for kind in HANGING:
        ids[kind] = await made(client, kind, **belonging(kind, ids, name))
    return ids


def belonging(kind: str, ids: dict[str, str], name: str) -> Document:
    """Return what makes a record of `kind` belong to a customer or its party, and tells whose."""
    holder = held_by(ids["customer"])
    told: Document = {"description": f"Of {name}"}
    if "greement" in kind:
        told["agreementPeriod"] = {"startDateTime": "2024-01-01T00:00:00Z"}
    by_kind: dict[str, Document] = {
        "partyRole": {"engagedParty": reference("individual", ids["individual"])},
        "agreement": {"engagedParty": [reference("customer", ids["customer"])], "name": name},
        "partyPrivacyAgreement": {
            "engagedParty": [reference("customer", ids["customer"])], "name": name,
        },
        "partyPrivacyProfile": {
            "applicableForParty": held_by(ids["customer"])[0], "agreedByParty": holder[0],
        },
        # By the party and not by the role.
        "partyInteraction": {
            "relatedParty": [
                {"@type": "RelatedPartyOrPartyRole", "role": "customer",
                 "partyOrPartyRole": reference("individual", ids["individual"])}
            ],
        },
    }  # fmt: skip
    return {**told, **by_kind.get(kind, {"relatedParty": holder})}
