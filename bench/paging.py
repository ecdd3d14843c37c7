"""`console`: the screens of the console: what the service takes for each, what a browser loads.

The server's time of a page is asked of a warm service on one connection, in turn with a point read
over the API, round by round: ratios hold between neighbours. What a browser loads and how long it
takes is measured in Debian's Chromium, cold, where it is there.
"""

import contextlib
import random
import shutil
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg
import click
import msgspec

from bench import scale_data
from bench.asking import Caller, calling
from bench.scale_data import Size
from bench.server import PURPOSE, Home, Service, our_service
from bench.tables import connected
from customer_inventory.access.operation import FUNCTIONS, Operation
from customer_inventory.access.person import account, session
from customer_inventory.access.registration import Permission, register
from customer_inventory.console.screens import SCREENS
from customer_inventory.store.database import Database

POINT_READ = "point read over the API"
TYPED = "results as one types"
_PERSON, _PROCESS = "bench", "bench-console"
_COOKIE = "__Host-cinv-session"
_OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")


@dataclass(frozen=True)
class Plan:
    """Of how many customers, how often each screen is asked, and how often loaded in a browser.

    Loads of all screens are begun for `looking` seconds: once at least, `loads` times at most.
    """

    customers: int = 1_000_000
    rounds: int = 40
    loads: int = 5
    looking: float = 240.0
    seed: int = 1
    keep: bool = False


@dataclass(frozen=True)
class Load:
    """A cold load in a browser: bytes over the wire, requests, milliseconds to the load event."""

    bytes: int
    requests: int
    milliseconds: float


@dataclass(frozen=True)
class Result:
    """What came of a plan: seconds a round by screen, loads by screen, milliseconds of typing."""

    plan: Plan
    seconds: dict[str, list[float]] = field(default_factory=dict)
    loads: dict[str, list[Load]] = field(default_factory=dict)
    typed: list[float] = field(default_factory=list)


async def measure(plan: Plan) -> Result:
    """Make the customers unless they are kept, ask, and remove them unless they are to be kept."""
    size = Size(plan.customers, plan.seed)
    await scale_data.make(size)
    try:
        async with scale_data.opened(size) as home, our_service(home) as service:
            drawn = await _drawn(home, plan)
            cookie = await _signed_in(home)
            result = Result(plan)
            async with calling(service) as api:
                await _ask(result, api, _browsing(api, service, cookie), drawn)
            await _look(result, service, cookie, drawn)
            return result
    finally:
        if not plan.keep:
            scale_data.forget(size)


@dataclass(frozen=True)
class Drawn:
    """Customers and the persons who they are, and words that are searched for."""

    customers: Sequence[str]
    persons: Sequence[str]
    words: Sequence[str]

    def paths(self, number: int) -> Mapping[str, str]:
        """Return what is asked in a round: the address of each screen, by its path."""
        customer, person = self.customers[number], self.persons[number]
        word = quote(self.words[number])
        found = {"/search": f"/search?q={word}", TYPED: f"/search?part=hits&q={word}"}
        for screen in SCREENS:
            if screen.is_file or screen.path == "/search":
                continue
            if screen.path.startswith("/customers/{id}"):
                found[screen.path] = screen.address(id=customer)
            elif screen.path.startswith("/records/{type}/{id}"):
                found[screen.path] = screen.address(type="individual", id=person)
            elif "{" not in screen.path:
                found[screen.path] = screen.path
        return found


async def _drawn(home: Home, plan: Plan) -> Drawn:
    chance = random.Random(plan.seed)
    count = plan.rounds + 1
    customers: list[str] = []
    persons: list[str] = []
    words: list[str] = []
    async with connected(home.dsn) as connection:
        while len(customers) < count:
            text = await connection.fetchval(
                "SELECT c.body::text FROM record.customer AS c"
                " WHERE c.id >= $1 AND c.body -> 'engagedParty' ->> '@referredType' = 'Individual'"
                " ORDER BY c.id LIMIT 1",
                f"{chance.choice('0123456789abcdefghjkmnpqrstvwxyz')}"
                f"{chance.choice('0123456789abcdefghjkmnpqrstvwxyz')}",
            )
            if text is None:
                continue
            found: dict[str, Any] = msgspec.json.decode(text)
            customers.append(found["id"])
            persons.append(found["engagedParty"]["id"])
            words.append(found["name"])
    return Drawn(customers, persons, words)


