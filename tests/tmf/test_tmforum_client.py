"""An independent client, the PyPI package tmforum, against the running service."""

import asyncio
import logging

import pytest
from tmforum import Context, Customer, Individual, PartyRef

from tests.conftest import Service


@pytest.fixture
def context(shared: Service) -> Context:
    """Where the client finds the service, and its token."""
    return Context(
        api_base_url=f"{shared.base}/tmf-api",
        headers={
            "Authorization": f"Bearer {shared.token}",
            "Content-Type": "application/json",
        },
        logger=logging.getLogger("tests.tmforum"),
        strict_parsing=True,
    )


async def test_an_individual_lives_its_life(context: Context) -> None:
    def live() -> None:
        person = Individual(givenName="Grace", familyName="Hopper", nationality="US").create(
            context
        )
        assert isinstance(person, Individual)
        assert (person.givenName, person.familyName) == ("Grace", "Hopper")
        assert person.href == f"{context.api_base_url}/partyManagement/v5/individual/{person.id}"

        assert person.read(context).to_dict() == person.to_dict()
        assert Individual.from_id(person.id, context).to_dict() == person.to_dict()

        found = Individual.query_get("familyName=Hopper&sort=givenName&limit=5", context)
        assert [one.id for one in found] == [person.id]
        assert Individual.query_get("familyName=Nobody", context) == []

        changed = person.update({"title": "Rear Admiral"}, context)
        assert changed.title == "Rear Admiral"
        assert Individual.from_id(person.id, context).title == "Rear Admiral"
        merge = {"Content-Type": "application/merge-patch+json"}
        assert person.update({"title": None}, context, merge).title is None
        steps = [{"op": "add", "path": "/title", "value": "Dr"}]
        operations = {"Content-Type": "application/json-patch+json"}
        assert person.update(steps, context, operations).title == "Dr"

        assert person.delete(context) == {}
        assert Individual.from_id(person.id, context) is None

    await asyncio.to_thread(live)


async def test_a_customer_lives_its_life(context: Context) -> None:
    def live() -> None:
        person = Individual(givenName="Grace", familyName="Hopper").create(context)
        party = PartyRef(id=person.id, name="Grace Hopper", _referred_type="Individual")
        customer = Customer(name="Grace Hopper", status="active", engagedParty=party).create(
            context
        )
        assert isinstance(customer, Customer)
        assert customer.engagedParty.id == person.id

        assert customer.read(context).to_dict() == customer.to_dict()
        found = Customer.query_get(f"engagedParty.id={person.id}", context)
        assert [one.id for one in found] == [customer.id]

        changed = customer.update({"status": "suspended"}, context)
        assert (changed.status, changed.name) == ("suspended", "Grace Hopper")
        assert [one.id for one in Customer.query_get("status=suspended", context)] == [customer.id]

        assert customer.delete(context) == {}
        assert Customer.from_id(customer.id, context) is None

    await asyncio.to_thread(live)


async def test_what_is_refused_comes_back_as_an_error(context: Context) -> None:
    def try_it() -> None:
        error = Individual(givenName="Nobody").create(context)
        assert error["@type"] == "Error"
        assert (error["code"], error["path"]) == ("missingAttribute", "familyName")

    await asyncio.to_thread(try_it)
