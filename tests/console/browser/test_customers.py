"""Somebody who has never seen it finds a customer, corrects an address, and undoes it."""

import re

import pytest
from playwright.async_api import Browser, expect

from customer_inventory.access.person import session
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from tests.console.browser.conftest import Look, looking
from tests.console.test_customers import ACTOR, PERSON, new_person
from tests.console.world import PRIVACY, STEWARD, World


async def found(world: World, look: Look, name: str) -> str:
    """Make a customer, and find it as one would; return the id of the person."""
    person = await new_person(world, givenName="Odalys", familyName=name, name=f"Odalys {name}")
    engaged = {"@type": "PartyRef", "id": person, "@referredType": "Individual"}
    await Inventory(world.service.database).create(
        TYPES["customer"],
        {"@type": "Customer", "name": f"Odalys {name}", "engagedParty": engaged},
        actor=ACTOR,
    )
    await look.go("/home")
    await look.page.keyboard.press("/")
    await look.page.keyboard.type(name, delay=15)
    hit = look.page.locator("#found a").first
    await expect(hit).to_contain_text(name)
    await look.page.keyboard.press("ArrowDown")
    await look.page.keyboard.press("Enter")
    await expect(look.page.locator("h1")).to_have_text(f"Odalys {name}")
    return person


async def test_an_address_is_corrected_in_place_and_that_is_undone(
    chromium: Browser, world: World
) -> None:
    async with looking(chromium, world, STEWARD) as look:
        person = await found(world, look, "Quennell")
        card = look.page.locator(f"section[aria-labelledby=h-{person}]")
        await card.get_by_role("link", name="Change").click()
        await expect(card.get_by_label("City")).to_have_value("Lund")
        await expect(card.get_by_label("Given name")).to_be_focused()
        assert await look.violations() == []
        await card.get_by_label("City").fill("Kalmar")
        await card.get_by_role("button", name="Save").click()
        await expect(look.page.get_by_role("status")).to_contain_text("Saved")
        assert "/customers/" in look.page.url
        await expect(card).to_contain_text("Kalmar")
        await card.get_by_role("link", name="All of it, and undo").click()
        await look.page.get_by_role("button", name="Undo the last change").click()
        await expect(look.page.get_by_role("status")).to_contain_text("undone")
        assert await look.violations() == []
        await expect(look.page.locator("dl.facts").first).to_contain_text("Lund")
        assert look.wrong == []


async def test_the_same_works_without_script(chromium: Browser, world: World) -> None:
    person = await new_person(world)
    async with looking(chromium, world, STEWARD, java_script_enabled=False) as look:
        await look.go(f"/records/individual/{person}")
        await look.page.get_by_role("link", name="Change").click()
        await look.page.get_by_label("City").fill("Visby")
        await look.page.get_by_role("button", name="Save").click()
        await expect(look.page.get_by_role("status")).to_contain_text("Saved")
        await look.page.get_by_role("button", name="Undo the last change").click()
        await expect(look.page.get_by_role("status")).to_contain_text("undone")


async def test_what_is_wrong_is_said_at_the_field_and_the_focus_is_there(
    chromium: Browser, world: World
) -> None:
    person = await new_person(world)
    async with looking(chromium, world, STEWARD) as look:
        await look.go(f"/records/individual/{person}/edit")
        await look.page.get_by_label("Family name").fill("x" * 301)
        await look.page.get_by_role("button", name="Save").click()
        await expect(look.page.locator(".wrong")).to_contain_text("REQ-")
        await expect(look.page.locator("#problem")).to_be_focused()
        assert await look.violations() == []
        for scheme in ("dark", "light"):
            await look.page.emulate_media(color_scheme=scheme)
            assert await look.violations() == [], scheme


async def test_two_versions_are_shown_and_one_is_chosen(chromium: Browser, world: World) -> None:
    person = await new_person(world)
    async with looking(chromium, world, STEWARD) as look:
        await look.go(f"/records/individual/{person}/edit")
        await look.page.get_by_label("Family name").fill("Mine")
        inventory = Inventory(world.service.database)
        await inventory.change(
            PERSON, person, lambda old: {**old, "familyName": "Theirs"}, actor=ACTOR
        )
        await look.page.get_by_role("button", name="Save").click()
        await expect(look.page.get_by_role("status")).to_contain_text("Choose for each")
        assert await look.violations() == []
        await look.page.get_by_label("Yours Mine").check()
        await look.page.get_by_role("button", name="Save").click()
        await expect(look.page.get_by_role("status")).to_contain_text("Saved: familyName")


