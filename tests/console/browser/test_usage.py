"""Use and cost in a browser: an owner reads what this month cost."""

from playwright.async_api import Browser, expect

from tests.console.browser.conftest import looking
from tests.console.stock.usage import used
from tests.console.world import OWNER, World


async def test_an_owner_reads_this_months_cost(chromium: Browser, world: World) -> None:
    await used(world)
    async with looking(chromium, world, OWNER) as look:
        await look.go("/usage")
        await expect(look.page.locator("table.list")).to_contain_text("billing-runs")
        assert await look.violations() == []
        await look.page.get_by_role("link", name="Cost", exact=True).first.click()
        await expect(look.page.locator(".strip")).to_contain_text("8,999.93 EUR")
        await expect(look.page.locator("table.list").first).to_contain_text("CC-1")
        await look.page.get_by_role("link", name="pool", exact=True).click()
        await expect(look.page.locator("table.list").first).to_contain_text("8,000.03")
        assert await look.violations() == []
        await look.page.get_by_role("link", name="Budgets", exact=True).first.click()
        await expect(look.page.locator("table.list tbody tr").first).to_contain_text("over")
        assert await look.violations() == []
        assert look.wrong == []
