"""TMF717 Customer 360. A customer seen whole; `tmf.customer360` answers it."""

from customer_inventory.tmf.api import Api

API = Api(
    number="TMF717",
    title="Customer 360",
    prefix="customer360",
    resources=(),
    aliases=("customer360Management",),
)
