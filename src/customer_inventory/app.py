"""The house put together: rooms wired, doors opened, as one ASGI application."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from customer_inventory import __version__
from customer_inventory.access.download import downloads
from customer_inventory.access.download.house import downloads_of
from customer_inventory.access.grant.watching import WATCH, keep_watch, patience_of
from customer_inventory.access.guard import Guard
from customer_inventory.access.house import PROCESS, PURPOSE
from customer_inventory.access.ledger import Ledger
from customer_inventory.access.log.house import sealer_of
from customer_inventory.access.masking import masking_key_in
from customer_inventory.access.oauth.external import ExternalTokens
from customer_inventory.access.oauth.key_set import KeySets
from customer_inventory.access.oauth.signing import SigningKeys
from customer_inventory.access.oauth.token import Tokens
from customer_inventory.access.person import account as accounts
from customer_inventory.access.quota.quotas import Quotas
from customer_inventory.access.stranger import Strangers
from customer_inventory.api import openapi as api_openapi
from customer_inventory.api.door import ApiDoor
from customer_inventory.api.oauth import OAuthDoor
from customer_inventory.api.route import ROOT as API_ROOT
from customer_inventory.api.route import Rooms
from customer_inventory.console.routes import console_routes
from customer_inventory.holding import attachments_of, eraser_of, holders_of, retainer_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import InventoryError, NotFound
from customer_inventory.kit.settings import Settings
from customer_inventory.record.finding import CHECK_REFERENCES, check_references
from customer_inventory.record.identity import trust
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.job import Jobs
from customer_inventory.record.retention.policy import policy_of
from customer_inventory.record.retention.run import RETAIN
from customer_inventory.record.search import word
from customer_inventory.record.subject.job import (
    ERASE,
    ERASE_ONE,
    OVERDUE,
    RESTRICTIONS,
    erase_one,
    erase_when_due,
    look_for_overdue,
    settle_restrictions,
)
from customer_inventory.record.subject.package.package import Packer
from customer_inventory.store.database import Database
from customer_inventory.store.outward import Allowed
from customer_inventory.store.safe import Safe
from customer_inventory.tmf import openapi
from customer_inventory.tmf.api import ROOT
from customer_inventory.tmf.door import Door
from customer_inventory.tmf.events import PRUNE, Events
from customer_inventory.tmf.hub import Hubs
from customer_inventory.tmf.roles import Roles
from customer_inventory.tmf.source import finder
from customer_inventory.tmf.straight import StraightReads
from customer_inventory.web import failure
from customer_inventory.web.exchange import Receive, Scope, Send
from customer_inventory.web.openapi_page import openapi_routes

log = logging.getLogger(__name__)

_EVERY_NIGHT = "17 3 * * *"
_EVERY_HOUR = "47 * * * *"
_EVERY_TEN_MINUTES = "*/10 * * * *"


class Application:
    """The service: the doors on the straight way, the public pages behind Starlette.

    Public without a token are only the health endpoints, those of the authorization server and,
    unless switched off, the OpenAPI document and its page: none of them tells of any customer.
    """

    def __init__(self, settings: Settings, dsn: str, *, public_url: str) -> None:
        self.database = Database(
            dsn,
            pool_size=settings.pool_size,
            statement_timeout_ms=settings.statement_timeout_ms,
        )
        policy = policy_of(settings.retention)
        self.inventory = Inventory(self.database, policy)
        self.strangers = Strangers(self.database)
        self.safe = safe = Safe.kept_in(settings.home)
        keys = SigningKeys(self.database, safe)
        tokens = Tokens(self.database, keys, public_url)
        quotas = Quotas(
            self.database,
            misses=settings.unknown_ids_per_hour,
            suspends=settings.suspend_guessing,
        )
        allowed = Allowed.parse(settings.callback_allow)
        key_sets = KeySets(allowed)
        self.guard = Guard(
            self.database,
            tokens,
            self.strangers,
            quotas,
            external=ExternalTokens(self.database, key_sets),
            masking_key=masking_key_in(settings.home),
        )
        self.ledger = Ledger(self.database)
        self.sealer = sealer_of(self.database, settings)
        self.events = Events(self.database, self.guard, self.ledger, settings, public_url)
        holders = holders_of(self.database, settings)
        self.eraser = eraser_of(self.database, settings)
        self.retainer = retainer_of(self.database, settings)
        roles = Roles(self.database, public_url, settings.max_page)
        self.door = Door(
            self.inventory,
            self.guard,
            self.ledger,
            Hubs(self.database, self.events.allowed, public_url),
            roles,
            public_url=public_url,
            max_body_bytes=settings.max_body_bytes,
            max_page=settings.max_page,
        )
        self.downloads = downloads_of(
            self.database,
            self.inventory,
            self.guard,
            self.ledger,
            settings,
            find=finder(self.door.resources, public_url),
        )
        self.jobs = self._jobs(settings)
        self.straight = StraightReads(
            self.door.resources, self.inventory, self.guard, self.ledger, self.door.answer
        )
        rooms = Rooms(
            self.database,
            self.inventory,
            self.jobs,
            attachments_of(self.database, settings),
            self.eraser,
            Packer(self.database, holders, policy),
            self.downloads,
            public_url,
            settings.max_page,
        )
        self.api = ApiDoor(rooms, self.guard, self.ledger, max_body_bytes=settings.max_body_bytes)
        described = api_openapi.described(openapi.document(public_url, settings.max_page, roles))
        docs = openapi_routes(described) if settings.docs else []
        self.pages = Starlette(
            routes=[
                *self._health(),
                *OAuthDoor(self.database, tokens, self.guard, self.strangers).routes(),
                *console_routes(
                    self.database,
                    safe,
                    self.ledger,
                    strangers=self.strangers,
                    key_sets=key_sets,
                    allowed=allowed,
                    public_url=public_url,
                ),
                *docs,
            ],
            lifespan=self._lifespan,
            exception_handlers={HTTPException: _refuse},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or run the life of the application."""
        if scope["type"] == "http" and scope["path"].startswith(f"{ROOT}/"):
            await self.door(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(f"{API_ROOT}/"):
            await self.api(scope, receive, send)
        else:
            await self.pages(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        await self.database.open()
        await self.guard.start()
        await self.inventory.extensions.start()
        self.inventory.observations.start()
        self.jobs.start()
        self.sealer.start()
        self.strangers.start()
        await self.events.start()
        try:
            yield
        finally:
            await self.events.stop()
            await self.strangers.stop()
            await self.sealer.stop()
            await self.jobs.stop()
            await self.inventory.observations.stop()
            await self.inventory.extensions.stop()
            await self.guard.stop()
            await self.database.close()

    def _jobs(self, settings: Settings) -> Jobs:
        """Wire what rooms do in the background, and when."""

        async def references(_: Mapping[str, Any], __: Actor) -> None:
            await check_references(self.database)

        async def words(_: Mapping[str, Any], __: Actor) -> None:
            await word.mend(self.database)

        async def retain(_: Mapping[str, Any], actor: Actor) -> None:
            await self.retainer.run(actor=actor)

        async def ended(_: Mapping[str, Any], __: Actor) -> None:
            await accounts.forget_expired(self.database, now())

        jobs = Jobs(self.database)
        jobs.handle(CHECK_REFERENCES, references)
        jobs.every(_EVERY_NIGHT, CHECK_REFERENCES, actor=Actor(PROCESS, PURPOSE))
        jobs.handle(trust.FOLLOW, trust.following(self.database))
        jobs.handle(PRUNE, self.events.prune)
        jobs.every(_EVERY_NIGHT, PRUNE, actor=Actor(PROCESS, PURPOSE))
        jobs.handle(word.MEND_WORDS, words)
        jobs.every(_EVERY_NIGHT, word.MEND_WORDS, actor=Actor(PROCESS, PURPOSE))
        jobs.handle(ERASE_ONE, erase_one(self.eraser))
        jobs.handle(ERASE, erase_when_due(self.eraser))
        jobs.every(_EVERY_HOUR, ERASE, actor=Actor(PROCESS, PURPOSE))
        jobs.handle(RETAIN, retain)
        if settings.retention is not None:
            jobs.every(_EVERY_NIGHT, RETAIN, actor=Actor(PROCESS, PURPOSE))
        jobs.handle(RESTRICTIONS, settle_restrictions(self.database))
        jobs.every(_EVERY_HOUR, RESTRICTIONS, actor=Actor(PROCESS, PURPOSE))
        jobs.handle(OVERDUE, look_for_overdue(self.database))
        jobs.every(_EVERY_NIGHT, OVERDUE, actor=Actor(PROCESS, PURPOSE))
        jobs.handle(WATCH, keep_watch(self.database, patience_of(settings)))
        jobs.every(_EVERY_HOUR, WATCH, actor=Actor(PROCESS, PURPOSE))
        jobs.handle(accounts.FORGET_EXPIRED, ended)
        jobs.every(_EVERY_NIGHT, accounts.FORGET_EXPIRED, actor=Actor(PROCESS, PURPOSE))
        jobs.handle(downloads.MAKE, self.downloads.make)
        jobs.handle(downloads.SWEEP, self.downloads.sweep)
        jobs.every(_EVERY_TEN_MINUTES, downloads.SWEEP, actor=Actor(PROCESS, PURPOSE))
        return jobs

    def _health(self) -> list[Route]:
        async def live(_: Request) -> Response:
            return JSONResponse({"status": "pass", "version": __version__})

        async def ready(_: Request) -> Response:
            try:
                await self.database.value("SELECT 1")
            except InventoryError as error:
                return JSONResponse({"status": "fail", "output": error.message}, status_code=503)
            return JSONResponse({"status": "pass", "version": __version__})

        return [Route("/health/live", live), Route("/health/ready", ready)]


async def _refuse(_: Request, error: Exception) -> Response:
    """Answer what no page serves in the one shape that errors have here."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for no other
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        said = failure.answer(failure.MethodNotAllowed(("GET", "HEAD")))
    else:
        said = failure.answer(NotFound("There is no such page.", hint="See /docs."))
    headers = {name.decode(): value.decode() for name, value in said.headers}
    return Response(said.body, said.status, headers, media_type="application/json")
