"""The house put together: rooms wired, doors opened, as one ASGI application."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache, partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from customer_inventory.access.download.house import downloads_of
from customer_inventory.access.guard import Guard
from customer_inventory.access.ledger import Ledger
from customer_inventory.access.log.house import sealer_of
from customer_inventory.access.masking import masking_key_in
from customer_inventory.access.oauth.external import ExternalTokens
from customer_inventory.access.oauth.key_set import KeySets
from customer_inventory.access.oauth.signing import SigningKeys
from customer_inventory.access.oauth.token import Tokens
from customer_inventory.access.quota.quotas import Quotas
from customer_inventory.access.stranger import Strangers
from customer_inventory.api.door import ApiDoor
from customer_inventory.api.oauth import OAuthDoor
from customer_inventory.api.route import ROOT as API_ROOT
from customer_inventory.background.asked import asked_for
from customer_inventory.background.jobs import begin, jobs_of
from customer_inventory.capture.matching.threshold import Thresholds
from customer_inventory.capture.stream.running import streams_of
from customer_inventory.console.browser import Browser
from customer_inventory.console.door import ConsoleDoor
from customer_inventory.console.routes import console_routes, unserved
from customer_inventory.console.screens import SCREENS
from customer_inventory.described import openapi_document
from customer_inventory.facilities.standing.status import status
from customer_inventory.holding import (
    attachments_of,
    campaigns_of,
    eraser_of,
    holders_of,
    retainer_of,
)
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import encode
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.register.edition import Edition, in_force
from customer_inventory.record.register.keeping import Editions
from customer_inventory.record.retention.policy import policy_of
from customer_inventory.record.subject.package.package import Packer
from customer_inventory.shortcomings.handover.measuring import Measuring
from customer_inventory.store.database import Database
from customer_inventory.store.outward import Allowed
from customer_inventory.store.replica import Replicas
from customer_inventory.store.safe import Safe
from customer_inventory.tmf.api import ROOT
from customer_inventory.tmf.door import Door
from customer_inventory.tmf.entry import Entry
from customer_inventory.tmf.events import Events
from customer_inventory.tmf.hub import Hubs
from customer_inventory.tmf.roles import Roles
from customer_inventory.tmf.source import finder
from customer_inventory.tmf.straight import StraightReads
from customer_inventory.usage.metering.latency import Latencies
from customer_inventory.web.admission import Admission
from customer_inventory.web.age import noting_writes
from customer_inventory.web.exchange import Receive, Scope, Send
from customer_inventory.web.health import Health
from customer_inventory.web.openapi_page import openapi_routes
from customer_inventory.web.rooms import Rooms
from customer_inventory.web.tracing import Tracing

log = logging.getLogger(__name__)


class Application:
    """The service: the doors on the straight way, the public pages behind Starlette.

    Public without a token are only the health endpoints, those of the authorization server and,
    unless switched off, the OpenAPI document and its page: none of them tells of any customer.
    """

    def __init__(
        self,
        settings: Settings,
        dsn: str,
        *,
        public_url: str,
        tracing: Tracing | None = None,
    ) -> None:
        self._answering = partial(tracing.request, self._answer) if tracing else self._answer
        self.admission = Admission(settings.most_under_way)
        self.database = Database(
            dsn,
            pool_size=settings.pool_size,
            statement_timeout_ms=settings.statement_timeout_ms,
            heard=tracing.statement if tracing else None,
        )
        policy = policy_of(settings.retention)
        self.replicas = Replicas(
            self.database,
            settings.replicas.split(),
            seconds=settings.replica_seconds,
            pool_size=settings.pool_size,
            statement_timeout_ms=settings.statement_timeout_ms,
        )
        self.inventory = Inventory(self.database, policy, self.replicas)
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
        self.guard = (Guard if tracing is None else tracing.guard)(
            self.database,
            tokens,
            self.strangers,
            quotas,
            external=ExternalTokens(self.database, key_sets),
            masking_key=masking_key_in(settings.home),
        )
        self.editions = Editions(self.database, self._follow_register)
        self.ledger = Ledger(self.database)
        self.sealer = sealer_of(self.database, settings)
        self.latencies = Latencies(self.database)
        took = self.latencies.took if tracing is None else tracing.both(self.latencies.took)
        took = noting_writes(self.replicas, took)
        self.events = Events(self.database, self.guard, self.ledger, settings, public_url)
        holders = holders_of(self.database, settings)
        self.eraser = eraser_of(self.database, settings)
        self.retainer = retainer_of(self.database, settings)
        roles = Roles(self.database, public_url, settings.max_page)
        thresholds = Thresholds.of(settings)
        self.door = Door(
            self.inventory,
            self.guard,
            self.ledger,
            Hubs(self.database, self.events.allowed, public_url),
            roles,
            public_url=public_url,
            max_body_bytes=settings.max_body_bytes,
            max_page=settings.max_page,
            entry=Entry(self.database, thresholds),
            took=took,
        )
        self.downloads = downloads_of(
            self.database,
            self.inventory,
            self.guard,
            self.ledger,
            settings,
            find=finder(self.door.resources, public_url),
        )
        self.jobs = jobs_of(
            self.database,
            settings,
            events=self.events,
            eraser=self.eraser,
            retainer=self.retainer,
            downloads_here=self.downloads,
            **({} if tracing is None else {"around": tracing.job}),
        )
        self.streams = streams_of(self.database, settings)
        self.health = Health(partial(self.database.value, "SELECT 1"), lambda: self.streams.states)
        # What is traced walks the ordinary way: it has a task, to which spans belong.
        self.straight = (
            None
            if tracing
            else StraightReads(
                self.door.resources,
                self.inventory,
                self.guard,
                self.ledger,
                self.door.answer,
                took=self.latencies.took,
            )
        )
        rooms = Rooms(
            self.database,
            self.inventory,
            self.jobs,
            attachments_of(self.database, settings),
            self.eraser,
            Packer(self.database, holders, policy),
            self.downloads,
            campaigns_of(
                self.database,
                settings,
                inventory=self.inventory,
                find=finder(self.door.resources, public_url),
            ),
            allowed,
            public_url,
            asked_for(),
            partial(status, self.database, settings),
            Measuring(self.database, settings),
            settings,
        )
        self.api = ApiDoor(
            rooms,
            self.guard,
            self.ledger,
            max_body_bytes=settings.max_body_bytes,
            took=took,
        )

        browser = Browser(self.database, public_url)
        self.console = ConsoleDoor(
            SCREENS,
            rooms,
            self.guard,
            self.ledger,
            browser=browser,
            safe=safe,
            max_body_bytes=settings.max_body_bytes,
            took=took,
        )

        @lru_cache(maxsize=1)
        def described(_: Edition) -> bytes:
            return encode(openapi_document(public_url, settings.max_page, roles))

        self.pages = Starlette(
            routes=[
                *self.health.routes(),
                *OAuthDoor(self.database, tokens, self.guard, self.strangers).routes(),
                *console_routes(
                    browser,
                    safe,
                    self.ledger,
                    strangers=self.strangers,
                    key_sets=key_sets,
                    allowed=allowed,
                ),
                *(openapi_routes(lambda: described(in_force())) if settings.docs else ()),
            ],
            lifespan=self._lifespan,
            exception_handlers={HTTPException: unserved},
        )

    def _follow_register(self) -> None:
        """Serve what another edition of the register declares, to sessions that know of it."""
        self.guard.forget()
        self.door.refresh()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or run the life of the application."""
        if scope["type"] == "http":
            await self.admission.run(self._answering, scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{ROOT}/"):
            await self.door(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(f"{API_ROOT}/"):
            await self.api(scope, receive, send)
        elif scope["type"] == "http" and self.console.serves(scope["path"]):
            await self.console(scope, receive, send)
        else:
            await self.pages(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        await self.database.open()
        await self.replicas.start()
        await self.editions.start()
        await self.guard.start()
        await self.inventory.extensions.start()
        self.inventory.observations.start()
        self.jobs.start()
        await begin(self.database)
        self.sealer.start()
        self.strangers.start()
        self.latencies.start()
        await self.events.start()
        self.streams.start()
        self.health.begin()
        try:
            yield
        finally:
            await self.streams.stop()
            await self.events.stop()
            await self.latencies.stop()
            await self.strangers.stop()
            await self.sealer.stop()
            await self.jobs.stop()
            await self.inventory.observations.stop()
            await self.inventory.extensions.stop()
            await self.guard.stop()
            await self.editions.stop()
            await self.replicas.stop()
            await self.database.close()
