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

NOTHING = "none"
"""The ledger's word for operation and type of a request that leads nowhere."""


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

    def served(self, identifier: str) -> dict[str, tuple[Operation, Handler]]:
        """Return what the item of that id answers to; the collection when the id is empty."""
        return self.item if identifier else self.collection


class Place(NamedTuple):
    """Where a request leads: resource, id (empty: the collection), and what is done there.

    `resource` is None where there is none, `served` where the method is not served.
    """

    resource: Resource | None
    identifier: str
    served: tuple[Operation, Handler] | None


class _Unforeseen(InventoryError):
    """Something failed that nobody foresaw; the log has it."""

    def __init__(self) -> None:
        super().__init__("The request failed here.", hint="It is in the log of the service.")


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
            answer = failure.answer(_Unforeseen())
        await send_answer(answer, send, head_only=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        authorization = _authorization(scope)
        session = await self._guard.authenticate(authorization)
        place = self._place(scope["path"], scope["method"])
        try:
            answer = await self._handled(session, place, scope, receive)
            decision = "permit"
        except InventoryError as error:
            answer = failure.answer(error)
            decision = "deny" if isinstance(error, Refused) else "permit"
        except Exception:
            log.exception("a request failed for a reason that nobody foresaw")
            answer = failure.answer(_Unforeseen())
            decision = "permit"
        await self._record(session, place, answer, decision, scope.get("client"))
        return answer

    async def _handled(
        self, session: Session, place: Place, scope: Scope, receive: Receive
    ) -> Answer:
        if place.resource is None:
            raise NotFound("There is no such resource.", hint="/openapi.json lists what is served.")
        if place.served is None:
            raise failure.MethodNotAllowed(tuple(place.resource.served(place.identifier)))
        operation, handler = place.served
        self._guard.authorise(session, operation, place.resource.declared.name)
        request = await read(scope, receive, most=self._max_body)
        return await handler(self._call(session, place.resource, place.identifier, request))

    def _place(self, path: str, method: str) -> Place:
        path = path.rstrip("/")
        resource, identifier = self.resources.get(path), ""
        if resource is None:
            head, _, identifier = path.rpartition("/")
            resource = self.resources.get(head)
        # A resource without a collection is not there without an id.
        served = resource.served(identifier) if resource is not None else {}
        return Place(resource if served else None, identifier, served.get(method))

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
        place: Place,
        answer: Answer,
        decision: str,
        client: tuple[str, int] | None,
    ) -> None:
        actor = session.actor
        await self._ledger.append(
            Entry(
                at=datetime.now(UTC).isoformat(),
                process=actor.process,
                purpose=actor.purpose,
                operation=place.served[0] if place.served else NOTHING,
                type=place.resource.entry_type if place.resource else NOTHING,
                status=answer.status,
                decision=decision,
                ids=answer.ids or ((place.identifier,) if is_id(place.identifier) else ()),
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
    location = f"{public_url}{customer360.API.base}/{name}".encode()
    whole = Resource(named("customer"), location, name, {}, customer360.ITEM)
    for base in customer360.API.bases:
        resources[f"{base}/{name}"] = whole
    return resources


def _authorization(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return str(value.decode("latin-1"))
    return ""
