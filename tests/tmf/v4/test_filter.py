"""The `filter` of version 4: in its own names, it finds what version 5 finds in its own."""

from typing import Any

import pytest

from customer_inventory.kit.errors import Invalid
from customer_inventory.store.predicate import compiled
from customer_inventory.tmf.jsonpath import parse_filter
from customer_inventory.tmf.v4.declared import DIFFERENCES
from customer_inventory.tmf.v4.filter import turned
from customer_inventory.tmf.v4.rule import Place
from tests.conftest import Service

INDIVIDUAL = "/tmf-api/party/v4/individual"
ORGANIZATION = "/tmf-api/party/v4/organization"
INTERACTION = "/tmf-api/partyInteraction/v4/partyInteraction"


def medium(kind: str, **characteristic: str) -> dict[str, Any]:
    return {"mediumType": kind, "preferred": kind == "email", "characteristic": characteristic}


@pytest.fixture(scope="module")
async def filled(shared: Service) -> Service:
    """The service with two people, two organisations and an interaction, made in version 4."""
    for name, mail, city in (
        ("Ada", "ada@example.com", "London"),
        ("Bo", "bo@example.com", "Lund"),
    ):
        media = [medium("email", emailAddress=mail), medium("postalAddress", city=city)]
        party = [{"id": f"of-{name}", "role": "friend", "@referredType": "Individual"}]
        body = {"givenName": name, "familyName": "F", "contactMedium": media, "relatedParty": party}
        answer = await shared.client.post(INDIVIDUAL, json=body)
        assert answer.status_code == 201, answer.text
    answer = await shared.client.post(ORGANIZATION, json={"tradingName": "Old"})
    assert answer.status_code == 201
    answer = await shared.client.post(
        ORGANIZATION.replace("party/v4", "partyManagement/v5"),
        json={"@type": "Organization", "name": "Legal", "tradingName": "New"},
    )
    assert answer.status_code == 201
    body = {
        "direction": "inbound",
        "reason": "why",
        "channel": [{"id": "shop", "name": "Shop", "role": "first"}],
        "relatedParty": [{"id": "p1", "role": "customer", "@referredType": "Individual"}],
    }
    answer = await shared.client.post(INTERACTION, json=body)
    assert answer.status_code == 201, answer.text
    return shared


@pytest.mark.parametrize(
    ("path", "text", "shown", "expected"),
    [
        (INDIVIDUAL, "$[?(@.givenName=='Ada')]", "givenName", "Ada"),
        (
            INDIVIDUAL,
            "contactMedium[?(@.mediumType=='email' && @.characteristic.emailAddress=~/^bo/)]",
            "givenName",
            "Bo",
        ),
        (
            INDIVIDUAL,
            "$[?(@.contactMedium[?(@.characteristic.city=='London' && @.preferred==false)])]",
            "givenName",
            "Ada",
        ),
        (INDIVIDUAL, "relatedParty[?(@.id=='of-Bo' && @.role=='friend')]", "givenName", "Bo"),
        (INDIVIDUAL, "$.relatedParty[?(@.id=='of-Bo' && @.role=='foe')]", "givenName", ""),
        (INDIVIDUAL, "$[?(@.relatedParty[0].id in ['of-Ada'])]", "givenName", "Ada"),
        (INDIVIDUAL, "$[?(!(@.relatedParty.id=='of-Ada'))]", "givenName", "Bo"),
        (ORGANIZATION, "$[?(@.tradingName=='Old')]", "tradingName", "Old"),
        (ORGANIZATION, "$[?('New'==@.tradingName)]", "tradingName", "New"),
        (ORGANIZATION, "$[?(@.tradingName)]", "tradingName", "New Old"),
        (ORGANIZATION, "$[?(@.tradingName=~/e/)]", "tradingName", "New"),
        (INTERACTION, "channel[?(@.id=='shop' && @.role=='first')]", "reason", "why"),
        (INTERACTION, "channel[?(@.id=='shop' && @.role=='last')]", "reason", ""),
    ],
)
async def test_it_finds_in_its_own_names(
    filled: Service, path: str, text: str, shown: str, expected: str
) -> None:
    answer = await filled.client.get(path, params={"filter": text, "sort": shown, "limit": "10"})
    assert answer.status_code == 200, answer.text
    assert sorted(record[shown] for record in answer.json()) == expected.split()


def test_parts_keep_together_what_is_one_element() -> None:
    place = DIFFERENCES["individual"].place
    path = turned(parse_filter("relatedParty[?(@.id=='x' && @.role=='y')]"), place)
    assert compiled(path).text == (
        '$."relatedParty" ? (((@."partyOrPartyRole"."id" == $v0) && (@."role" == $v1)))'
    )


def test_what_lies_outside_of_the_element_cannot_be_tied_to_it() -> None:
    def elsewhere(path: str) -> Place:
        return Place(("there",) if path == "a.b" else tuple(path.split(".")))

    with pytest.raises(Invalid) as refused:
        turned(parse_filter("a[?(@.b==1)]"), elsewhere)
    assert (refused.value.code, refused.value.path) == ("invalidFilter", "filter")
