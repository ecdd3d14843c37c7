"""TMF651 Agreement Management. Agreements: the contracts established."""

from customer_inventory.tmf.api import Api

API = Api(
    number="TMF651",
    title="Agreement Management",
    prefix="agreementManagement",
    resources=("agreement", "agreementSpecification"),
    aliases=("agreement",),
)
