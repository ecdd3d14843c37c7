"""Callbacks of listeners, checked when they are registered and whenever they are told."""

from customer_inventory.kit.errors import Invalid
from customer_inventory.store import outward
from customer_inventory.store.outward import AddressRefused, Allowed, Resolve, Target, resolve


class CallbackRefused(Invalid):
    """The callback's address is none that this service may be sent to."""

    code = "callbackRefused"


async def check_callback(
    callback: str, allowed: Allowed, *, resolving: Resolve = resolve
) -> Target:
    """Return where `callback` leads; raise CallbackRefused where `outward.check` refuses it."""
    try:
        return await outward.check(callback, allowed, resolving=resolving)
    except AddressRefused as error:
        raise CallbackRefused(error.message, path="callback", hint=error.hint) from None
