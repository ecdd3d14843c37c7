"""Services of others: installed into a cache outside the repository, and started beside ours.

Their versions are pinned in `peers/`. They come from the registries of npm and Python; where one
cannot be had, the run goes on without it and says so.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import click

from bench import command
from bench.dialects import Dialect, Directus, PostGraphile, Rest
from bench.kinds import DIRECTUS, DJANGO, GRAPHQL
from bench.scale_data import CACHE, cache
from bench.server import Home, Service, serving
from bench.tables import connected
from customer_inventory.kit.errors import Unavailable

OUR_REST = Rest("/inventory/v1/search?q=", "/tmf-api/customer360/v5/customer360/")
TYPICAL_REST = Rest("/tmf-api/partyManagement/v5/individual?search=", "/customer360/")
_DJANGO_REST = Rest("/tmf-api/partyManagement/v5/individual?search=")

_PEERS = Path(__file__).parent / "peers"
_POOL = "20"
_TOKEN = "bench-token"
_OF_DIRECTUS = "bench_directus"
_COLUMNS = "id, revision, body, name, family_name, given_name, status"
NOT_RUN = {
    "PostgREST, Hasura": "their servers are in none of the registries of Debian, npm and Python",
    "TMF629 reference implementations": "Spring Boot with MongoDB; neither is in the registries",
    "Supabase, Strapi": "the one as PostgREST, the other only with a schema of its own",
}
"""Who else does such work, and why it is not measured here."""


@dataclass(frozen=True)
class Peer:
    """A service of others that answers, and where its individuals lie."""

    name: str
    service: Service
    dialect: Dialect
    dsn: str
    relation: str


@dataclass(frozen=True)
class Lacking:
    """Who is not measured, and why."""

    name: str
    why: str


@dataclass
class Others:
    """Who runs, and who does not."""

    found: list[Peer] = field(default_factory=list)
    lacking: list[Lacking] = field(default_factory=list)


Installing = Mapping[str, asyncio.Task[None]]


@asynccontextmanager
async def installing(*, wanted: bool = True) -> AsyncIterator[Installing]:
    """Install every peer into the cache, while the block does something else.

    What was not there before is removed at the end, unless a place to keep it was named.
    """
    folder = cache() / "peers"
    is_kept = folder.exists() or CACHE in os.environ
    kinds = _PEERS_BY_NAME if wanted else {}
    tasks = {name: asyncio.create_task(install(folder)) for name, (install, _) in kinds.items()}
    try:
        yield tasks
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        if not is_kept:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


@asynccontextmanager
async def others(home: Home, installed: Installing) -> AsyncIterator[Others]:
    """Run every peer that can be had for the length of the block."""
    known = Others([], [Lacking(*each) for each in NOT_RUN.items()])
    async with AsyncExitStack() as stack:
        for name, task in installed.items():
            click.echo(f"starting {name}", err=True)
            start = _PEERS_BY_NAME[name][1]
            try:
                await task
                known.found.append(await stack.enter_async_context(start(home, cache() / "peers")))
            except (Unavailable, OSError) as error:
                known.lacking.insert(0, Lacking(name, str(error)[:300]))
        yield known


async def _install_django(folder: Path) -> None:
    own = folder / "django_rest"
    needed = _PEERS / "django_rest" / "requirements.txt"
    if _is_made(own, needed):
        return
    await command.run([sys.executable, "-m", "venv", own])
    await command.run([own / "bin" / "python", "-m", "pip", "install", "-q", "-r", needed])
    _made(own, needed)


async def _install_node(folder: Path, name: str) -> Path:
    """Install what `peers/<name>/package.json` pins; scripts of packages are not run."""
    if not shutil.which("npm"):
        raise Unavailable("npm is not installed.", hint="Install Node.js 20 or newer with npm.")
    own, needed = folder / name, _PEERS / name / "package.json"
    if _is_made(own, needed):
        return own
    own.mkdir(parents=True, exist_ok=True)
    shutil.copy(needed, own)
    words: list[str | Path] = [
        "npm",
        "install",
        "--prefix",
        own,
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]
    await command.run([*words, "--loglevel=error"], seconds=600)
    _made(own, needed)
    return own


async def _install_postgraphile(folder: Path) -> None:
    await _install_node(folder, "postgraphile")


async def _install_directus(folder: Path) -> None:
    own = await _install_node(folder, "directus")
    # What only flows need, compiled for minutes, and not asked for here.
    sandbox = own / "node_modules" / "isolated-vm" / "isolated-vm.js"
    sandbox.write_text("module.exports = {};\n")


def _is_made(own: Path, needed: Path) -> bool:
    done = own / "made"
    return done.exists() and done.read_text() == needed.read_text()


def _made(own: Path, needed: Path) -> None:
    shutil.copy(needed, own / "made")


@asynccontextmanager
async def _django(home: Home, folder: Path) -> AsyncIterator[Peer]:
    port = command.free_port()
    words = [
        *(str(folder / "django_rest" / "bin" / "gunicorn"), "individuals:application"),
        *("--bind", f"127.0.0.1:{port}", "--workers", "1", "--worker-class", "gthread"),
        *("--threads", _POOL, "--keep-alive", "75", "--log-level", "warning"),
        *("--chdir", str(_PEERS / "django_rest")),
    ]
    environment = command.environment(BENCH_DSN=home.dsn)
    async with serving("django", home, words, environment, port) as service:
        yield Peer(DJANGO, service, _DJANGO_REST, home.dsn, "record.individual")


@asynccontextmanager
async def _postgraphile(home: Home, folder: Path) -> AsyncIterator[Peer]:
    port = command.free_port()
    words = [
        *("node", str(folder / "postgraphile" / "node_modules" / "postgraphile" / "cli.js")),
        *("-c", home.dsn, "-s", "record", "--dynamic-json", "--disable-graphiql"),
        *("--disable-query-log", "-m", _POOL, "-n", "127.0.0.1", "-p", str(port), "-l", "5MB"),
    ]
    environment = command.environment(NODE_ENV="production", DATABASE_URL=home.dsn)
    async with serving("postgraphile", home, words, environment, port) as service:
        yield Peer(GRAPHQL, service, PostGraphile(), home.dsn, "record.individual")


@asynccontextmanager
async def _directus(home: Home, folder: Path) -> AsyncIterator[Peer]:
    """Run Directus on a copy of the table in another database: it wants a key of one column."""
    dsn = await _copied(home)
    port, host, database = command.free_port(), *_place(dsn)
    words = ["node", str(folder / "directus" / "node_modules" / "directus" / "cli.js")]
    files = home.folder / "directus"
    files.mkdir()
    environment = command.environment(
        DB_CLIENT="pg",
        DB_HOST=host,
        DB_PORT="5432",
        DB_DATABASE=database,
        DB_USER="cinv",
        DB_PASSWORD="none",
        DB_POOL__MAX=_POOL,
        KEY="bench",
        SECRET="bench" * 8,
        ADMIN_EMAIL="bench@example.com",
        ADMIN_TOKEN=_TOKEN,
        ADMIN_PASSWORD=_TOKEN,
        HOST="127.0.0.1",
        PORT=str(port),
        NODE_ENV="production",
        LOG_LEVEL="error",
        TELEMETRY="false",
        SERVE_APP="false",
        WEBSOCKETS_ENABLED="false",
        CACHE_ENABLED="false",
        RATE_LIMITER_ENABLED="false",
        STORAGE_LOCAL_ROOT=str(files),
        EXTENSIONS_PATH=str(files),
        PUBLIC_URL=f"http://127.0.0.1:{port}",
    )
    await command.run([*words, "bootstrap"], environment=environment, seconds=180)
    async with serving("directus", home, [*words, "start"], environment, port) as service:
        known = Service(service.base, service.pid, _TOKEN)
        yield Peer(DIRECTUS, known, Directus(), dsn, "public.individual")


async def _copied(home: Home) -> str:
    """Copy the individuals into another database of the same server; return its address."""
    async with connected(home.superuser) as connection:
        await connection.execute(f"create database {_OF_DIRECTUS} owner cinv")
    dsn = home.dsn.replace("/cinv?", f"/{_OF_DIRECTUS}?")
    file = home.folder / "copied"
    async with connected(home.dsn) as source, connected(dsn) as target:
        await target.execute(
            "create table individual (id text primary key, revision bigint not null default 1,"
            " body json, name text, family_name text, given_name text, status text, location text)"
        )
        query = f"select {_COLUMNS} from record.individual"
        await source.copy_from_query(query, output=file)
        await target.copy_to_table("individual", source=file, columns=_COLUMNS.split(", "))
        await target.execute(
            "create extension pg_trgm; create index on individual using gin (name gin_trgm_ops);"
            " create index on individual (family_name, given_name, id)"
        )
        await target.execute("vacuum (analyze) individual")
    file.unlink()
    return dsn


def _place(dsn: str) -> Sequence[str]:
    """Return where a database is, and its name."""
    parts = urlsplit(dsn)
    return parse_qs(parts.query)["host"][0], parts.path.strip("/")


_Install = Callable[[Path], Awaitable[None]]
_PEERS_BY_NAME = {
    DJANGO: (_install_django, _django),
    GRAPHQL: (_install_postgraphile, _postgraphile),
    DIRECTUS: (_install_directus, _directus),
}
