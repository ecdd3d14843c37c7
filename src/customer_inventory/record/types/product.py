"""Products: what a customer holds, with the numbers and cards of its services (TMF637)."""

from customer_inventory.record.declare import Column, RecordType, Reference, Searched
from customer_inventory.record.schema import (
    LONGEST_NAME,
    LONGEST_ROLE,
    choice,
    flag,
    many,
    moment,
    number,
    reference,
    reference_or_value,
    text,
    thing,
    whole,
)
from customer_inventory.record.types.common import (
    CHARACTERISTIC,
    MONEY,
    PERIOD,
    RELATED_PARTY,
    ROLE_TARGETS,
)

_AMOUNTS = thing(
    dutyFreeAmount=MONEY, taxIncludedAmount=MONEY, percentage=number(), taxRate=number()
)
_CHARGE = {
    "name": text(),
    "description": text(),
    "priceType": text("Recurring, one time, usage"),
    "recurringChargePeriod": text(),
    "unitOfMeasure": text(),
    "price": _AMOUNTS,
    "productOfferingPrice": reference(version=text()),
}
_STATUSES = (
    "created",
    "pendingActive",
    "active",
    "suspended",
    "pendingTerminate",
    "terminated",
    "cancelled",
    "aborted",
    "aborted ",  # so spelled in the standard
)

PRODUCT = RecordType(
    name="product",
    entity="Product",
    description="What a customer holds: a tariff with its services, a device",
    mandatory=(),
    mandatory_in_v4=("status",),
    attributes={
        "name": text(most=LONGEST_NAME),
        "description": text(),
        "status": choice(*_STATUSES, description="Life cycle"),
        "isBundle": flag("Whether it is made of others"),
        "isCustomerVisible": flag(),
        "productSerialNumber": text("Number of the device", most=LONGEST_NAME),
        "creationDate": moment(),
        "orderDate": moment(),
        "startDate": moment("When it begins"),
        "terminationDate": moment("When it ends"),
        "productCharacteristic": many(
            CHARACTERISTIC, description="Telephone numbers, card numbers, speed and the like"
        ),
        "productOffering": reference("What was offered", version=text()),
        "productSpecification": reference(
            "What kind of thing it is", version=text(), targetProductSchema=thing()
        ),
        "productPrice": many(
            thing(
                **_CHARGE,
                priceAlteration=many(
                    thing(**_CHARGE, applicationDuration=whole(), priority=whole())
                ),
            ),
            description="What it costs",
        ),
        "productTerm": many(
            thing(
                name=text(),
                description=text(),
                duration=thing(amount=number(), units=text()),
                validFor=PERIOD,
            ),
            description="For how long it is committed to",
        ),
        "relatedParty": many(RELATED_PARTY, description="Whose it is, and who uses it"),
        "billingAccount": reference("The account that pays for it", ratingType=text()),
        "agreementItem": many(
            thing(
                **{"@referredType": text(most=200)},
                agreementId=text(most=200),
                agreementHref=text(),
                agreementName=text(),
                agreementItemId=text(),
            ),
            description="The part of an agreement that it fulfils",
        ),
        "product": many(reference_or_value("A product that it is made of")),
        "productRelationship": many(
            reference("Another product", relationshipType=text(most=LONGEST_ROLE))
        ),
        "productOrderItem": many(
            thing(
                **{"@referredType": text(most=200)},
                role=text(),
                orderId=text(),
                orderItemId=text(),
                orderHref=text(),
                orderItemAction=text("add, modify, delete, noChange; any word in version 4"),
            ),
            description="The order that changed it",
        ),
        "realizingResource": many(reference("A resource it works by", value=text())),
        "realizingService": many(reference("A service it works by")),
        "place": many(
            thing(role=text(), place=reference_or_value("A place")), description="Where it is"
        ),
        "intent": reference_or_value("What it is meant to achieve"),
    },
    columns=(
        Column("name", ("name",), is_indexed=True),
        Column("status", ("status",), is_indexed=True),
        Column("serial_number", ("productSerialNumber",), is_indexed=True),
        Column("offering_id", ("productOffering.id",)),
        Column("billing_account_id", ("billingAccount.id",)),
    ),
    references=(
        Reference("relatedParty.partyOrPartyRole", ROLE_TARGETS, role="role"),
        Reference("billingAccount", ("billingAccount",)),
        Reference("agreementItem", ("agreement",), key="agreementId"),
        Reference("product", ("product",)),
        Reference("productRelationship", ("product",), role="relationshipType"),
    ),
    searched=(
        Searched("identifier", ("productSerialNumber",)),
        Searched(
            "service",
            ("value",),
            "productCharacteristic",
            named=frozenset(
                {
                    *("msisdn", "imsi", "iccid", "imei", "servicenumber", "serviceid"),
                    *("phonenumber", "telephonenumber", "directorynumber"),
                    *("lineid", "circuitid", "contractline", "simserialnumber"),
                }
            ),
        ),
    ),
    subject=("relatedParty.partyOrPartyRole",),
    dates=("startDate", "terminationDate"),
)
