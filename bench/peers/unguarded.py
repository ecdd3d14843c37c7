"""The product's own reads without guard, mask, purpose and ledger: a twin, to tell their cost.

A twin of `cinv serve` for GET by id and lists, made of the same parts (protocol, lanes, statements,
rendering), from which the duties are left out: nobody is asked who they are, every record is shown
whole, the statements do not look for restrictions, nothing is written down. It lives here because
the product has no switch that does this. BENCH_DSN names the database, the argument the port.

With `--commit` nothing leaves before a commit that says nothing, one for all that wait, is durable:
what no service is spared that writes down what it tells before it tells it.
"""

import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import uvicorn
from starlette.applications import Starlette

from customer_inventory.access.guard import Guard, Session
from customer_inventory.access.ledger import Ledger
from customer_inventory.capture.matching.threshold import Thresholds
from customer_inventory.cli.http import WholeAnswers
from customer_inventory.cli.running import run
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import InventoryError, NotFound
from customer_inventory.kit.settings import Settings
from customer_inventory.record import shown
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.sight import EVERYTHING
from customer_inventory.record.version import Version
from customer_inventory.store.database import Database
from customer_inventory.store.lane import Lane
from customer_inventory.store.outward import Allowed
from customer_inventory.tmf.door import Door, Resource
from customer_inventory.tmf.entry import Entry
from customer_inventory.tmf.hub import Hubs
from customer_inventory.tmf.roles import Roles
from customer_inventory.tmf.straight import StraightReads
from customer_inventory.web.exchange import Answer, Receive, Scope, Send, read
from customer_inventory.web.stages import Stages
from customer_inventory.web.straight import Asked, Tell

_ANYBODY = Session(
    Actor("anybody", "benchmark"), datetime.max.replace(tzinfo=UTC), {}, sight=EVERYTHING
)
_EXTRA_HEADERS = frozenset((b"if-none-match", b"content-length", b"transfer-encoding", b"expect"))


class UnrestrictedShown(shown.Shown):
    """Conditions of statements without the look for restrictions of processing."""

    def unrestricted(self, alias: str, columns: tuple[str, str] = ("id", "bucket")) -> str:
        # The purpose is named so that the statement takes the same parameters; it is planned away.
        del alias, columns
        return f"({self._purpose} IS NULL OR TRUE)"


class Commits:
    """Commits of nothing, or where `database` is None none: what an answer waits for."""

    def __init__(self, database: Database | None) -> None:
        self._database = database
        self._lane: Lane[None, None] = Lane(self._commit, width=1000, tracks=1)

    def post(self, tell: Callable[[], None]) -> None:
        """Call `tell` once it may be told."""
        if self._database is None:
            tell()
        else:
            self._lane.post(None, lambda _: tell())

    async def wait(self) -> None:
        """Return once it may be told."""
        if self._database is not None:
            await self._lane.submit(None)

    async def _commit(self, waiting: Sequence[None]) -> Sequence[None]:
        assert self._database is not None
        await self._database.execute("SELECT pg_logical_emit_message(true, 'bench', '')")
        return waiting


class UnguardedStages(Stages):
    """read → route → handle → answer, and no more."""

    commits: Commits

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        place = self._route(scope["path"], scope["method"])
        if place.handle is None:
            raise NotFound("There is no such resource.")
        answer = await place.handle(_ANYBODY, await read(scope, receive, most=self._max_body))
        await self.commits.wait()
        return answer


class UnguardedDoor(Door):
    """The door of the TM Forum APIs, open to anybody."""

    def __init__(
        self, inventory: Inventory, database: Database, settings: Settings, commits: Commits
    ) -> None:
        guard, ledger = Guard(database), Ledger(database)
        address = f"http://{settings.host}:{settings.port}"
        super().__init__(
            inventory,
            guard,
            ledger,
            Hubs(database, Allowed.parse(None), address),
            Roles(database, address, settings.max_page),
            public_url=address,
            max_body_bytes=settings.max_body_bytes,
            max_page=settings.max_page,
            entry=Entry(database, Thresholds.of(settings)),
        )
        stages = UnguardedStages(self._place, guard, ledger, max_body_bytes=settings.max_body_bytes)
        self._stages = self._stages_of_4 = stages
        stages.commits = commits
        self.straight = UnguardedReads(self.resources, inventory, guard, ledger, self.answer)
        self.straight.commits = commits


class UnguardedReads(StraightReads):
    """The straight way from the read to the answer."""

    commits: Commits

    def offer(self, asked: Asked, tell: Tell) -> bool:
        place, _, identifier = asked.path.decode("latin-1").rpartition("/")
        served = self._resources.get(place.encode("latin-1"))
        if served is None or any(name in _EXTRA_HEADERS for name, _ in asked.headers):
            return False
        told = partial(self._told, asked, tell, served)
        try:
            self._inventory.request(served.declared, identifier, told, sight=EVERYTHING)
        except InventoryError:
            return False
        return True

    def _told(
        self, asked: Asked, tell: Tell, served: Resource, version: Version | Exception
    ) -> None:
        if isinstance(version, Exception):
            self._leave(asked, tell)
            return
        href = b"%b/%b" % (served.location, version.id.encode())
        body = served.shape.shown(version.body, href, None)
        answer = Answer(200, body, ((b"etag", b'"%d"' % version.revision),))
        self.commits.post(partial(tell, answer))


class Twin:
    """The ASGI application."""

    def __init__(self, dsn: str, settings: Settings, *, commits: bool) -> None:
        self._database = Database(
            dsn,
            pool_size=settings.pool_size,
            statement_timeout_ms=settings.statement_timeout_ms,
        )
        self._door = UnguardedDoor(
            Inventory(self._database),
            self._database,
            settings,
            Commits(self._database if commits else None),
        )
        self.straight = self._door.straight
        self._life = Starlette(lifespan=self._lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._life(scope, receive, send)
        else:
            await self._door(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self._database:
            yield


def main() -> None:
    """Serve until ended."""
    shown.Shown.unrestricted = UnrestrictedShown.unrestricted  # type: ignore[method-assign, assignment]
    settings = Settings.from_environment({"CINV_PORT": sys.argv[1]})
    twin = Twin(os.environ["BENCH_DSN"], settings, commits="--commit" in sys.argv)
    config = uvicorn.Config(
        twin,
        host=settings.host,
        port=settings.port,
        http=WholeAnswers,
        proxy_headers=False,
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,
        lifespan="on",
    )
    run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
