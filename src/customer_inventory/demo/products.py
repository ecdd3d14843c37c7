"""Products: what a customer holds by its agreements, with the numbers of its services (TMF637).

Card and subscriber numbers carry 999 where a country and network would stand: nobody has them.
"""

from customer_inventory.demo.agreements import Signed
from customer_inventory.demo.contacts import draw_mobile
from customer_inventory.demo.customers import Customer
from customer_inventory.demo.dates import instant
from customer_inventory.demo.draw import Draw
from customer_inventory.demo.parts import (
    Document,
    characteristic,
    reference,
    related_party_or_role,
)

_STATUSES = {
    "initialized": "created",
    "validated": "pendingActive",
    "active": "active",
    "suspended": "suspended",
}
_MOBILE = "mobile"


def products(
    draw: Draw, customer: Customer, accounts: list[Document], signed: list[Signed]
) -> list[Document]:
    """Return a product an agreement; of two that replaced each other only the last is held."""
    bill = accounts[-1]
    payer = reference("BillingAccountRef", bill["id"], bill["name"], "BillingAccount")
    holder = [related_party_or_role("customer", customer.role)]
    return [_product(draw, customer, contract, payer, holder) for contract in signed]


def _product(
    draw: Draw, customer: Customer, contract: Signed, payer: Document, holder: list[Document]
) -> Document:
    agreement = contract.document
    offering = agreement["agreementItem"][0]["productOffering"][0]
    ended = contract.span.end
    document: Document = {
        "id": draw.new_id(),
        "@type": "Product",
        "name": contract.tariff,
        "status": "terminated" if ended is not None else _STATUSES[customer.standing.status],
        "isBundle": False,
        "isCustomerVisible": True,
        "startDate": instant(contract.span.start),
        "productOffering": offering,
        "productCharacteristic": _services(draw, customer, contract.line),
        "relatedParty": holder,
        "billingAccount": payer,
        "agreementItem": [
            {
                "@type": "AgreementItemRef",
                "agreementId": agreement["id"],
                "agreementName": agreement["name"],
                "agreementItemId": "1",
            }
        ],
    }
    if ended is not None:
        document["terminationDate"] = instant(ended)
    if contract.line != _MOBILE:
        document["productSerialNumber"] = draw.fill("CPE-%#######")
    return document


def _services(draw: Draw, customer: Customer, line: str) -> list[Document]:
    number = draw_mobile(draw, customer.country).removeprefix("+")
    if line != _MOBILE:
        return [
            characteristic("serviceNumber", number),
            characteristic("accessId", f"{customer.country.code}{draw.bits(36):012d}"),
        ]
    return [
        characteristic("MSISDN", number),
        characteristic("IMSI", f"99999{draw.bits(33):010d}"),
        characteristic("ICCID", f"89999{draw.bits(46):014d}"),
    ]
