"""The APIs served, one module each. API numbers belong here and nowhere else."""

from customer_inventory.tmf.api import Api
from customer_inventory.tmf.apis import (
    tmf629_customer,
    tmf632_party,
    tmf651_agreement,
    tmf666_account,
    tmf683_interaction,
)

APIS: tuple[Api, ...] = (
    tmf632_party.API,
    tmf629_customer.API,
    tmf683_interaction.API,
    tmf651_agreement.API,
    tmf666_account.API,
)
