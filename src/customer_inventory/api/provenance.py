"""Where the attributes of a record come from."""

from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.api.route import Call, Route, told
from customer_inventory.record.identity.attributed import attributed
from customer_inventory.record.types import named
from customer_inventory.web.exchange import Answer


async def retrieve(call: Call) -> Answer:
    """GET the provenance of each attribute of one record; of a merged one, by survivorship."""
    declared = named(call.path["type"])
    found = await attributed(
        call.rooms.database, call.rooms.inventory, declared, call.path["id"], sight=call.sight
    )
    content: dict[str, Any] = {
        "@type": "Provenance",
        "id": found.id,
        "revision": found.revision,
        "attribute": found.attributes,
    }
    groups = call.sight.groups(declared.name)
    if not found.origins:
        return told(content, ids=(found.id,), groups=groups)
    return told({**content, "origin": list(found.origins)}, ids=found.origins, groups=groups)


ROUTES = (
    Route(
        "GET",
        "/provenance/{type}/{id}",
        Operation.READ,
        retrieve,
        "Where each attribute of a record comes from; of a merged one, why it survives",
        "provenance",
        record_type="{type}",
        answer={"type": "object"},
    ),
)
