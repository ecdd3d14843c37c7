"""Keys of one character: listed where one is, and switched off by who wants none of them."""

from playwright.async_api import Browser, expect

from tests.console.browser.conftest import looking
from tests.console.stock.audit import begun
from tests.console.world import STEWARD, World


async def test_keys_are_listed_and_do_nothing_once_they_are_switched_off(
    chromium: Browser, world: World
) -> None:
    campaign = await begun(world, "without keys", decided=0)
    async with looking(chromium, world, STEWARD) as look:
        page, keys = look.page, look.page.keyboard
        await look.go("/home")
        await keys.press("?")
        dialog = page.locator("dialog#keys")
        await expect(dialog).to_contain_text("to the search")
        assert await look.violations() == []
        await keys.press("Escape")
        await expect(dialog).to_be_hidden()
        await keys.press("?")
        await dialog.get_by_role("link", name="Switch them off or on").click()
        assert await look.violations() == []
        await page.get_by_role("button", name="Switch them off").click()
        await expect(page.get_by_role("button", name="Switch them on")).to_be_visible()
        await look.go("/home")
        for key in ("/", "?"):
            await keys.press(key)
            assert await page.evaluate("document.activeElement === document.body")
        await expect(dialog).to_be_hidden()
        await look.go(f"/audit/campaigns/{campaign}/desk")
        assert await page.locator("kbd:visible").count() == 0
        await keys.press("1")
        assert await page.locator("[type=radio]:checked").count() == 0
        # Arrows choose as they do everywhere.
        await page.locator("[type=radio]").first.focus()
        await keys.press("ArrowDown")
        assert await page.locator("[type=radio]:checked").count() == 1
        await look.go("/keys")
        await page.get_by_role("button", name="Switch them on").click()
        await look.go("/home")
        await keys.press("/")
        await expect(page.locator("#search")).to_be_focused()
        assert look.wrong == []
