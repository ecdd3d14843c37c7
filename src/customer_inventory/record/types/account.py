"""Accounts: where charges, payments and balances of a party are kept (TMF666)."""

from customer_inventory.record.declare import Column, Exclusive, RecordType, Reference, Searched
from customer_inventory.record.schema import (
    LONGEST_NAME,
    Schema,
    many,
    moment,
    reference,
    reference_or_value,
    text,
    thing,
    whole,
)
from customer_inventory.record.types.common import (
    ACCOUNTS,
    CONTACT_MEDIUM,
    MONEY,
    PAYMENT_METHOD,
    PERIOD,
    RELATED_PARTY,
    ROLE_TARGETS,
    TAX_EXEMPTION,
)

_ATTRIBUTES: dict[str, Schema] = {
    "name": text("The name of the account", most=LONGEST_NAME),
    "description": text(),
    "accountType": text("Individual, joint, corporate"),
    "state": text("Life cycle", most=100),
    "lastUpdate": moment("When the source last changed it"),
    "paymentStatus": text("Due, paid, in arrears"),
    "creditLimit": MONEY,
    "relatedParty": many(RELATED_PARTY, at_least=1, description="Whose account it is"),
    "taxExemption": many(TAX_EXEMPTION),
    "contact": many(
        thing(
            contactName=text(),
            contactType=text(),
            partyRoleType=text(),
            validFor=PERIOD,
            contactMedium=many(CONTACT_MEDIUM),
            relatedParty=RELATED_PARTY,
        ),
        description="Whom to turn to about the account",
    ),
    "accountBalance": many(
        thing(balanceType=text(), amount=MONEY, validFor=PERIOD), description="What stands open"
    ),
    "accountRelationship": many(
        thing(relationshipType=text(), validFor=PERIOD, account=reference("An account"))
    ),
    "billStructure": thing(
        format=reference_or_value("How a bill looks"),
        presentationMedia=many(reference_or_value("How a bill is delivered")),
        cycleSpecification=reference_or_value("When bills are made"),
    ),
    "paymentPlan": many(
        thing(
            numberOfPayments=whole(),
            paymentFrequency=text(),
            priority=whole(),
            status=text(),
            totalAmount=MONEY,
            planType=text(),
            validFor=PERIOD,
            paymentMethod=PAYMENT_METHOD,
        )
    ),
    "financialAccount": reference("The account in the general ledger"),
    "defaultPaymentMethod": PAYMENT_METHOD,
}
_COLUMNS = (
    Column("name", ("name",), is_indexed=True),
    Column("account_type", ("accountType",)),
    Column("state", ("state",)),
)
_RELATED = (
    Reference("relatedParty.partyOrPartyRole", ROLE_TARGETS, role="role"),
    Reference("accountRelationship.account", ACCOUNTS),
)
_REFERENCES = (
    *_RELATED,
    Reference("financialAccount", ("financialAccount",), is_catalogue=True),
    Reference("billStructure.format", ("billFormat",), is_catalogue=True),
    Reference("billStructure.presentationMedia", ("billPresentationMedia",), is_catalogue=True),
    Reference(
        "billStructure.cycleSpecification", ("billingCycleSpecification",), is_catalogue=True
    ),
)
_EXCLUSIVES = (
    Exclusive(
        "accountRelationship",
        ("account.id",),
        ("relationshipType",),
        each="accountRelationship",
    ),
)
_SEARCHED = (Searched("name", ("name",)), Searched("identifier", ("name", "accountNumber")))

PARTY_ACCOUNT = RecordType(
    name="partyAccount",
    entity="PartyAccount",
    description="An account of a party: what it owes and is owed",
    mandatory=("name", "relatedParty"),
    attributes=_ATTRIBUTES,
    columns=_COLUMNS,
    references=_REFERENCES,
    searched=_SEARCHED,
    subject=("relatedParty.partyOrPartyRole",),
    status="state",
    exclusives=_EXCLUSIVES,
)

BILLING_ACCOUNT = RecordType(
    name="billingAccount",
    entity="BillingAccount",
    description="An account that a customer is billed by",
    mandatory=("name", "relatedParty"),
    attributes={**_ATTRIBUTES, "ratingType": text("Prepaid or postpaid")},
    columns=_COLUMNS,
    references=_REFERENCES,
    searched=_SEARCHED,
    subject=("relatedParty.partyOrPartyRole",),
    status="state",
    exclusives=_EXCLUSIVES,
)

SETTLEMENT_ACCOUNT = RecordType(
    name="settlementAccount",
    entity="SettlementAccount",
    description="An account by which a partner is paid",
    mandatory=("name", "relatedParty"),
    attributes=_ATTRIBUTES,
    columns=_COLUMNS,
    searched=_SEARCHED,
    references=_REFERENCES,
    subject=("relatedParty.partyOrPartyRole",),
    status="state",
    exclusives=_EXCLUSIVES,
)

_IN_LEDGER = (
    "name", "description", "accountType", "state", "lastUpdate", "creditLimit", "relatedParty",
    "taxExemption", "contact", "accountBalance", "accountRelationship",
)  # fmt: skip

FINANCIAL_ACCOUNT = RecordType(
    name="financialAccount",
    entity="FinancialAccount",
    description="An account in the general ledger that other accounts post to",
    mandatory=("name", "relatedParty"),
    mandatory_in_v4=("name",),
    attributes={name: _ATTRIBUTES[name] for name in _IN_LEDGER},
    columns=_COLUMNS,
    searched=_SEARCHED,
    references=_RELATED,
    subject=("relatedParty.partyOrPartyRole",),
    status="state",
    exclusives=_EXCLUSIVES,
)
