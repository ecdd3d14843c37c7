"""TMF669 Party Role Management. Roles that parties play, and what the roles are."""

from customer_inventory.tmf.api import Api

API = Api(
    number="TMF669",
    title="Party Role Management",
    prefix="partyRoleManagement",
    resources=("partyRole", "partyRoleSpecification"),
    aliases=("partyRole",),
)
