"""TMF629 Customer Management. Customers: parties in their role as buyers."""

from customer_inventory.tmf.api import Api

API = Api(
    number="TMF629",
    title="Customer Management",
    prefix="customerManagement",
    resources=("customer",),
    aliases=("customer",),
)
