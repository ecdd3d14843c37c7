"""A real Chromium: Debian's, driven by Playwright, without anything of its own to call."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from customer_inventory.demo.role import Role
from tests.brokers import installed
from tests.console.world import World

OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
MOST_BYTES, MOST_REQUESTS = 60 * 1024, 8
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    program = installed("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        await browser.close()


@dataclass
class Look:
    """A window of somebody who works: what it loaded, and what its console says is wrong."""

    world: World
    context: BrowserContext
    page: Page
    wrong: list[str] = field(default_factory=list)
    loaded: dict[str, int] = field(default_factory=dict)

    async def sign_in(self, role: Role) -> None:
        """Go on as whoever has a role."""
        await self.context.add_cookies(
            [
                {
                    "name": "__Host-cinv-session",
                    "value": await self.world.session(role),
                    "url": self.world.service.base.replace("http:", "https:"),
                    "secure": True,
                    "httpOnly": True,
                    "sameSite": "Lax",
                }
            ]
        )

    async def go(self, address: str) -> None:
        """Open an address, and wait until it is loaded, its scripts too."""
        await self.page.goto(f"{self.world.service.base}{address}", wait_until="load")

    async def violations(self) -> list[str]:
        """Return what axe finds: rule, target and what to do."""
        found = await Axe().run(self.page, options=_RULES)
        return [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in found.response["violations"]
            for node in each["nodes"]
        ]

    async def is_too_wide(self) -> bool:
        """Tell whether the page has to be scrolled sideways."""
        asked = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        return bool(await self.page.evaluate(asked))


@asynccontextmanager
async def looking(
    chromium: Browser, world: World, role: Role | None, **options: Any
) -> AsyncIterator[Look]:
    """Open a window of a role, or of nobody (None); `options` are those of a context."""
    context = await chromium.new_context(
        **{"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **options}
    )
    page = await context.new_page()
    look = Look(world, context, page)
    if role is not None:
        await look.sign_in(role)
    page.on("console", lambda said: look.wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: look.wrong.append(str(error)))
    await _measure(look)
    yield look
    await context.close()


async def _measure(look: Look) -> None:
    """Note how many bytes each request brought over the wire."""
    session = await look.context.new_cdp_session(look.page)
    await session.send("Network.enable")
    await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    names: dict[str, str] = {}

    def sent(told: dict[str, Any]) -> None:
        names[told["requestId"]] = told["request"]["url"]

    def done(told: dict[str, Any]) -> None:
        address = re.sub(r"^https?://[^/]+", "", names.get(told["requestId"], "?"))
        look.loaded[address] = int(told["encodedDataLength"])

    session.on("Network.requestWillBeSent", sent)
    session.on("Network.loadingFinished", done)
