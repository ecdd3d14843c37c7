"""References: what others refer to stays, and what must be there is."""

import asyncio

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import new_id
from customer_inventory.record.declare import Document
from customer_inventory.record.finding import check_references
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.reference import Dangling, Referenced, Target, hold_targets
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Database
from tests.record.samples import (
    BILLING_ACCOUNT,
    CUSTOMER,
    INDIVIDUAL,
    account,
    agreement,
    customer,
    person,
    related,
)

PROFILE_TYPE = TYPES["partyPrivacyProfile"]
CONSENT_TYPE = TYPES["partyPrivacyAgreement"]


def profile(party: str, consent: str) -> Document:
    return {
        "agreedByParty": related(party, "customer"),
        "agreement": {"id": consent},
        "partyPrivacyProfileCharacteristic": [{"privacyUsagePurpose": "marketing"}],
        "partyPrivacyProfileSpecification": {"id": "marketing"},
    }


def consent(party: str) -> Document:
    return {**agreement(party), "@type": "PartyPrivacyAgreement"}


async def test_what_others_refer_to_is_not_removed(inventory: Inventory, actor: Actor) -> None:
    party = (await inventory.create(INDIVIDUAL, person(), actor=actor)).id
    role = (await inventory.create(CUSTOMER, customer(party), actor=actor)).id
    bill = (await inventory.create(BILLING_ACCOUNT, account(party), actor=actor)).id
    with pytest.raises(Referenced) as refused:
        await inventory.remove(INDIVIDUAL, party, actor=actor, may_read=lambda _: True)
    assert set(refused.value.named) == {("customer", role), ("billingAccount", bill)}
    assert "elsewhere" not in refused.value.message
    assert (await inventory.get(INDIVIDUAL, party)).revision == 1

    await inventory.remove(CUSTOMER, role, actor=actor)
    await inventory.remove(BILLING_ACCOUNT, bill, actor=actor)
    await inventory.remove(INDIVIDUAL, party, actor=actor)
    with pytest.raises(NoSuchRecord):
        await inventory.get(INDIVIDUAL, party)


async def test_who_may_not_read_is_not_told_who_refers(inventory: Inventory, actor: Actor) -> None:
    party = (await inventory.create(INDIVIDUAL, person(), actor=actor)).id
    role = (await inventory.create(CUSTOMER, customer(party), actor=actor)).id
    bill = (await inventory.create(BILLING_ACCOUNT, account(party), actor=actor)).id
    with pytest.raises(Referenced) as refused:
        await inventory.remove(
            INDIVIDUAL, party, actor=actor, may_read=lambda name: name == "customer"
        )
    assert refused.value.named == (("customer", role),)
    assert bill not in str(refused.value)
    assert "elsewhere" in refused.value.message
    with pytest.raises(Referenced) as refused:
        await inventory.remove(INDIVIDUAL, party, actor=actor)
    assert refused.value.message == "It is referenced elsewhere."


async def test_a_reference_that_must_not_dangle_is_refused(
    inventory: Inventory, actor: Actor
) -> None:
    party = (await inventory.create(INDIVIDUAL, person(), actor=actor)).id
    with pytest.raises(Dangling) as refused:
        await inventory.create(PROFILE_TYPE, profile(party, new_id()), actor=actor)
    assert refused.value.path == "agreement.id"
    # What is kept elsewhere cannot be looked for.
    await inventory.create(PROFILE_TYPE, profile(party, "crm-7"), actor=actor)
    there = (await inventory.create(CONSENT_TYPE, consent(party), actor=actor)).id
    made = await inventory.create(PROFILE_TYPE, profile(party, there), actor=actor)
    with pytest.raises(Dangling):
        await inventory.change(
            PROFILE_TYPE,
            made.id,
            lambda old: {**old, "agreement": {"id": new_id()}},
            actor=actor,
        )


async def test_what_was_merged_into_another_is_there(
    inventory: Inventory, database: Database, actor: Actor
) -> None:
    one = (await inventory.create(INDIVIDUAL, person(), actor=actor)).id
    other = (await inventory.create(INDIVIDUAL, person(), actor=actor)).id
    await inventory.create(CUSTOMER, customer(other), actor=actor)
    await inventory.identity.merge(INDIVIDUAL, one, [other], actor=actor)
    assert await check_references(database) == (0, 0)
    wanted = [Target("engagedParty", "individual", each) for each in (one, other)]
    async with database.transaction() as connection:
        await hold_targets(connection, wanted)
        with pytest.raises(Dangling):
            await hold_targets(connection, [*wanted, Target("x", "individual", new_id())])
        with pytest.raises(Dangling):
            await hold_targets(connection, [Target("x", "organization", other)])


async def test_nothing_dangles_whoever_is_faster(
    inventory: Inventory, database: Database, actor: Actor
) -> None:
    """One refers to a record while another removes it: one of the two fails."""
    other = Inventory(database)
    party = (await inventory.create(INDIVIDUAL, person(), actor=actor)).id
    for _ in range(12):
        there = (await inventory.create(CONSENT_TYPE, consent(party), actor=actor)).id
        made, removed = await asyncio.gather(
            inventory.create(PROFILE_TYPE, profile(party, there), actor=actor),
            other.remove(CONSENT_TYPE, there, actor=actor),
            return_exceptions=True,
        )
        assert isinstance(made, Dangling) != isinstance(removed, Referenced)
