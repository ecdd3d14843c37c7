"""Every route that is served, from the tables that serve them: a new one is walked by itself."""

import re
from typing import NamedTuple

from customer_inventory.api.route import ROOT as API_ROOT
from customer_inventory.api.routes import ROUTES as API
from customer_inventory.kit.ids import new_id
from customer_inventory.tmf.door import resources
from customer_inventory.tmf.history import NAME as HISTORY
from customer_inventory.tmf.hub import Hubs, _hubs
from customer_inventory.tmf.roles import Roles


class Step(NamedTuple):
    """One method on one path; `entry_type` and `identifier` are what the ledger calls it by."""

    method: str
    path: str
    entry_type: str
    identifier: str = ""


def every_step() -> list[Step]:
    """Return every route of every API and version, hubs too; ids in paths are of no record."""
    return [*_of_resources(), *_of_roles(), *_of_hubs(), *_of_management()]


def _of_resources() -> list[Step]:
    steps = []
    for path, resource in resources("").items():
        one = new_id()
        places = (
            (path, "", resource.collection),
            (f"{path}/{one}", one, resource.item),
            (f"{path}/{one}/{HISTORY}", one, resource.history),
        )
        steps += [
            Step(method, place, resource.entry_type, identifier)
            for place, identifier, served in places
            for method in served
        ]
    return steps


def _of_roles() -> list[Step]:
    roles = Roles(None, "", 1)  # type: ignore[arg-type]
    steps = []
    for path in roles.resources:
        for place in (path, f"{path}/unknown"):
            found = roles.place(place, "TRACE")
            assert found is not None
            steps += [Step(method, place, found.entry_type) for method in found.allowed]
    return steps


def _of_hubs() -> list[Step]:
    hubs = Hubs(None, None, "")  # type: ignore[arg-type]
    return [
        Step(method, path if served is hubs._collection else f"{path}/unknown", "hub")
        for path in _hubs("")
        for served in (hubs._collection, hubs._item)
        for method in served
    ]


def _of_management() -> list[Step]:
    steps = []
    for route in API:
        one = new_id()
        path = f"{API_ROOT}{route.path}".replace("{type}", "individual").replace("{id}", one)
        path = re.sub(r"\{\w+\}", "unknown", path)
        steps.append(
            Step(route.method, path, route.entry_type, one if "{id}" in route.path else "")
        )
    return steps
