"""TMF632 Party Management. Parties: people and organisations."""

from customer_inventory.tmf.api import Api

API = Api(
    number="TMF632",
    title="Party Management",
    prefix="partyManagement",
    resources=("individual", "organization"),
    aliases=("party",),
    prefix_in_v4="party",
)
