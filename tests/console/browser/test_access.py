"""Access decided on in a browser: a process is registered, asks, is approved by others, revoked."""

import csv
from datetime import timedelta

from playwright.async_api import Browser, expect

from customer_inventory.access.grant import people
from customer_inventory.kit.clock import now
from tests.console.browser.conftest import Look, looking
from tests.console.stock.access import PURPOSE, active
from tests.console.world import ACCESS, OWNER, PRIVACY, STEWARD, World

CUSTOMERS = "/tmf-api/customerManagement/v5/customer"


async def took(look: Look, step: str, reason: str, button: str) -> None:
    """Open the dialog of a step, give the reason, and take it."""
    await look.page.click(f"button[commandfor='{step}']")
    dialog = look.page.locator(f"dialog#{step}")
    await dialog.get_by_label("Reason").fill(reason)
    await dialog.get_by_role("button", name=button, exact=True).click()


async def test_a_process_is_registered_and_approved_by_others(
    chromium: Browser, world: World
) -> None:
    await people.register_purpose(
        world.service.database, PURPOSE, title="Billing", legal_basis="contract",
        registered_by="akira",
    )  # fmt: skip
    async with looking(chromium, world, ACCESS) as look:
        await look.go("/access/processes")
        await look.page.get_by_role("link", name="Register a process").click()
        await look.page.fill("#id", "Loyalty Club")
        await look.page.fill("#name", "Loyalty club")
        await look.page.fill("#owner", "Marketing")
        await look.page.get_by_role("button", name="Register", exact=True).click()
        # What was filled in stays; what is wrong is told.
        await expect(look.page.locator("#problem")).to_contain_text("no process id")
        assert await look.page.input_value("#owner") == "Marketing"
        await look.page.fill("#id", "loyalty-club")
        await look.page.get_by_role("button", name="Register", exact=True).click()
        await expect(look.page.locator(".notice")).to_contain_text("It may do nothing yet")
        await look.page.get_by_role("link", name="Ask for a grant").click()
        await look.page.select_option("#purpose", PURPOSE)
        await look.page.select_option("[name=row-0-type]", "customer")
        await look.page.check("[name=row-0-read]")
        await look.page.fill("#valid_to", str((now() + timedelta(days=90)).date()))
        await look.page.fill("#reason", "Greet members by name")
        await look.page.get_by_role("button", name="Ask for it").click()
        await expect(look.page.locator(".notice")).to_contain_text("A reviewer looks at it next")
        address = look.page.url.removeprefix(world.service.base)
        # Who asked is offered nothing to decide.
        assert await look.page.locator("button[commandfor='approve']").count() == 0
    async with looking(chromium, world, PRIVACY) as look:
        await look.go(address)
        await took(look, "review", "", "It is in order")
        await expect(look.page.locator(".strip .badge")).to_have_text("reviewed")
    async with looking(chromium, world, OWNER) as look:
        await look.go("/home")
        await look.page.locator(".queue", has_text="Grants to decide on").locator("a").click()
        await look.page.locator("table.list tr", has_text="loyalty-club").locator("a").click()
        await took(look, "approve", "No more than needed", "Approve")
        await expect(look.page.locator(".strip .badge")).to_have_text("approved")
    async with looking(chromium, world, ACCESS) as look:
        await look.go(address)
        await took(look, "activate", "", "Put in force")
        await expect(look.page.locator(".strip .badge")).to_have_text("active")
        assert look.wrong == []


async def test_what_stops_working_is_shown_before_a_grant_is_revoked(
    chromium: Browser, world: World
) -> None:
    grant = await active(world, "dunning-letters")
    async with looking(chromium, world, ACCESS) as look:
        await look.go(f"/access/grants/{grant}")
        await look.page.click("button[commandfor='revoke']")
        await expect(look.page.locator("dialog#revoke")).to_contain_text("nobody would notice")
        await look.page.keyboard.press("Escape")
        await took(look, "revoke", "The contract has ended", "Revoke for good")
        await expect(look.page.locator(".strip .badge")).to_have_text("revoked")
        await expect(look.page.locator(".timeline")).to_contain_text("The contract has ended")


async def test_a_list_asked_for_is_fetched_as_a_file_by_who_asked(
    chromium: Browser, world: World
) -> None:
    async with looking(chromium, world, STEWARD, accept_downloads=True) as look:
        await look.go("/access/downloads")
        await look.page.locator("button[commandfor]", has_text="Ask").first.click()
        dialog = look.page.locator("dialog[open]")
        await dialog.get_by_label("List").fill(CUSTOMERS)
        await dialog.get_by_label("Format").select_option("csv")
        await dialog.get_by_label("Case").fill("DSR-2026-31")
        await dialog.locator("form button").first.click()
        await expect(look.page.locator(".strip .badge")).to_have_text("succeeded", timeout=30_000)
        async with look.page.expect_download() as coming:
            await look.page.get_by_role("link", name="Fetch the file").click()
        file = await (await coming.value).path()
        rows = list(csv.DictReader(file.read_text().splitlines()))
        assert len(rows) > 1
        address = look.page.url.removeprefix(world.service.base)
        assert look.wrong == []
    # Nobody else gets it, as the API has it.
    async with world.browser(OWNER) as browser:
        assert (await browser.get(f"{address}/file")).status_code == 404
    entry = await world.service.database.row(
        "SELECT operation, person, decision, record_count, reason FROM access.entry"
        " WHERE record_type = 'exportJob' AND record_count > 0 ORDER BY at DESC LIMIT 1"
    )
    assert tuple(entry) == ("download", "stella", "permit", len(rows), "DSR-2026-31")


async def test_a_campaign_is_worked_item_by_item(chromium: Browser, world: World) -> None:
    await active(world, "door-to-door")
    async with looking(chromium, world, ACCESS) as look:
        await look.go("/access/recertification")
        await look.page.click("button[commandfor='open']")
        await look.page.fill("#title", "Field sales")
        await look.page.fill("#due_at", str((now() + timedelta(days=14)).date()))
        await look.page.fill("#process", "door-to-door")
        await look.page.locator("dialog#open form button").click()
        await expect(look.page.locator(".notice").first).to_contain_text("Opened, with 2 items")
        address = look.page.url.removeprefix(world.service.base)
    async with looking(chromium, world, OWNER) as look:
        await look.go(address)
        await expect(look.page.locator(".card").first).to_contain_text("not within 92 days")
        await look.page.get_by_role("button", name="Revoke", exact=True).click()
        await expect(look.page.locator("#reason-wrong")).to_contain_text("why")
        await look.page.fill("#reason", "Nobody uses it")
        await look.page.get_by_role("button", name="Revoke", exact=True).click()
        await expect(look.page.locator("table.list")).to_contain_text("Nobody uses it")
        await expect(look.page.locator("table.list .badge").first).to_have_text("revoke")
    async with looking(chromium, world, ACCESS) as look:
        await look.go("/access/ledger?process=data-ownership")
        await expect(look.page.locator("table.list tbody")).to_contain_text("omar")
