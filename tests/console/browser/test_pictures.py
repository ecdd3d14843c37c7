"""Pictures of screens, light and dark, narrow and wide: to be looked at.

They go to the folder that CINV_SCREENSHOTS names (`./run screenshots`: the documentation's), or to
one of the test's own. Those of the documentation are taken; with CINV_SCREENSHOTS_ALL every
screen's, to look at what was built.
"""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser

from customer_inventory.console.screen import Screen
from tests.console.browser.conftest import looking
from tests.console.browser.test_every_screen import able
from tests.console.stock import facilities, usage
from tests.console.test_screens import PAGES
from tests.console.world import EXAMPLES, World, address_of

SHOWN = ("/home", "/customers/{id}")
"""Screens of which the documentation has a picture, light and dark."""


@pytest.fixture(scope="module")
async def stocked(world: World) -> World:
    """The world with something to see on every screen."""
    for example in EXAMPLES.values():
        await example(world)
    await usage.used(world)
    await facilities.measured(world)
    return world


@pytest.mark.parametrize("screen", PAGES, ids=lambda screen: screen.path)
async def test_a_screen_has_its_pictures(
    chromium: Browser, stocked: World, screen: Screen, tmp_path: Path
) -> None:
    told = os.environ.get("CINV_SCREENSHOTS")
    every = os.environ.get("CINV_SCREENSHOTS_ALL")
    if not every and screen.path not in SHOWN:
        pytest.skip("the documentation shows others")
    folder = Path(told) if told else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    name = screen.path.strip("/").replace("/", "-").replace("{", "").replace("}", "")
    async with looking(chromium, stocked, able(screen)[0]) as look:
        await look.go(await address_of(stocked, screen))
        for scheme, width in (("light", 1280), ("dark", 1280), ("light", 320))[: 3 if every else 2]:
            await look.page.emulate_media(color_scheme=scheme)
            await look.page.set_viewport_size({"width": width, "height": 800})
            ending = f"{scheme}{'' if width > 320 else '-narrow'}"
            file = folder / f"console-{name}-{ending}.png"
            await look.page.screenshot(path=file, full_page=bool(every), scale="css")
            assert file.stat().st_size > 5000
        assert look.wrong == []
