"""TMF637 Product Inventory Management. Products: what customers hold."""

from customer_inventory.tmf.api import Api

API = Api(
    number="TMF637",
    title="Product Inventory Management",
    prefix="productInventory",
    resources=("product",),
    aliases=("productInventoryManagement",),
)
