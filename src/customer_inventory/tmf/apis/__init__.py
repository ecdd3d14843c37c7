"""The APIs served, one module each. API numbers belong here and nowhere else."""

from customer_inventory.tmf.api import Api
from customer_inventory.tmf.apis import (
    customer_inventory,
    tmf621_trouble_ticket,
    tmf629_customer,
    tmf632_party,
    tmf637_product,
    tmf644_privacy,
    tmf651_agreement,
    tmf666_account,
    tmf669_party_role,
    tmf683_interaction,
)

APIS: tuple[Api, ...] = (
    tmf632_party.API,
    tmf629_customer.API,
    tmf683_interaction.API,
    tmf651_agreement.API,
    tmf666_account.API,
    tmf669_party_role.API,
    tmf644_privacy.API,
    tmf637_product.API,
    tmf621_trouble_ticket.API,
    customer_inventory.API,
)

_API_OF = {name: api for api in APIS for name in api.resources}


def api_of(record_type: str) -> Api:
    """Return the API that serves a record type; what the register declares has one for all."""
    return _API_OF.get(record_type, customer_inventory.API)