async def test_show_more_keeps_the_focus_and_times_are_of_the_reader(
    chromium: Browser, world: World
) -> None:
    async with looking(chromium, world, STEWARD, timezone_id="Asia/Tokyo") as look:
        await look.go(f"/customers/{world.customer}/timeline")
        first = look.page.locator(".timeline time").first
        exact = await first.get_attribute("title")
        assert exact is not None
        assert exact.endswith("+00:00")
        shown = await first.inner_text()
        assert "UTC" not in shown
        rows = await look.page.locator(".timeline > li:not(.more)").count()
        await look.page.get_by_role("link", name="Show more").press("Enter")
        await expect(look.page.locator(".timeline > li:not(.more)")).not_to_have_count(rows)
        at = await look.page.evaluate(
            "[...document.querySelectorAll('.timeline > li')]"
            ".findIndex(e => e === document.activeElement || e.contains(document.activeElement))"
        )
        assert at == rows
        assert "UTC" not in await look.page.locator(".timeline time").nth(rows).inner_text()


async def test_a_day_is_slid_to_and_the_customer_is_shown_as_it_was_then(
    chromium: Browser, world: World
) -> None:
    async with looking(chromium, world, STEWARD) as look:
        await look.go(f"/customers/{world.customer}")
        day = await look.page.input_value("#asOf")
        await look.page.get_by_label("Slide to a day").press("ArrowLeft")
        slid = await look.page.input_value("#asOf")
        assert slid not in ("", day)
        await look.page.locator("form:has(#asOf) button").click()
        await expect(look.page).to_have_url(re.compile(f"asOf={slid}"))
        await expect(look.page.locator("main")).to_contain_text("As it was then")
        assert look.wrong == []


async def test_a_session_that_ends_while_one_types_loses_nothing(
    chromium: Browser, world: World
) -> None:
    person = await new_person(world)
    async with looking(chromium, world, STEWARD) as look:
        await look.go(f"/records/individual/{person}/edit")
        await look.page.get_by_label("City").fill("Typed before")
        await world.service.database.execute(
            "UPDATE access.web_session SET seen_at = now() - interval '1 hour'"
        )
        await look.page.get_by_role("button", name="Save").click()
        await expect(look.page.get_by_role("status")).to_contain_text("What you typed is kept")
        # Signing in is another test's: here the session comes back by itself.
        made = await world.session(STEWARD)
        await look.context.add_cookies(
            [{"name": "__Host-cinv-session", "value": made, "secure": True, "httpOnly": True,
              "url": world.service.base.replace("http:", "https:")}]
        )  # fmt: skip
        back = look.page.url.partition("next=")[2]
        await look.page.goto(f"{world.service.base}/sign-in?next={back}")
        await expect(look.page.get_by_label("City")).to_have_value("Typed before")
        assert await session.find(world.service.database, made)


async def test_the_back_button_and_a_restart_of_the_service_do_no_harm(
    chromium: Browser, world: World
) -> None:
    person = await new_person(world)
    async with looking(chromium, world, STEWARD) as look:
        await look.go(f"/records/individual/{person}/edit")
        await look.page.get_by_label("City").fill("Once")
        await look.page.get_by_role("button", name="Save").click()
        await expect(look.page.get_by_role("status")).to_contain_text("Saved")
        await look.page.go_back()
        # The page is asked for anew: it has what was saved, and a form that was not sent yet.
        await expect(look.page.get_by_label("City")).to_have_value("Once")
        # What is remembered in memory alone is gone after a restart: nothing of it matters here.
        world.service.application.guard.forget()
        await look.page.get_by_label("City").fill("Twice")
        await look.page.get_by_role("button", name="Save").click()
        await expect(look.page.get_by_role("status")).to_contain_text("Saved")
        versions = await Inventory(world.service.database).versions(PERSON, person)
        assert len(versions) == 3


@pytest.mark.parametrize("role", [STEWARD, PRIVACY], ids=lambda role: role.process)
async def test_dialogs_are_found_by_keyboard_and_give_the_focus_back(
    chromium: Browser, world: World, role
) -> None:
    async with looking(chromium, world, role) as look:
        await look.go(f"/customers/{world.customer}/rights")
        opener = look.page.locator("button[command='show-modal']")
        if role is STEWARD:
            assert await opener.count() == 0
            return
        await opener.first.press("Enter")
        assert await look.violations() == []
        await look.page.keyboard.press("Escape")
        await expect(opener.first).to_be_focused()


async def test_a_slow_network_shows_the_page_before_its_script(
    chromium: Browser, world: World
) -> None:
    async with looking(chromium, world, STEWARD) as look:
        devtools = await look.context.new_cdp_session(look.page)
        await devtools.send("Network.enable")
        slow = {"offline": False, "latency": 300, "downloadThroughput": 50_000,
                "uploadThroughput": 20_000}  # fmt: skip
        await devtools.send("Network.emulateNetworkConditions", slow)
        await look.page.goto(
            f"{world.service.base}/customers/{world.customer}", wait_until="commit"
        )
        await expect(look.page.locator("h1")).to_be_visible()
        await expect(look.page.locator("h1")).not_to_be_empty()
        assert look.wrong == []
