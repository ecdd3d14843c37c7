"""TMF683 Party Interaction Management. Contacts between parties and the enterprise."""

from customer_inventory.tmf.api import Api

API = Api(
    number="TMF683",
    title="Party Interaction Management",
    prefix="partyInteraction",
    resources=("partyInteraction",),
    aliases=("partyInteractionManagement",),
)
