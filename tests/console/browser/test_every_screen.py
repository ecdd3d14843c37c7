"""Every declared screen in a real browser: nobody is kept out, and nothing is heavy."""

import pytest
from playwright.async_api import Browser, expect

from customer_inventory.console.screen import Screen
from customer_inventory.demo.role import ROLES, Role
from tests.console.browser.conftest import MOST_BYTES, MOST_REQUESTS, Look, looking
from tests.console.test_screens import PAGES, permitted
from tests.console.world import STEWARD, World, address_of

MOST_STOPS = 80
"""So far is walked by keyboard: the rows of a long table are all alike."""

_EACH = pytest.mark.parametrize("screen", PAGES, ids=lambda screen: screen.path)


def able(screen: Screen) -> list:
    return [role for role in ROLES if permitted(role, screen.operation, screen.record_type)]


@_EACH
async def test_a_screen_is_light_and_open_to_everybody(
    chromium: Browser, world: World, screen: Screen
) -> None:
    """Bytes and requests of a cold load, axe in light and dark and in each dialog, keyboard."""
    address = await address_of(world, screen)
    async with looking(chromium, world, able(screen)[0]) as look:
        await look.go(address)
        check_weight(look)
        assert not await look.is_too_wide()
        for scheme in ("light", "dark"):
            await look.page.emulate_media(color_scheme=scheme)
            assert await look.violations() == [], scheme
            for button in await look.page.locator("button[command='show-modal']").all():
                await button.click()
                assert await look.violations() == [], (scheme, await button.inner_text())
                await look.page.keyboard.press("Escape")
        await check_keyboard(look)
        assert look.wrong == []
        await check_refused(look)


BESIDE = ("/account", "/keys", "/work", "/nowhere", "/sign-in")
"""Pages that are no screens: whoever has no work yet sees them; the last one, nobody yet."""


async def test_pages_beside_the_screens_are_light_and_open_to_everybody(
    chromium: Browser, world: World
) -> None:
    async with looking(chromium, world, STEWARD, viewport={"width": 320, "height": 640}) as look:
        for address in BESIDE:
            look.loaded.clear()
            if address == BESIDE[-1]:
                await look.context.clear_cookies()
            await look.go(address)
            assert look.page.url.endswith(address)
            check_weight(look)
            assert not await look.is_too_wide(), address
            for scheme in ("light", "dark"):
                await look.page.emulate_media(color_scheme=scheme)
                assert await look.violations() == [], (address, scheme)
        # A password that is not right.
        for field in ("person", "password", "code"):
            await look.page.fill(f"#{field}", "nobody1")
        await look.page.get_by_role("button", name="Sign in", exact=True).click()
        await expect(look.page.locator("#problem")).to_be_focused()
        assert await look.violations() == []


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.process)
async def test_every_screen_of_a_role_opens_for_it(
    chromium: Browser, world: World, role: Role
) -> None:
    failed = []
    async with looking(chromium, world, role) as look:
        for screen in PAGES:
            if role in able(screen):
                look.loaded.clear()
                await look.go(await address_of(world, screen))
                check_weight(look)
                if await look.page.locator("h1").count() != 1 or look.wrong:
                    failed.append((screen.path, list(look.wrong)))
                    look.wrong.clear()
    assert failed == []


@pytest.mark.parametrize("room", sorted({screen.room for screen in PAGES}))
async def test_screens_fit_a_narrow_window_and_large_letters_and_work_without_script(
    chromium: Browser, world: World, room: str
) -> None:
    narrow = {"width": 320, "height": 640}
    too_wide = []
    async with looking(chromium, world, None, viewport=narrow, java_script_enabled=False) as look:
        devtools = await look.context.new_cdp_session(look.page)
        for screen in (each for each in PAGES if each.room == room):
            await look.sign_in(able(screen)[0])
            await look.go(await address_of(world, screen))
            # 200 % of a window of 1280 is what a page of 640 shows.
            for width in (320, 640):
                await look.page.set_viewport_size({"width": width, "height": 640})
                assert await look.page.locator("h1").is_visible()
                # Without script nothing can be asked of the page: its picture is as wide as it is.
                metrics = await devtools.send("Page.getLayoutMetrics")
                if metrics["cssContentSize"]["width"] > width:
                    too_wide.append((screen.path, width))
    assert too_wide == []


def check_weight(look: Look) -> None:
    assert sum(look.loaded.values()) <= MOST_BYTES, look.loaded
    assert len(look.loaded) <= MOST_REQUESTS, look.loaded


async def check_refused(look: Look) -> None:
    """A form that lacks what it must have is refused on its page, which stays open to everybody."""
    form = look.page.locator(
        "main form[method=post]:has(input[required], textarea[required])"
    ).first
    if await form.count() == 0:
        return
    look.loaded.clear()
    async with look.page.expect_navigation() as led:
        await form.evaluate(
            "f => { f.noValidate = true; f.querySelectorAll('[required]:not(select)').forEach("
            "e => { e.value = ''; }); setTimeout(() => f.requestSubmit()); }"
        )
    answer = await led.value
    assert answer is not None
    assert 400 <= answer.status < 500, await form.evaluate("f => f.action")
    await expect(look.page.locator("#problem")).to_be_attached()
    assert await look.violations() == []
    check_weight(look)


async def check_keyboard(look: Look) -> None:
    """Everything is reached by Tab, and it is seen where one is."""
    count = await look.page.evaluate(
        "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select,"
        " textarea, summary')].filter(e => e.checkVisibility() && !e.disabled"
        " && !(e.type === 'radio' && e.name)).length"
    )
    await look.page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    reached: list[str] = []
    count = min(count, MOST_STOPS)
    # A field of a date has places within, each of them a stop.
    for _ in range(count * 4 + 20):
        if len(reached) == count:
            break
        await look.page.keyboard.press("Tab")
        told = await look.page.evaluate(
            "(() => { const e = document.activeElement; if (e === document.body) return null;"
            " e.dataset.walked ??= String(Math.random());"
            " const s = getComputedStyle(e);"
            " return [e.dataset.walked, s.outlineStyle !== 'none' || s.boxShadow !== 'none',"
            " e.outerHTML.slice(0, 120)]; })()"
        )
        if told is None or told[0] in reached[:-1]:
            break
        assert told[1], told[2]
        if told[0] not in reached:
            reached.append(told[0])
    assert len(reached) >= count
