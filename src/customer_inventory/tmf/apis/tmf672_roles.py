"""TMF672 Roles And Permissions Management. What processes may do; `tmf.roles` answers it."""

from customer_inventory.tmf.api import Api

API = Api(
    number="TMF672",
    title="Roles And Permissions Management",
    prefix="rolesAndPermissionsManagement",
    resources=(),
    aliases=("rolesAndPermissions",),
)
