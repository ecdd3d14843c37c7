"""The hubs: where listeners register for the events of an API (TMF630, POST /hub).

A subscription belongs to the process that registered it; others neither see nor end it.
"""

import string
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from customer_inventory.access.guard import Session
from customer_inventory.access.operation import Operation
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.event import subscription as subscriptions
from customer_inventory.record.event.callback import check_callback
from customer_inventory.record.event.matching import check_conditions
from customer_inventory.record.event.subscription import NoSuchSubscription, Subscription
from customer_inventory.store.database import Database
from customer_inventory.store.outward import Allowed
from customer_inventory.store.where import Term
from customer_inventory.tmf import query
from customer_inventory.tmf.api import Api
from customer_inventory.tmf.apis import APIS
from customer_inventory.web.exchange import Answer, Request
from customer_inventory.web.stages import Place

RESOURCE = "hub"
_LONGEST_QUERY = 2000
_V5 = 5


class Hub(NamedTuple):
    """The hub of one API in one version; `location` is its API's canonical address."""

    api: Api
    version: int
    location: str


Handler = Callable[[Hub, str, Session, Request], Awaitable[Answer]]


class Hubs:
    """Serves the hub of every API."""

    def __init__(self, database: Database, allowed: Allowed, public_url: str) -> None:
        self._database = database
        self._allowed = allowed
        self._hubs = _hubs(public_url)
        self._collection: dict[str, Handler] = {"GET": self.find, "POST": self.register}
        self._item: dict[str, Handler] = {"GET": self.retrieve, "DELETE": self.end}

    @property
    def locations(self) -> set[str]:
        """The canonical address of every hub."""
        return {f"{hub.location}/{RESOURCE}" for hub in self._hubs.values()}

    def place(self, path: str, method: str) -> Place | None:
        """Return where `method` on `path` leads, None when that is no hub."""
        hub, identifier, served = self._hubs.get(path), "", self._collection
        if hub is None:
            head, _, identifier = path.rpartition("/")
            hub, served = self._hubs.get(head), self._item
        if hub is None:
            return None
        handler = served.get("GET" if method == "HEAD" else method)
        allowed = ("GET", "HEAD", *(name for name in served if name != "GET"))
        if handler is None:
            return Place(RESOURCE, identifier, allowed=allowed)
        handle = partial(handler, hub, identifier)
        return Place(RESOURCE, identifier, None, Operation.READ, handle, allowed)

    async def register(self, hub: Hub, _: str, session: Session, request: Request) -> Answer:
        """POST a listener: 201 with its subscription, which is told from now on.

        Raises Refused for a caller that may read nothing of the API, CallbackRefused for an
        address that may not be told, Conflict for a listener that is registered already.
        """
        readable = [name for name in hub.api.resources if session.may(Operation.READ, name)]
        if not readable:
            session.demand(Operation.READ, hub.api.resources[0])
        given = parse_object(request.body)
        callback, asked = _text(given, "callback"), _text(given, "query")
        if callback is None:
            raise Invalid("is missing.", path="callback", hint="Give the listener's address.")
        conditions = _conditions(asked)
        await check_callback(callback, self._allowed)
        await subscriptions.demand_new(
            self._database,
            process=session.actor.process,
            api=hub.api.prefix,
            version=hub.version,
            callback=callback,
            query=asked,
        )
        made = await subscriptions.subscribe(
            self._database,
            actor=session.actor,
            api=hub.api.prefix,
            version=hub.version,
            location=hub.location,
            record_types=hub.api.resources,
            callback=callback,
            query=asked,
            conditions=conditions,
            at=now(),
        )
        location = (b"location", f"{hub.location}/{RESOURCE}/{made.id}".encode())
        return Answer(201, encode(_shown(hub, made)), (location,))

    async def retrieve(self, hub: Hub, identifier: str, session: Session, _: Request) -> Answer:
        """GET a subscription of the caller's process."""
        return Answer(200, encode(_shown(hub, await self._own(hub, identifier, session))))

    async def find(self, hub: Hub, _: str, session: Session, __: Request) -> Answer:
        """GET the subscriptions of the caller's process."""
        own = await subscriptions.of_process(self._database, session.actor.process)
        return Answer(200, encode([_shown(hub, one) for one in own if _is_at(hub, one)]))

    async def end(self, hub: Hub, identifier: str, session: Session, _: Request) -> Answer:
        """DELETE a subscription of the caller's process: nothing more is told."""
        await self._own(hub, identifier, session)
        await subscriptions.unsubscribe(self._database, identifier, actor=session.actor)
        return Answer(204)

    async def _own(self, hub: Hub, identifier: str, session: Session) -> Subscription:
        found = await subscriptions.get(self._database, identifier)
        if found.actor.process != session.actor.process or not _is_at(hub, found):
            raise NoSuchSubscription
        return found


def _hubs(public_url: str) -> dict[str, Hub]:
    return {
        f"{base}/{RESOURCE}": Hub(api, int(version[1:]), f"{public_url}{api.base_of(version)}")
        for api in APIS
        for version in api.versions
        for base in api.bases_of(version)
    }


def _is_at(hub: Hub, one: Subscription) -> bool:
    return (one.api, one.version) == (hub.api.prefix, hub.version)


def _shown(hub: Hub, one: Subscription) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": one.id, "callback": one.callback}
    if one.query is not None:
        shown["query"] = one.query
    if hub.version < _V5:
        return shown
    href = f"{hub.location}/{RESOURCE}/{one.id}"
    return {"id": one.id, "href": href, "@type": "Hub", **shown}


def _text(given: dict[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise Invalid("must be a text.", path=name)
    return value or None


def _conditions(asked: str | None) -> tuple[Term, ...]:
    """Return the conditions of a subscription's query: those of a list, on the envelope."""
    if asked is None:
        return ()
    if len(asked) > _LONGEST_QUERY:
        raise Invalid(f"is longer than {_LONGEST_QUERY} characters.", path="query")
    raw = quote(asked.removeprefix("?"), safe=string.printable).encode()
    parsed = query.parse(raw, most=query.DEFAULT_LIMIT)
    if parsed.query.order or parsed.query.filter or parsed.fields or parsed.has_limit:
        raise Invalid(
            "holds more than conditions.",
            path="query",
            hint="Write conditions such as eventType=CustomerCreateEvent&status=active.",
        )
    check_conditions(parsed.query.terms)
    return parsed.query.terms
