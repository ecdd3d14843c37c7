"""The search: as one types, by keyboard, and as a plain form."""

from playwright.async_api import Browser, expect

from tests.console.browser.conftest import looking
from tests.console.world import ACCESS, STEWARD, World


async def name_of(world: World) -> str:
    name: str = await world.service.database.value(
        "SELECT body ->> 'familyName' FROM record.individual"
        " WHERE length(body ->> 'familyName') > 3 ORDER BY id LIMIT 1"
    )
    return name


async def test_results_come_as_one_types_and_arrows_lead_through_them(
    chromium: Browser, world: World
) -> None:
    async with looking(chromium, world, STEWARD) as look:
        await look.go("/home")
        await look.page.keyboard.press("/")
        await expect(look.page.locator("#search")).to_be_focused()
        await look.page.keyboard.type(await name_of(world), delay=20)
        await expect(look.page.locator("#found a").first).to_be_visible()
        assert await look.violations() == []
        await look.page.keyboard.press("ArrowDown")
        await expect(look.page.locator("#found a").first).to_be_focused()
        await look.page.keyboard.press("Escape")
        await expect(look.page.locator("#search")).to_be_focused()
        assert await look.page.locator("#found a").count() == 0
        assert look.wrong == []


async def test_enter_leads_to_a_page_of_results(chromium: Browser, world: World) -> None:
    async with looking(chromium, world, STEWARD, java_script_enabled=False) as look:
        await look.go("/home")
        await look.page.fill("#search", await name_of(world))
        await look.page.press("#search", "Enter")
        await expect(look.page.locator("table.list tbody tr").first).to_be_visible()
        assert "/search?q=" in look.page.url


async def test_who_may_read_no_records_has_no_box(chromium: Browser, world: World) -> None:
    async with looking(chromium, world, ACCESS) as look:
        await look.go("/home")
        assert await look.page.locator("#search").count() == 0
