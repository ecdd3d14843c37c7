"""Audits worked in a browser: ten items by keyboard alone, a finding accepted and put right."""

from datetime import timedelta

from playwright.async_api import Browser, expect

from customer_inventory.kit.clock import now
from tests.console.browser.conftest import looking
from tests.console.stock.audit import begun, finding
from tests.console.world import STEWARD, World

TEN = 10


async def test_ten_items_are_worked_by_keyboard_alone(chromium: Browser, world: World) -> None:
    campaign = await begun(world, "by keyboard", decided=0)
    async with looking(chromium, world, STEWARD) as look:
        await look.go(f"/audit/campaigns/{campaign}/desk")
        keys = look.page.keyboard
        for number in range(1, TEN + 1):
            await expect(look.page.locator("[name=item]")).to_have_value(str(number))
            await keys.press("1")
            # Every third name is another one on the contract.
            if number % 3 == 0:
                await keys.press("2")
                await keys.type("Byron")
                await keys.press("Enter")
            else:
                await keys.press("1")
            await keys.press("3" if number == TEN else "1")
            await expect(look.page.locator("#reference")).to_be_focused()
            await keys.type(f"contract {number}, page 1")
            await keys.press("Enter")
            await expect(look.page.locator(".notice")).to_contain_text(f"Item {number}:")
        assert look.wrong == []
    rows = await world.service.database.fetch(
        "SELECT number, outcome FROM audit.campaign_item WHERE campaign = $1 AND state = 'decided'"
        " ORDER BY number",
        campaign,
    )
    told = {row["number"]: row["outcome"] for row in rows}
    assert len(told) == TEN
    assert [number for number, outcome in told.items() if outcome == "nonconforming"] == [3, 6, 9]
    assert told[TEN] == "untold"


async def test_an_item_without_a_verdict_keeps_what_was_said(
    chromium: Browser, world: World
) -> None:
    campaign = await begun(world, "half said", decided=0)
    async with looking(chromium, world, STEWARD, java_script_enabled=False) as look:
        await look.go(f"/audit/campaigns/{campaign}/desk")
        await look.page.check("[name=verdict-0][value=agrees]")
        await look.page.check("[name=verdict-1][value=differs]")
        await look.page.fill("#right-1", "Byron")
        await look.page.check("[name=verdict-2][value=agrees]")
        await look.page.fill("#reference", "  ")
        await look.page.get_by_role("button", name="Keep, and show the next").click()
        await expect(look.page.locator("#reference-wrong")).to_contain_text("what was seen")
        assert await look.page.input_value("#right-1") == "Byron"
        assert await look.page.is_checked("[name=verdict-1][value=differs]")


async def test_a_finding_is_accepted_until_a_day(chromium: Browser, world: World) -> None:
    number = (await finding(world))["id"]
    async with looking(chromium, world, STEWARD) as look:
        await look.go("/home")
        await look.page.locator(".queue", has_text="Findings of audits").locator("a").click()
        await look.page.locator(f"a[href='/audit/findings/{number}']").click()
        await look.page.click("button[commandfor='accept']")
        await look.page.fill("#accept-reason", "The contract says so")
        await look.page.fill("#accept-until", str(now().date()))
        await look.page.locator("dialog#accept form button").click()
        # The dialog is open again, with the message at the field.
        await expect(look.page.locator("#accept-until-wrong")).to_contain_text("a day to come")
        assert await look.page.input_value("#accept-reason") == "The contract says so"
        await look.page.fill("#accept-until", str((now() + timedelta(days=60)).date()))
        await look.page.locator("dialog#accept form button").click()
        await expect(look.page.locator(".strip .badge").first).to_have_text("accepted")
        await expect(look.page.locator(".timeline")).to_contain_text("The contract says so")


async def test_a_finding_is_put_right_as_it_was_shown_before(
    chromium: Browser, world: World
) -> None:
    number = (await finding(world))["id"]
    async with looking(chromium, world, STEWARD) as look:
        await look.go(f"/audit/findings/{number}")
        await look.page.fill("#set", "female")
        await look.page.get_by_role("button", name="Show what it would be").click()
        await expect(look.page.locator("section:has(#correct) tbody")).to_contain_text("female")
        await look.page.fill("#correct-reason", "As on the passport")
        await look.page.get_by_role("button", name="Correct the record").click()
        await expect(look.page.locator(".strip .badge").first).to_have_text("corrected")
        await expect(look.page.locator("section:has(#says)")).to_contain_text("female")
