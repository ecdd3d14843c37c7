"""What a caller under a mask may ask of a list."""

from urllib.parse import quote

import pytest

from customer_inventory.record.mask.asked import demand_askable
from customer_inventory.record.mask.plan import Grant, Mask, NotGranted
from customer_inventory.record.page import Query
from customer_inventory.record.types import TYPES
from customer_inventory.tmf import query


def parsed(asked: str) -> Query:
    """Return the query of a list, `&` within a filter encoded as callers do."""
    name, _, value = asked.partition("=")
    text = f"{name}={quote(value)}" if name == "filter" else asked
    return query.parse(text.encode(), most=10).query


MASK = Mask(
    TYPES["customer"],
    Grant(frozenset({"name", "relation", "contact", "lifecycle"}), (("contact", "domain"),), b"k"),
)


@pytest.mark.parametrize(
    "asked",
    [
        "name=Ada&sort=-name",
        "engagedParty.id=x",
        "relatedParty.partyOrPartyRole.name=x",
        "filter=$[?(@.name=='Ada' && @.status!='closed')]",
        "filter=$.relatedParty[?(@.role=='user')]",
        "filter=$[?(@.relatedParty[?(@.partyOrPartyRole.id=='x')])]",
    ],
)
def test_what_is_seen_may_be_asked_for(asked: str) -> None:
    demand_askable(MASK, parsed(asked))


@pytest.mark.parametrize(
    "asked",
    [
        "creditProfile.creditScore.gt=500",
        "creditProfile=x",
        "sort=creditProfile.creditScore",
        "shoeSize=38",
        "contactMedium.emailAddress=ada@x.se",
        "sort=contactMedium.emailAddress",
        "relatedParty.partyOrPartyRole.givenName=Ada",
        "relatedParty.partyOrPartyRole=x",
        "filter=$[?(@.creditProfile)]",
        "filter=$[?(@.contactMedium)]",
        "filter=$.contactMedium[?(@.emailAddress=='ada@x.se')]",
        "filter=$[?(@.name=='Ada' && !(@.creditProfile[?(@.creditScore>500)]))]",
        "filter=$[?(@.name == @.creditProfile[0].creditRiskRating)]",
        "filter=$[?(@.* == 653)]",
        "filter=$.*[?(@.creditScore>1)]",
        "filter=$[?(@ == 'x')]",
        "filter=$[?(@.name=='Ada')].creditProfile",
        "filter=$[?(search(@.shoeSize, '^3'))]",
    ],
)
def test_what_is_not_seen_as_it_is_may_not_be_asked_for(asked: str) -> None:
    with pytest.raises(NotGranted):
        demand_askable(MASK, parsed(asked))
