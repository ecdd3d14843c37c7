"""Where the attributes of a record come from."""

from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.api.route import Call, Route, told
from customer_inventory.record.provenance import MOST_VERSIONS, Given, Provenance, provenance
from customer_inventory.record.types import named
from customer_inventory.web.exchange import Answer


async def retrieve(call: Call) -> Answer:
    """GET the provenance of each attribute of one record."""
    declared, identifier = named(call.path["type"]), call.path["id"]
    versions = await call.rooms.inventory.versions(declared, identifier, limit=MOST_VERSIONS)
    content = {
        "@type": "Provenance",
        "id": identifier,
        "revision": versions[0].revision,
        "attribute": [_shown(each) for each in provenance(versions)],
    }
    return told(content, ids=(identifier,))


def _shown(each: Provenance) -> dict[str, Any]:
    others = [_given(given) for given in each.others]
    shown = {"path": each.attribute, **_given(each.given), "formerly": others}
    return {**shown, "isOlder": True} if each.is_older else shown


def _given(given: Given) -> dict[str, Any]:
    by = given.by
    return {
        "value": given.value,
        "process": by.process,
        "purpose": by.purpose,
        "recordedAt": by.recorded_from,
        "revision": by.revision,
    }


ROUTES = (
    Route(
        "GET",
        "/provenance/{type}/{id}",
        Operation.READ,
        retrieve,
        "Where each attribute of a record comes from",
        "provenance",
        record_type="{type}",
        answer={"type": "object"},
    ),
)
