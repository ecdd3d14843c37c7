"""Every route that is served, from the tables that serve them: a new one is walked by itself."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from customer_inventory.api.route import ROOT as API_ROOT
from customer_inventory.api.routes import ROUTES as API
from customer_inventory.kit.ids import new_id
from customer_inventory.tmf.door import resources
from customer_inventory.tmf.history import NAME as HISTORY
from customer_inventory.tmf.hub import Hubs, _hubs
from customer_inventory.tmf.roles import Roles

_OF_RECORDS = {
    "/seenBy": "customer",
    "/hierarchy": "individual",
    "/membership": "individual",
    "/provenance": "individual",
    "/transfer": "billingAccount",
}
"""Routes of the management API whose path names a record, and of which type the walk names one."""


class Step(NamedTuple):
    """One method on one path; `entry_type` and `identifier` are what the ledger calls it by.

    `template` is the path with its parameters in braces.
    """

    method: str
    path: str
    entry_type: str
    identifier: str = ""
    template: str = ""


def every_step(ids: Mapping[str, str] | None = None) -> list[Step]:
    """Return every route of every API and version, hubs too.

    Ids in paths are of no record, or those of `ids` by record type.
    """
    ids = ids or {}
    return [*_of_resources(ids), *_of_roles(), *_of_hubs(), *_of_management(ids)]


def _of_resources(ids: Mapping[str, str]) -> list[Step]:
    steps = []
    for path, resource in resources("").items():
        one = ids.get(resource.declared.name) or new_id()
        places = (
            (path, "", resource.collection),
            (f"{path}/{{id}}", one, resource.item),
            (f"{path}/{{id}}/{HISTORY}", one, resource.history),
        )
        steps += [
            Step(method, place.format(id=one), resource.entry_type, identifier, place)
            for place, identifier, served in places
            for method in served
        ]
    return steps


def _of_roles() -> list[Step]:
    roles = Roles(None, "", 1)  # type: ignore[arg-type]
    steps = []
    for path in roles.resources:
        for template in (path, f"{path}/{{id}}"):
            place = template.format(id="unknown")
            found = roles.place(place, "TRACE")
            assert found is not None
            steps += [
                Step(method, place, found.entry_type, template=template) for method in found.allowed
            ]
    return steps


def _of_hubs() -> list[Step]:
    hubs = Hubs(None, None, "")  # type: ignore[arg-type]
    return [
        Step(method, template.format(id="unknown"), "hub", template=template)
        for path in _hubs("")
        for template, served in ((path, hubs._collection), (f"{path}/{{id}}", hubs._item))
        for method in served
    ]


def _of_management(ids: Mapping[str, str]) -> list[Step]:
    steps = []
    for route in API:
        kind = _OF_RECORDS.get(route.path.partition("/{")[0])
        one = ids.get(kind or "") or new_id()
        path = f"{API_ROOT}{route.path}".replace("{type}", "individual").replace("{id}", one)
        path = re.sub(r"\{\w+\}", "unknown", path)
        steps.append(
            Step(
                route.method,
                path,
                route.entry_type,
                one if "{id}" in route.path else "",
                f"{API_ROOT}{route.path}",
            )
        )
    return steps
