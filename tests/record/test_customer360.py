"""The customer seen whole: everything that hangs on it, once, the latest first."""

import asyncio

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import new_id
from customer_inventory.record.customer360 import Customer360
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.patch import merged
from customer_inventory.record.version import NoSuchRecord
from tests.record.samples import (
    AGREEMENT,
    BILLING_ACCOUNT,
    CUSTOMER,
    INDIVIDUAL,
    ORGANIZATION,
    PARTY_ACCOUNT,
    PARTY_INTERACTION,
    account,
    agreement,
    company,
    customer,
    decoded,
    interaction,
    person,
    ref,
    related,
)


class Making:
    """Makes records and changes them, in the words of these tests."""

    def __init__(self, inventory: Inventory, actor: Actor) -> None:
        self.inventory = inventory
        self.actor = actor

    async def make(self, declared: RecordType, document: Document) -> str:
        return (await self.inventory.create(declared, document, actor=self.actor)).id

    async def change(self, declared: RecordType, identifier: str, patch: Document) -> None:
        await self.inventory.change(
            declared, identifier, lambda old: merged(old, patch), actor=self.actor
        )

    async def around(self, identifier: str, most: int = 100) -> Customer360:
        return await self.inventory.around(identifier, most=most)


@pytest.fixture
def making(inventory: Inventory, actor: Actor) -> Making:
    return Making(inventory, actor)


def shown(whole: Customer360) -> dict[str, list[str]]:
    return {kind: [identifier for identifier, _ in part] for kind, part in whole.parts.items()}


async def test_everything_that_hangs_on_a_customer_is_shown_once(making: Making) -> None:
    party = await making.make(INDIVIDUAL, person())
    role = await making.make(CUSTOMER, customer(party))
    of_role = await making.make(BILLING_ACCOUNT, account(role))
    of_party = await making.make(PARTY_ACCOUNT, account(party, entity="PartyAccount"))
    contract = await making.make(AGREEMENT, agreement(role))
    parent = await making.make(ORGANIZATION, company(relatedParty=[related(party, "director")]))
    talk = await making.make(PARTY_INTERACTION, interaction(role))
    # Named by the customer and naming it, in more than one role: still one.
    both = await making.make(AGREEMENT, agreement(role, relatedParty=[related(party, "signer")]))
    await making.change(
        CUSTOMER,
        role,
        {
            "account": [ref(of_role)],
            "agreement": [ref(both)],
            "relatedParty": [related(party, "x")],
        },
    )
    # And what has nothing to do with it.
    other = await making.make(INDIVIDUAL, person("Other"))
    await making.make(CUSTOMER, customer(other))
    await making.make(BILLING_ACCOUNT, account(other))

    whole = await making.around(role)
    assert whole.id == role
    assert decoded(whole.customer)["engagedParty"]["id"] == party
    assert {kind: sorted(part) for kind, part in shown(whole).items()} == {
        "individual": [party],
        "organization": [parent],
        "partyAccount": [of_party],
        "billingAccount": [of_role],
        "agreement": sorted([contract, both]),
        "partyInteraction": [talk],
    }
    assert whole.known == {kind: len(part) for kind, part in whole.parts.items()}
    assert sorted(whole.record_ids) == sorted(
        [role, party, parent, of_party, of_role, contract, both, talk]
    )
    for part in whole.parts.values():
        assert all(decoded(body)["id"] == identifier for identifier, body in part)


async def test_the_latest_of_a_kind_are_shown_and_all_are_counted(making: Making) -> None:
    party = await making.make(INDIVIDUAL, person())
    role = await making.make(CUSTOMER, customer(party))
    talks = [
        await making.make(
            PARTY_INTERACTION,
            interaction(role, interactionDate={"startDateTime": f"2026-01-{day:02}"}),
        )
        for day in (3, 9, 1, 7, 5)
    ]
    undated = await making.make(PARTY_INTERACTION, interaction(party))
    whole = await making.around(role, 3)
    assert shown(whole)["partyInteraction"] == [talks[1], talks[3], talks[4]]
    assert whole.known["partyInteraction"] == 6
    everything = await making.around(role)
    assert shown(everything)["partyInteraction"][-1] == undated


async def test_what_changes_hands_leaves_and_comes(making: Making) -> None:
    party, other = [await making.make(INDIVIDUAL, person(name)) for name in ("A", "B")]
    role, other_role = [await making.make(CUSTOMER, customer(who)) for who in (party, other)]
    bill = await making.make(BILLING_ACCOUNT, account(role))
    await making.change(BILLING_ACCOUNT, bill, {"relatedParty": [related(other_role, "owner")]})
    assert "billingAccount" not in shown(await making.around(role))
    assert shown(await making.around(other_role))["billingAccount"] == [bill]
    await making.inventory.remove(BILLING_ACCOUNT, bill, actor=making.actor)
    assert "billingAccount" not in shown(await making.around(other_role))


async def test_a_customer_alone_is_shown_alone(making: Making) -> None:
    for party in (new_id(), "crm:42"):
        role = await making.make(CUSTOMER, customer(party))
        whole = await making.around(role)
        assert (whole.parts, whole.known, whole.record_ids) == ({}, {}, [role])


async def test_who_is_no_customer_is_not_shown(making: Making) -> None:
    party = await making.make(INDIVIDUAL, person())
    gone = await making.make(CUSTOMER, customer(party))
    await making.inventory.remove(CUSTOMER, gone, actor=making.actor)
    for identifier in (party, gone, new_id(), "", "42"):
        with pytest.raises(NoSuchRecord):
            await making.around(identifier)


async def test_customers_of_one_party_share_what_hangs_on_it(making: Making) -> None:
    party = await making.make(ORGANIZATION, company())
    roles = await asyncio.gather(*(making.make(CUSTOMER, customer(party)) for _ in range(3)))
    of_party = await making.make(AGREEMENT, agreement(party))
    bills = [await making.make(BILLING_ACCOUNT, account(role)) for role in roles]
    for role, bill in zip(roles, bills, strict=True):
        assert shown(await making.around(role)) == {
            "organization": [party],
            "agreement": [of_party],
            "billingAccount": [bill],
        }
