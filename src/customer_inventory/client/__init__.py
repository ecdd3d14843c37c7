"""A client of the inventory's APIs, for programs in Python: synchronous, and asynchronous.

    with Client("https://inventory.example", ClientCredentials("crm", secret, "care")) as inventory:
        customer = inventory.get("customer", identifier)
        inventory.change(customer, {"status": "suspended"})

It imports nothing of the rest of the package and needs httpx alone (the extra `client`). Failures
are exceptions by kind (`error`), lists are iterators that fetch page by page, a change of a record
that was read is conditional on its revision, and only what cannot be done twice by that is sent
again (`retry`). What a call is for is in its token: one client, one purpose.
"""

from customer_inventory.client.asynchronous import AsyncClient
from customer_inventory.client.credential import ClientCredentials, Token
from customer_inventory.client.error import (
    ClientError,
    Conflict,
    Failed,
    Forbidden,
    Invalid,
    NotAuthenticated,
    NotFound,
    QuotaExceeded,
    Stale,
    Unavailable,
    Unreachable,
)
from customer_inventory.client.record import Hit, Record, Version
from customer_inventory.client.retry import Retry
from customer_inventory.client.synchronous import Client

__all__ = [
    "AsyncClient",
    "Client",
    "ClientCredentials",
    "ClientError",
    "Conflict",
    "Failed",
    "Forbidden",
    "Hit",
    "Invalid",
    "NotAuthenticated",
    "NotFound",
    "QuotaExceeded",
    "Record",
    "Retry",
    "Stale",
    "Token",
    "Unavailable",
    "Unreachable",
    "Version",
]
