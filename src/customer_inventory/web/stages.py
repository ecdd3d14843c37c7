"""The stages of a request at an HTTP door, the same for every door.

read → route → authenticate → authorise → handle → record in the ledger → answer. Nothing
is answered to a known caller before its access entry is durable.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import NamedTuple, Protocol

from customer_inventory.access.guard import Guard, Session
from customer_inventory.access.ledger import Entry, Ledger
from customer_inventory.access.oauth.dpop import SCHEME, Shown
from customer_inventory.access.operation import Operation, joined
from customer_inventory.kit.current import Current, current
from customer_inventory.kit.errors import InventoryError, NotFound, Refused
from customer_inventory.kit.ids import is_id
from customer_inventory.record.mask.plan import NotGranted
from customer_inventory.record.writable import NotWritable
from customer_inventory.web import failure
from customer_inventory.web.exchange import (
    Answer,
    Receive,
    Request,
    Scope,
    Send,
    read,
    send_answer,
)

NOTHING = "none"
"""The ledger's word for operation and type of a request that leads nowhere."""

_TELLING = (Operation.READ, Operation.DOWNLOAD)
"""What tells of records: these draw on the quota of rows."""

Missed = Callable[[str, str, str], None]
"""Told the record type, the attribute and the process that named it, and may not see it."""

Took = Callable[[Entry, float], None]
"""Told the entry of an answer that is given, and when that was begun."""

Handle = Callable[[Session, Request], Awaitable[Answer]]


class Place(NamedTuple):
    """Where a request leads.

    `handle` answers it and `operation` is the one permission it needs, on `record_type` (None:
    on some type; the handler looks only at those the session may); both are None where the
    method is not served, and `allowed` names those that are (none: there is no such place).
    `entry_type` is the word the ledger uses, `identifier` the id in the path, empty for none;
    `most` is how many bytes the body may have where that is not as usual. Where `either` will do
    as well, `handle` demands more, by what it changes.
    """

    entry_type: str = NOTHING
    identifier: str = ""
    record_type: str | None = None
    operation: Operation | None = None
    handle: Handle | None = None
    allowed: tuple[str, ...] = ()
    most: int | None = None
    either: Operation | None = None


class Route(Protocol):
    """How a door finds its way."""

    def __call__(self, path: str, method: str) -> Place:
        """Return where `method` on `path` leads."""


class Stages:
    """Walks requests of one door through the stages; an ASGI application.

    A door whose callers show otherwise who they are, or are told otherwise of failures, has its own
    `authenticated` and `explained`.
    """

    def __init__(
        self,
        route: Route,
        guard: Guard,
        ledger: Ledger,
        *,
        max_body_bytes: int,
        explain: failure.Explain = failure.answer,
        missed: Missed = lambda *_: None,
        took: Took = lambda *_: None,
    ) -> None:
        self._route = route
        self.guard = guard
        self._ledger = ledger
        self._max_body = max_body_bytes
        self._explain = explain
        self._missed = missed
        self._took = took

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        answer = await self.answer(scope, receive)
        await send_answer(answer, receive, send, head_only=scope["method"] == "HEAD")

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """Return the answer to one HTTP request, whatever comes of it."""
        try:
            return await self._answer(scope, receive)
        except InventoryError as error:
            return self.explained(error, scope)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer
            return failure.unforeseen(error, partial(self.explained, scope=scope))

    async def authenticated(self, scope: Scope) -> Session:
        """Return the session of who calls; raise Unauthenticated for nobody who is known."""
        client = scope.get("client")
        authorization = _authorization(scope)
        return await self.guard.authenticate(
            authorization, client[0] if client else None, _shown(scope, authorization)
        )

    def explained(self, error: InventoryError, scope: Scope) -> Answer:  # noqa: ARG002 - for others
        """Return the answer that tells the caller of `error`."""
        return self._explain(error)

    def demanded(self, session: Session, place: Place) -> None:
        """Raise NotPermitted unless the session may what a place needs."""
        assert place.operation is not None  # noqa: S101 - it has been looked at
        if not (place.either and session.may(place.either, place.record_type)):
            session.demand(place.operation, place.record_type)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        began = perf_counter()
        client = scope.get("client")
        session = await self.authenticated(scope)
        current.set(Current(session.actor.process, scope["headers"]))
        place = self._route(scope["path"], scope["method"])
        rule = None
        try:
            answer = await self._handled(session, place, scope, receive)
        except InventoryError as error:
            answer = self.explained(error, scope)._replace(ids=error.ids, told=len(error.ids))
            rule = error.code if isinstance(error, Refused) else None
            if isinstance(error, NotWritable):
                answer = answer._replace(operations=error.operations)
            if isinstance(error, NotGranted) and error.path and place.record_type:
                self._missed(place.record_type, error.path, session.actor.process)
            if isinstance(error, NotFound) and place.identifier:
                await self.guard.quotas.missed(session, place.identifier)
        except Exception as error:  # noqa: BLE001 - what failed is in the ledger too
            answer = failure.unforeseen(error, partial(self.explained, scope=scope))
        told = answer.with_headers(self.guard.quotas.headers(session, place.record_type))
        entry = entry_of(session, place, told, client, refused_by=rule)
        await self._ledger.append(entry)
        self._took(entry, began)
        return told

    async def _handled(
        self, session: Session, place: Place, scope: Scope, receive: Receive
    ) -> Answer:
        quotas = self.guard.quotas
        await quotas.admit(session, place.record_type)
        if place.handle is None or place.operation is None:
            if not place.allowed:
                raise NotFound(
                    "There is no such resource.", hint="/openapi.json lists what is served."
                )
            raise failure.MethodNotAllowed(place.allowed)
        self.demanded(session, place)
        request = await read(scope, receive, most=place.most or self._max_body)
        answer = await place.handle(session, request)
        if place.operation in _TELLING:
            await quotas.charge(session, place.record_type, answer.told)
        return answer


def entry_of(
    session: Session,
    place: Place,
    answer: Answer,
    client: tuple[str, int] | None,
    *,
    refused_by: str | None = None,
) -> Entry:
    """Return the access entry of an answer; `refused_by` is the rule that refused it, if any.

    That of a permitted one is what permits on records of its type. What leads nowhere has none.
    """
    actor = session.actor
    permitted_by = session.rule_of(place.record_type) if place.operation else None
    return Entry(
        at=datetime.now(UTC).isoformat(),
        process=actor.process,
        purpose=actor.purpose,
        operation=joined(answer.operations) or place.operation or NOTHING,
        type=place.entry_type,
        status=answer.status,
        decision="deny" if refused_by else "permit",
        rule=refused_by or permitted_by,
        ids=answer.ids or ((place.identifier,) if is_id(place.identifier) else ()),
        count=answer.told,
        bytes=answer.size,
        person=actor.person,
        source=client[0] if client else None,
        groups=answer.groups,
        reason=answer.reason,
    )


def _shown(scope: Scope, authorization: str) -> Shown | None:
    """Return what a request with the scheme DPoP proves; None for any other."""
    if authorization.partition(" ")[0].lower() != SCHEME:
        return None
    proofs = [value.decode("latin-1") for name, value in scope["headers"] if name == b"dpop"]
    return Shown(tuple(proofs), scope["method"], scope["path"])


def _authorization(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return str(value.decode("latin-1"))
    return ""
