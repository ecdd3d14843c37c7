"""What comes between in the middle of work: a right revoked, a record erased, a network that is
slow or lost, a service that restarts. Nothing is half done, and nothing typed is lost.
"""

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from playwright.async_api import Browser, Route, expect

from customer_inventory.access.operation import Operation
from customer_inventory.access.person import account
from customer_inventory.demo.role import Role, register_roles
from customer_inventory.record.inventory import Inventory
from tests.console.browser.conftest import Look, looking
from tests.console.test_customers import ACTOR, PERSON, document, new_person
from tests.console.world import STEWARD, World
from tests.tmf.conftest import serving

VISITS = Role(
    "field-visits", "Field visits", "fieldVisits", "fay", "Fay Field",
    (("individual", (Operation.READ, Operation.MODIFY, Operation.UPDATE)),),
)  # fmt: skip
WATCHED = """
  const working = document.getElementById("working");
  const form = document.querySelector("form:has([name=_revision])");
  const tell = () => fetch(`/told?${working.textContent} ${form.ariaBusy}`);
  new MutationObserver(tell).observe(working, { childList: true });
  setTimeout(() => { for (let n = 0; n < 3; n++) form.querySelector("button").click(); });
"""
"""Clicks three times, and tells what the page says then."""
LOOKS = replace(VISITS, permits=(("individual", (Operation.READ,)),))


async def working(world: World) -> None:
    database = world.service.database
    await register_roles(database, registered_by="the tests", roles=(VISITS,))
    await account.register(database, VISITS.person, name="Fay", registered_by="the tests")
    await database.execute("UPDATE access.account SET state = 'active' WHERE person = 'fay'")
    await account.admit(database, VISITS.person, VISITS.process, admitted_by="the tests")


async def saves(look: Look) -> None:
    await look.page.get_by_role("button", name="Save").click()


async def test_a_right_revoked_while_a_form_is_open_is_refused_and_what_was_typed_is_there_again(
    chromium: Browser, world: World
) -> None:
    await working(world)
    person, database = await new_person(world), world.service.database
    async with looking(chromium, world, VISITS) as look:
        await look.go(f"/records/individual/{person}/edit")
        await look.page.get_by_label("City").fill("Typed before")
        await register_roles(database, registered_by="the tests", roles=(LOOKS,))
        await saves(look)
        await expect(look.page.locator("h1")).to_have_text("That is not possible")
        await expect(look.page.locator("#problem")).to_contain_text("individual")
        assert await look.violations() == []
        assert (await document(world, person))["contactMedium"][0]["city"] == "Lund"
        # Looking is permitted still; given back, the right does what was typed.
        await register_roles(database, registered_by="the tests", roles=(VISITS,))
        await look.page.get_by_role("link", name="open the form again").click()
        await expect(look.page.get_by_label("City")).to_have_value("Typed before")
        await saves(look)
        await expect(look.page.get_by_role("status").first).to_contain_text("Saved")
    assert (await document(world, person))["contactMedium"][0]["city"] == "Typed before"
    assert await database.value("SELECT count(*) FROM access.web_typed") == 0


async def test_a_record_erased_while_it_is_shown_is_told_to_be_gone(
    chromium: Browser, world: World
) -> None:
    person = await new_person(world)
    async with looking(chromium, world, STEWARD) as look:
        await look.go(f"/records/individual/{person}/edit")
        await look.page.get_by_label("City").fill("Too late")
        await world.service.application.eraser.erase(person, reason="DSR-2026-2", actor=ACTOR)
        await saves(look)
        await expect(look.page.locator("h1")).to_have_text("It is not there any more")
        await expect(look.page.locator("#problem")).to_contain_text("erased or deleted")
        assert "Lindgren" not in await look.page.content()
        assert await look.violations() == []
        await look.page.get_by_role("link", name="Its versions").click()
        await expect(look.page.locator("table.list tbody tr")).not_to_have_count(0)
        assert "Lindgren" not in await look.page.content()


async def test_a_slow_network_is_waited_for_with_a_word_and_a_form_goes_once(
    chromium: Browser, world: World
) -> None:
    person = await new_person(world)
    came, said, go_on = list[str](), list[str](), asyncio.Event()

    async def slow(route: Route) -> None:
        came.append(route.request.method)
        await go_on.wait()
        await route.continue_()

    async def told(route: Route) -> None:
        said.append(unquote(route.request.url.partition("?")[2]))
        await route.fulfill(body="")
        go_on.set()

    async with looking(chromium, world, STEWARD) as look:
        await look.go(f"/records/individual/{person}/edit")
        await look.page.route("**/edit/save", slow)
        await look.page.get_by_label("City").fill("Once")
        # While it waits nobody can ask the page: it tells by itself, and is answered then.
        await look.page.route("**/told?*", told)
        await look.page.evaluate(WATCHED)
        await asyncio.wait_for(go_on.wait(), 30)
        await expect(look.page.get_by_role("status").first).to_contain_text("Saved")
        assert came == ["POST"]
        assert said == ["Working … true"]
        # A part of a page that does not come is told of, and the page stays as it is.
        await look.page.route("**/search?part=hits*", lambda route: route.abort())
        await look.page.fill("#search", "Lindgren")
        await expect(look.page.locator("#working")).to_contain_text("No answer came")
        await expect(look.page.locator("h1")).to_be_visible()
    versions = await Inventory(world.service.database).versions(PERSON, person)
    assert len(versions) == 2


async def test_a_service_that_restarts_finds_the_session_and_the_form_again(
    chromium: Browser, world: World, tmp_path: Path
) -> None:
    """The browser stays open; the process that served it is gone, with all that it had in mind."""
    person, database = await new_person(world), world.service.database
    dsn = database.dsn
    async with serving(dsn, database, home=tmp_path) as first:
        port = int(first.base.rpartition(":")[2])
        before = replace(world, service=first)
        context = looking(chromium, before, STEWARD)
        look = await context.__aenter__()
        await look.go(f"/records/individual/{person}/edit")
        await look.page.get_by_label("City").fill("Before")
    # Nobody listens: the browser says so itself, and has the form still.
    await look.page.get_by_role("button", name="Save").click(no_wait_after=True)
    await expect(look.page).to_have_url(re.compile("^chrome-error:"))
    async with serving(dsn, database, port=port, home=tmp_path):
        await look.page.reload()
        await expect(look.page.get_by_role("status").first).to_contain_text("Saved")
        await context.__aexit__(None, None, None)
    assert (await document(world, person))["contactMedium"][0]["city"] == "Before"
    versions = await Inventory(database).versions(PERSON, person)
    assert len(versions) == 2
