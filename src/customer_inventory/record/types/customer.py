"""The customer: the role a party plays when it buys (TMF629, SID Customer)."""

from customer_inventory.record.declare import Branch, Column, Exclusive, RecordType, Reference
from customer_inventory.record.schema import (
    LONGEST_NAME,
    many,
    moment,
    reference,
    text,
    thing,
    whole,
)
from customer_inventory.record.types.common import (
    CHARACTERISTIC,
    CONTACT_MEDIUM,
    ONE_RELATION_AT_A_TIME,
    PAYMENT_METHOD,
    PERIOD,
    RELATED_PARTY,
    ROLE_TARGETS,
)

_RELATED = "relatedParty.partyOrPartyRole"

CUSTOMER = RecordType(
    name="customer",
    entity="Customer",
    description="A party in its role as customer of the enterprise",
    mandatory=("name", "engagedParty"),
    attributes={
        "name": text("The name the customer goes by", most=LONGEST_NAME),
        "description": text(),
        "role": text(),
        "status": text("Life cycle", most=100),
        "statusReason": text("Why the status is what it is"),
        "validFor": PERIOD,
        "engagedParty": reference("The person or organisation that is the customer"),
        "partyRoleSpecification": reference(),
        "characteristic": many(CHARACTERISTIC, description="Segment, market, brand and the like"),
        "account": many(reference("An account of the customer")),
        "agreement": many(reference("An agreement with the customer")),
        "contactMedium": many(CONTACT_MEDIUM, description="Ways to reach the customer"),
        "paymentMethod": many(PAYMENT_METHOD),
        "creditProfile": many(
            thing(
                creditProfileDate=moment(),
                creditRiskRating=whole(),
                creditScore=whole(),
                validFor=PERIOD,
            ),
            description="How the enterprise rates the customer's credit",
        ),
        "relatedParty": many(RELATED_PARTY, description="Parties that matter to the customer"),
    },
    columns=(
        Column("name", ("name",), is_indexed=True),
        Column("status", ("status",), is_indexed=True),
    ),
    references=(
        Reference("engagedParty", ("individual", "organization")),
        Reference("account", ("billingAccount", "partyAccount")),
        Reference("agreement", ("agreement",)),
        Reference(_RELATED, ROLE_TARGETS, role="role"),
    ),
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
