"""How bills look, how they are delivered and when they are made (TMF666): catalogue records."""

from customer_inventory.record.declare import Column, RecordType
from customer_inventory.record.schema import LONGEST_NAME, Schema, text, whole
from customer_inventory.record.types.common import PERIOD

_NAMED: dict[str, Schema] = {"name": text(most=LONGEST_NAME), "description": text()}
_NAME = (Column("name", ("name",), is_indexed=True),)

BILL_FORMAT = RecordType(
    name="billFormat",
    entity="BillFormat",
    description="How a bill looks: itemised, in summary",
    mandatory=("name",),
    attributes=_NAMED,
    columns=_NAME,
    is_catalogue=True,
)

BILL_PRESENTATION_MEDIA = RecordType(
    name="billPresentationMedia",
    entity="BillPresentationMedia",
    description="How a bill is delivered: by post, by e-mail, in the portal",
    mandatory=("name",),
    attributes=_NAMED,
    columns=_NAME,
    is_catalogue=True,
)

BILLING_CYCLE_SPECIFICATION = RecordType(
    name="billingCycleSpecification",
    entity="BillingCycleSpecification",
    description="When bills are made, sent and due",
    mandatory=("name",),
    attributes={
        **_NAMED,
        "frequency": text("Monthly, weekly"),
        "billingPeriod": text("Days, months: what the frequency counts"),
        "billingDateShift": whole("Days into the period"),
        "chargeDateOffset": whole("Days from the billing date until charges are taken in"),
        "creditDateOffset": whole("Days from the billing date until credits are taken in"),
        "mailingDateOffset": whole("Days from the billing date until the bill is sent"),
        "paymentDueDateOffset": whole("Days from the billing date until payment is due"),
        "validFor": PERIOD,
    },
    columns=_NAME,
    is_catalogue=True,
)
