"""The customer: the role a party plays when it buys (TMF629, SID Customer)."""

from customer_inventory.record.declare import Branch, Column, Exclusive, RecordType
from customer_inventory.record.types.common import ONE_RELATION_AT_A_TIME
from customer_inventory.record.types.role import ROLE, ROLE_REFERENCES, ROLE_SEARCHED

_RELATED = "relatedParty.partyOrPartyRole"

CUSTOMER = RecordType(
    name="customer",
    entity="Customer",
    description="A party in its role as customer of the enterprise",
    mandatory=("name", "engagedParty"),
    attributes=ROLE,
    columns=(
        Column("name", ("name",), is_indexed=True),
        Column("status", ("status",), is_indexed=True),
        Column("segment", ("characteristic",), item="segment"),
        Column("market", ("characteristic",), item="market"),
        Column("brand", ("characteristic",), item="brand"),
    ),
    references=ROLE_REFERENCES,
    searched=ROLE_SEARCHED,
    subject=("engagedParty",),
    exclusives=(
        Exclusive("customer", ("engagedParty.id", "partyRoleSpecification.id"), ("name",)),
        ONE_RELATION_AT_A_TIME,
    ),
    branches=(
        Branch("customer", _RELATED, "parent", "customer", roles=("parentCustomer",)),
        Branch("customer", _RELATED, "child", "customer", roles=("childCustomer",)),
    ),
)
