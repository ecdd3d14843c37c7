"""Every declared screen in a real browser: nobody is kept out, and nothing is heavy."""

import pytest
from playwright.async_api import Browser

from customer_inventory.console.screen import Screen
from customer_inventory.console.screens import SCREENS
from customer_inventory.demo.role import ROLES
from tests.console.browser.conftest import MOST_BYTES, MOST_REQUESTS, looking
from tests.console.test_screens import permitted
from tests.console.world import World, address_of

_EACH = pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.path)


def able(screen: Screen) -> list:
    return [role for role in ROLES if permitted(role, screen.operation, screen.record_type)]


@_EACH
async def test_axe_finds_nothing_in_light_and_dark(
    chromium: Browser, world: World, screen: Screen
) -> None:
    address = await address_of(world, screen)
    for scheme in ("light", "dark"):
        role = able(screen)[0]
        async with looking(chromium, world, role, color_scheme=scheme) as look:
            await look.go(address)
            assert await look.violations() == [], scheme
            for button in await look.page.locator("button[command='show-modal']").all():
                await button.click()
                assert await look.violations() == [], (scheme, await button.inner_text())
                await look.page.keyboard.press("Escape")
            assert look.wrong == []


@_EACH
async def test_a_cold_load_is_light_for_each_role(
    chromium: Browser, world: World, screen: Screen
) -> None:
    address = await address_of(world, screen)
    for role in able(screen):
        async with looking(chromium, world, role) as look:
            await look.go(address)
            assert look.wrong == [], role.process
            assert sum(look.loaded.values()) <= MOST_BYTES, look.loaded
            assert len(look.loaded) <= MOST_REQUESTS, look.loaded
            assert not await look.is_too_wide(), role.process


@_EACH
async def test_it_fits_a_narrow_window_and_large_letters_and_works_without_script(
    chromium: Browser, world: World, screen: Screen
) -> None:
    address = await address_of(world, screen)
    narrow = {"width": 320, "height": 640}
    # 200 % of a window of 1280 is what a page of 640 shows.
    for viewport in (narrow, {"width": 640, "height": 400}):
        async with looking(
            chromium, world, able(screen)[0], viewport=viewport, java_script_enabled=False
        ) as look:
            await look.go(address)
            heading = look.page.locator("h1")
            assert await heading.is_visible()
            # Without script nothing can be asked of the page: its picture is as wide as it is.
            metrics = await (await look.context.new_cdp_session(look.page)).send(
                "Page.getLayoutMetrics"
            )
            assert metrics["cssContentSize"]["width"] <= viewport["width"], viewport


@_EACH
async def test_all_of_it_is_reached_by_keyboard_and_the_focus_is_seen(
    chromium: Browser, world: World, screen: Screen
) -> None:
    address = await address_of(world, screen)
    async with looking(chromium, world, able(screen)[0]) as look:
        await look.go(address)
        count = await look.page.evaluate(
            "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select,"
            " textarea, summary')].filter(e => e.checkVisibility() && !e.disabled).length"
        )
        await look.page.evaluate("document.body.tabIndex = -1; document.body.focus()")
        reached = set()
        for _ in range(count * 2 + 20):
            await look.page.keyboard.press("Tab")
            told = await look.page.evaluate(
                "(() => { const e = document.activeElement; if (e === document.body) return null;"
                " e.dataset.walked ??= String(Math.random());"
                " const s = getComputedStyle(e);"
                " return [e.dataset.walked, s.outlineStyle !== 'none' || s.boxShadow !== 'none',"
                " e.outerHTML.slice(0, 120)]; })()"
            )
            if told is None or told[0] in reached:
                break
            assert told[1], told[2]
            reached.add(told[0])
        assert len(reached) >= count