async def _signed_in(home: Home) -> str:
    """Return the cookie of somebody who works as the process of the bench."""
    async with Database(home.dsn) as database:
        await account.register(database, _PERSON, name="Bench", registered_by=_PERSON)
        with contextlib.suppress(asyncpg.PostgresError):
            await account.enable(database, _PERSON)
        await database.execute("UPDATE access.account SET state = 'active' WHERE person = 'bench'")
        permissions = [Permission(kind, tuple(Operation), PURPOSE) for kind in ("*", *FUNCTIONS)]
        await register(
            database,
            _PROCESS,
            name="Console",
            owner="bench",
            permissions=permissions,
            registered_by=_PERSON,
        )
        await account.admit(database, _PERSON, _PROCESS, admitted_by=_PERSON)
        made = await session.begin(database, _PERSON, source="127.0.0.1")
        found = await session.find(database, made)
        assert found is not None
        await session.work_as(database, found.session, _PROCESS, PURPOSE)
        return made


def _browsing(caller: Caller, service: Service, cookie: str) -> Caller:
    """Return who asks for pages as a browser does, with the cookie of a session.

    On the connection of the caller: one that nobody asks on for a whole round is closed.
    """
    head = f"Host: {urlsplit(service.base).netloc}\r\nAccept-Encoding: gzip\r\n"
    return caller.asking_as(f"{head}Cookie: {_COOKIE}={cookie}\r\n")


async def _ask(result: Result, api: Caller, page: Caller, drawn: Drawn) -> None:
    """Ask each screen and the point read in turn; the first round is for plans and caches."""
    refused: set[str] = set()
    for number in range(result.plan.rounds + 1):
        person = drawn.persons[number]
        asked = {POINT_READ: (api, f"/tmf-api/party/v5/individual/{person}")}
        asked |= {name: (page, path) for name, path in drawn.paths(number).items()}
        for name, (caller, path) in asked.items():
            if name in refused:
                continue
            try:
                seconds, _ = await caller.ask(path)
            except Exception as error:
                if number:
                    raise
                click.echo(f"{name} is left out: {str(error)[:120]}", err=True)
                refused.add(name)
                continue
            if number:
                result.seconds.setdefault(name, []).append(seconds)


async def _look(result: Result, service: Service, cookie: str, drawn: Drawn) -> None:
    """Load each screen cold in Chromium; say so where there is none."""
    program = shutil.which("chromium")
    try:
        from playwright.async_api import async_playwright  # noqa: PLC0415 - of the tests
    except ImportError:
        program = None
    if program is None:
        click.echo("no Chromium here: loads in a browser are not measured", err=True)
        return
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(_OPTIONS))
        try:
            until = time.monotonic() + result.plan.looking
            for number in range(result.plan.loads):
                if number and time.monotonic() > until:
                    break
                for name, path in drawn.paths(number).items():
                    if name in result.seconds and name != TYPED:
                        load = await _loaded(browser, service, cookie, path)
                        result.loads.setdefault(name, []).append(load)
                result.typed.append(await _typing(browser, service, cookie, drawn.words[number]))
        finally:
            await browser.close()


async def _loaded(browser: Any, service: Service, cookie: str, path: str) -> Load:
    async with _window(browser, service, cookie) as page:
        sizes: list[int] = []
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
        started = time.perf_counter()
        await page.goto(f"{service.base}{path}", wait_until="load")
        taken = time.perf_counter() - started
        return Load(int(sum(sizes)), len(sizes), 1000 * taken)


async def _typing(browser: Any, service: Service, cookie: str, word: str) -> float:
    """Return the milliseconds from the last letter to its results on the page."""
    async with _window(browser, service, cookie) as page:
        await page.goto(f"{service.base}/home", wait_until="load")
        await page.keyboard.press("/")
        await page.keyboard.type(word[:-1], delay=30)
        await page.wait_for_timeout(500)
        # Whoever listens is there before the letter is typed.
        await page.evaluate(f"void (window.comes = {_COMES})")
        await page.keyboard.type(word[-1], delay=30)
        return float(await page.evaluate("window.comes"))


_COMES = """new Promise((tell) => {
  const search = document.getElementById("search"), found = document.getElementById("found");
  let typed;
  search.addEventListener("input", () => { typed = performance.now(); });
  new MutationObserver(() => typed && tell(performance.now() - typed))
    .observe(found, {childList: true});
})"""


@contextlib.asynccontextmanager
async def _window(browser: Any, service: Service, cookie: str) -> AsyncIterator[Any]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    address = service.base.replace("http:", "https:")
    await context.add_cookies(
        [{"name": _COOKIE, "value": cookie, "url": address, "secure": True, "httpOnly": True}]
    )
    try:
        yield await context.new_page()
    finally:
        await context.close()
