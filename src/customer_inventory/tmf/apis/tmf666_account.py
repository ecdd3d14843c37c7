"""TMF666 Account Management. Accounts: what parties owe and are owed."""

from customer_inventory.tmf.api import Api

API = Api(
    number="TMF666",
    title="Account Management",
    prefix="accountManagement",
    resources=(
        "partyAccount",
        "billingAccount",
        "settlementAccount",
        "financialAccount",
        "billFormat",
        "billPresentationMedia",
        "billingCycleSpecification",
    ),
    aliases=("account",),
)
