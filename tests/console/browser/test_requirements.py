"""A requirement at the console: from proposed to enforced, by three people who see its impact."""

from playwright.async_api import Browser, expect

from customer_inventory.requirements import register
from tests.console.browser.conftest import looking
from tests.console.world import OWNER, PRIVACY, STEWARD, World

NEW = "/requirements/new?type=individual&path=placeOfBirth"


async def test_a_requirement_is_proposed_reviewed_approved_and_put_in_force(
    chromium: Browser, world: World
) -> None:
    async with looking(chromium, world, STEWARD) as look:
        await look.go(NEW)
        await look.page.get_by_label("Name", exact=True).fill("Place of birth")
        await look.page.get_by_label("Definition").fill("Where a person was born.")
        await look.page.get_by_label("Longest").fill("many")
        await look.page.get_by_role("button", name="Look at what it would mean").click()
        await expect(look.page.get_by_label("Longest")).to_have_attribute("aria-invalid", "true")
        await look.page.get_by_label("Longest").fill("1")
        await look.page.get_by_role("button", name="Look at what it would mean").click()
        await expect(look.page.get_by_text("Would fail")).to_be_visible()
        assert await look.violations() == []
        await look.page.get_by_label("Longest").fill("200")
        await look.page.get_by_role("button", name="Look at what it would mean").click()
        await expect(look.page.get_by_text("Nothing that is held")).to_be_visible()
        await look.page.get_by_label("Reason").fill("Identification asks for it")
        await look.page.get_by_role("button", name="Propose").click()
        await expect(look.page.get_by_role("status")).to_contain_text("Proposed")
        place = look.page.url.removeprefix(world.service.base)
        assert look.wrong == []
    async with looking(chromium, world, PRIVACY) as look:
        await look.go(place)
        await look.page.get_by_role("link", name="Look at what it would mean").click()
        await expect(look.page.get_by_text("Nothing that is held")).to_be_visible()
        await look.page.get_by_role("button", name="Find in order").click()
        await expect(look.page.get_by_role("status")).to_contain_text("Found in order")
    async with looking(chromium, world, OWNER) as look:
        await look.go(place)
        await look.page.get_by_role("button", name="Approve").click()
        await expect(look.page.get_by_role("status")).to_contain_text("Approved")
        await look.page.get_by_role("button", name="Put in force").click()
        await expect(look.page.get_by_role("status")).to_contain_text("In force everywhere")
        assert look.wrong == []
    versions = await register.versions(world.service.database, place.rpartition("/")[2])
    assert versions[0].state == "enforced"
    people = await register.decisions(world.service.database, versions[0].requirement.id)
    own = [row["person"] for row in people if row["version"] == versions[0].version]
    assert own == ["omar", "omar", "dana", "stella"]
