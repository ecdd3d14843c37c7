"""The facilities in a browser: the health is read, a shortcoming opened, and snoozed."""

from datetime import timedelta

from playwright.async_api import Browser, expect

from customer_inventory.kit.clock import now
from customer_inventory.shortcomings import held
from tests.console.browser.conftest import looking
from tests.console.stock.facilities import CHECK, measured, wanting
from tests.console.world import PLATFORM, World


async def test_a_shortcoming_is_snoozed_after_reading_the_health(
    chromium: Browser, world: World
) -> None:
    name = await wanting(world, "record.snoozed")
    await measured(world)
    until = (now() + timedelta(days=30)).date()
    async with looking(chromium, world, PLATFORM) as look:
        page = look.page
        await look.go("/home")
        await page.get_by_role("link", name="Health", exact=True).click()
        # No folder of backups is named here: that is wrong, and what to do stands beside it.
        await expect(page.locator("main .notice")).to_contain_text("wrong: ")
        await expect(page.locator("tr", has_text="no folder for backups")).to_contain_text(
            "CINV_BACKUP"
        )
        # When room runs out: the worst first, drawn with its band; another one by a click.
        await page.get_by_role("link", name="Forecast", exact=True).click()
        await expect(page.locator("figure.chart polygon.band")).to_have_count(1)
        rows = page.locator("section:not(:has(#loads)) table.list, main > .scroll table.list").first
        await expect(rows.locator("tbody tr").first).to_contain_text("sequence audit.finding")
        await expect(rows.locator("tbody tr").nth(1)).to_contain_text("420 GB29.4 GB")
        await expect(page.locator("main")).to_contain_text("migration of the south")
        await rows.get_by_role("link", name="database", exact=True).click()
        await expect(page.locator("figcaption")).to_contain_text("database, in GB")
        await page.get_by_text("Show as table").click()
        await expect(page.locator("figure th", has_text="from")).to_be_visible()
        assert await look.violations() == []
        await look.go("/home")
        await page.locator(".queue", has_text="Shortcomings").locator("a").click()
        await page.locator(f"a[href='/facilities/shortcomings/{name}']").click()
        await expect(page.locator("h1")).to_have_text(CHECK.title)
        await expect(page.locator("section:has(#options)")).to_contain_text(CHECK.remedy)
        await page.click("button[commandfor='snooze']")
        await page.fill("#snooze-reason", "The table is dropped next month")
        await page.fill("#snooze-until", str(now().date()))
        await page.locator("dialog#snooze form button").click()
        # The dialog is open again, with the message at the field.
        await expect(page.locator("#snooze-until-wrong")).to_contain_text("not in the future")
        assert await page.input_value("#snooze-reason") == "The table is dropped next month"
        await page.fill("#snooze-until", str(until))
        await page.locator("dialog#snooze form button").click()
        await expect(page.locator(".strip .badge").first).to_have_text("snoozed")
        await expect(page.locator(".timeline")).to_contain_text("dropped next month")
        await look.go("/facilities/shortcomings")
        await expect(page.locator(f"a[href='/facilities/shortcomings/{name}']")).to_have_count(0)
        # The browser notes the one form that was refused, and nothing else.
        assert [each for each in look.wrong if "400" not in each] == []
    row, _ = await held.one(world.service.database, name)
    assert row["state"] == "snoozed"
    assert row["snoozed_until"] == until
