"""The engine of the TM Forum door: every request walks the same stages.

read → route → authenticate → authorise → handle → record in the ledger → answer. Nothing
is answered to a known caller before its access entry is durable.
"""

import logging
from datetime import UTC, datetime
from typing import NamedTuple

from customer_inventory.access.guard import Guard, Session
from customer_inventory.access.ledger import Entry, Ledger
from customer_inventory.access.operation import Operation
from customer_inventory.kit.errors import InventoryError, NotFound, Refused
from customer_inventory.kit.ids import is_id
from customer_inventory.record.declare import RecordType
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import named
from customer_inventory.tmf import customer360, failure
from customer_inventory.tmf.apis import APIS
from customer_inventory.tmf.exchange import Answer, Receive, Request, Scope, Send, read, send_answer
from customer_inventory.tmf.resource import COLLECTION, ITEM, Call, Handler

log = logging.getLogger(__name__)


class Resource(NamedTuple):
    """Where a resource is served: what its collection and its items answer to.

    `location` is its canonical address, whichever alias was called; `entry_type` is the word
    the ledger uses for it.
    """

    declared: RecordType
    location: bytes
    entry_type: str
    collection: dict[str, tuple[Operation, Handler]]
    item: dict[str, tuple[Operation, Handler]]


class Door:
    """An ASGI application that serves every declared API."""

    def __init__(
        self,
        inventory: Inventory,
        guard: Guard,
        ledger: Ledger,
        *,
        public_url: str,
        max_body_bytes: int,
        max_page: int,
    ) -> None:
        self._inventory = inventory
        self._guard = guard
        self._ledger = ledger
        self._public_url = public_url
        self._max_body = max_body_bytes
        self._max_page = max_page
        self.resources = _resources(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        try:
            answer = await self._answer(scope, receive)
        except InventoryError as error:
            answer = failure.answer(error)
        except Exception:
            log.exception("a request failed for a reason that nobody foresaw")
            answer = failure.answer(InventoryError("The request failed here.", hint="Tell us."))
        await send_answer(answer, send, head_only=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        authorization = _authorization(scope)
        session = await self._guard.authenticate(authorization)
        resource, identifier = self._route(scope["path"])
        served = resource.item if identifier else resource.collection
        method = scope["method"]
        if method not in served:
            raise failure.MethodNotAllowed(tuple(served))
        operation, handler = served[method]
        try:
            self._guard.authorise(session, operation, resource.declared.name)
            request = await read(scope, receive, most=self._max_body)
            answer = await handler(self._call(session, resource, identifier, request))
            decision = "permit"
        except InventoryError as error:
            answer = failure.answer(error)
            decision = "deny" if isinstance(error, Refused) else "permit"
        await self._record(
            session,
            resource,
            operation,
            answer,
            decision=decision,
            identifier=identifier,
            client=scope.get("client"),
        )
        return answer

    def _route(self, path: str) -> tuple[Resource, str]:
        head, _, last = path.rstrip("/").rpartition("/")
        if path.rstrip("/") in self.resources:
            return self.resources[path.rstrip("/")], ""
        resource = self.resources.get(head)
        if resource is None:
            raise NotFound("There is no such resource.", hint="/openapi.json lists what is served.")
        return resource, last

    def _call(
        self, session: Session, resource: Resource, identifier: str, request: Request
    ) -> Call:
        return Call(
            self._inventory,
            resource.declared,
            identifier,
            resource.location,
            request,
            session.actor,
            self._max_page,
            self._public_url,
            session,
        )

    async def _record(
        self,
        session: Session,
        resource: Resource,
        operation: Operation,
        answer: Answer,
        *,
        decision: str,
        identifier: str,
        client: tuple[str, int] | None,
    ) -> None:
        actor = session.actor
        await self._ledger.append(
            Entry(
                at=datetime.now(UTC).isoformat(),
                process=actor.process,
                purpose=actor.purpose,
                operation=operation,
                type=resource.entry_type,
                status=answer.status,
                decision=decision,
                ids=answer.ids or ((identifier,) if is_id(identifier) else ()),
                count=answer.told,
                bytes=len(answer.body),
                person=actor.person,
                source=client[0] if client else None,
            )
        )


def _resources(public_url: str) -> dict[str, Resource]:
    """Return every served resource by path, aliases included."""
    resources = {}
    for api in APIS:
        for declared in api.types:
            location = f"{public_url}{api.base}/{declared.name}".encode()
            resource = Resource(declared, location, declared.name, COLLECTION, ITEM)
            for base in api.bases:
                resources[f"{base}/{declared.name}"] = resource
    name = customer360.RESOURCE
    location = f"{public_url}{customer360.BASES[0]}/{name}".encode()
    whole = Resource(named("customer"), location, name, {}, customer360.ITEM)
    for base in customer360.BASES:
        resources[f"{base}/{name}"] = whole
    return resources


def _authorization(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return str(value.decode("latin-1"))
    return ""
