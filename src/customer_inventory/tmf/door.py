"""The door of the TM Forum APIs: where each request leads. `web.stages` walks it from there."""

from collections.abc import Mapping, MutableMapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from customer_inventory.access.guard import Guard, Session
from customer_inventory.access.ledger import Ledger
from customer_inventory.access.operation import Operation
from customer_inventory.kit.errors import InventoryError
from customer_inventory.record.declare import RecordType
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import named
from customer_inventory.tmf import customer360, history
from customer_inventory.tmf.api import Api
from customer_inventory.tmf.apis import APIS
from customer_inventory.tmf.entry import Entry
from customer_inventory.tmf.hub import Hubs
from customer_inventory.tmf.resource import COLLECTION, ITEM, Call, Handler
from customer_inventory.tmf.roles import Roles
from customer_inventory.tmf.shape import Shape
from customer_inventory.tmf.version import shape_of
from customer_inventory.web import failure
from customer_inventory.web.exchange import Answer, Receive, Request, Scope, Send
from customer_inventory.web.stages import Place, Stages, Took
from customer_inventory.web.straight import Asked

Served = Mapping[str, tuple[Operation, Handler]]
"""By method: the one operation to permit, and the handler."""


class Resource(NamedTuple):
    """Where a resource is served: what its collection and its items answer to.

    `location` is its canonical address in this API version, whichever alias was called, `shape`
    how the version shows it; `entry_type` is the word the ledger uses for it. `history` is what
    the past of an item answers to.
    """

    declared: RecordType
    location: bytes
    entry_type: str
    collection: Served
    item: Served
    shape: Shape
    history: Served = MappingProxyType({})

    def served(self, identifier: str) -> Served:
        """Return what the item of that id answers to; the collection when the id is empty."""
        return self.item if identifier else self.collection


class Door:
    """An ASGI application that serves every declared API."""

    def __init__(
        self,
        inventory: Inventory,
        guard: Guard,
        ledger: Ledger,
        hubs: Hubs,
        roles: Roles,
        *,
        public_url: str,
        max_body_bytes: int,
        max_page: int,
        entry: Entry,
        took: Took = lambda *_: None,
    ) -> None:
        self._inventory = inventory
        self.hubs = hubs
        self.roles = roles
        self._public_url = public_url
        self._max_page = max_page
        self._entry = entry
        walked = partial(
            Stages,
            self._place,
            guard,
            ledger,
            max_body_bytes=max_body_bytes,
            missed=inventory.missed,
            took=took,
        )
        self._stages = walked()
        self._stages_of_4 = walked(explain=failure.answer_untyped)
        self.resources: dict[str, Resource] = {}
        self.refresh()

    def refresh(self) -> None:
        """Serve the record types that there are now."""
        found = resources(self._public_url)
        for path in self.resources.keys() - found.keys():
            del self.resources[path]
        self.resources |= {path: it for path, it in found.items() if path not in self.resources}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        await self._stages_of(scope)(scope, receive, send)

    async def answer(self, asked: Asked) -> Answer:
        """Return the answer to a plain GET, whatever comes of it."""
        scope: Scope = {
            "method": "GET",
            "path": asked.path.decode("latin-1"),
            "query_string": b"",
            "headers": asked.headers,
            "client": asked.client,
        }
        return await self._stages_of(scope).answer(scope, _nothing)

    def _stages_of(self, scope: Scope) -> Stages:
        return self._stages_of_4 if "/v4/" in scope["path"] else self._stages

    def _place(self, path: str, method: str) -> Place:
        path = path.rstrip("/")
        place = self.hubs.place(path, method) or self.roles.place(path, method)
        if place is not None:
            return place
        resource, identifier, served = self._found(path)
        # A resource without a collection is not there without an id.
        if resource is None or not served:
            return Place(identifier=identifier)
        operation, handler = served.get(method, (None, None))
        handle = handler and partial(self._handle, handler, resource, identifier)
        kind = resource.declared.name
        either = Operation.MODIFY if method == "PATCH" else None
        return Place(
            resource.entry_type, identifier, kind, operation, handle, tuple(served), either=either
        )

    def _found(self, path: str) -> tuple[Resource | None, str, Served]:
        """Return the resource of a path, the id in it, and what answers there."""
        resource = self.resources.get(path)
        if resource is not None:
            return resource, "", resource.collection
        head, _, identifier = path.rpartition("/")
        resource = self.resources.get(head)
        if resource is None and identifier == history.NAME:
            head, _, identifier = head.rpartition("/")
            resource = self.resources.get(head)
            return resource, identifier, resource.history if resource else {}
        return resource, identifier, resource.served(identifier) if resource else {}

    async def _handle(
        self,
        handler: Handler,
        resource: Resource,
        identifier: str,
        session: Session,
        request: Request,
    ) -> Answer:
        call = Call(
            self._inventory,
            resource.declared,
            identifier,
            resource.location,
            request,
            session.actor,
            self._max_page,
            self._public_url,
            session,
            resource.shape,
            self._entry,
        )
        try:
            return await handler(call)
        except InventoryError as error:
            resource.shape.tell(error)
            raise


async def _nothing() -> MutableMapping[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


def resources(public_url: str) -> dict[str, Resource]:
    """Return every served resource by path, all versions and aliases included."""
    whole = (customer360.API, named("customer"), customer360.RESOURCE)
    items: list[tuple[Api, RecordType, str, tuple[Served, Served, Served]]] = [
        (*whole, ({}, customer360.ITEM, {})),
        *(
            (api, declared, declared.name, (COLLECTION, ITEM, history.ITEM))
            for api in APIS
            for declared in api.types
        ),
    ]
    found = {}
    for api, declared, name, (collection, item, past) in items:
        for version in api.versions:
            location = f"{public_url}{api.base_of(version)}/{name}".encode()
            shape = shape_of(version, name)
            resource = Resource(declared, location, name, collection, item, shape, past)
            for base in api.bases_of(version):
                found[f"{base}/{name}"] = resource
    return found
