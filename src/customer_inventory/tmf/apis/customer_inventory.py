"""What no TM Forum Open API has a place for, in their manner: summaries of other entities."""

from customer_inventory.tmf.api import Api

API = Api(
    number="CINV",
    title="Customer Inventory",
    prefix="customerInventory",
    resources=("entitySummary",),
    aliases=("customerInventoryManagement",),
    serves_added=True,
)
