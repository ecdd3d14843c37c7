"""What stewards do at the console: duplicates merged and parted, rows corrected and loaded."""

from playwright.async_api import Browser, expect

from tests.console.browser.conftest import looking
from tests.console.stewarding import duplicates, refused
from tests.console.world import STEWARD, World


async def test_two_duplicates_are_merged_by_keyboard_and_the_merge_is_undone(
    chromium: Browser, world: World
) -> None:
    one, other = await duplicates(world, "Quarzenberg")
    database = world.service.database
    async with looking(chromium, world, STEWARD) as look:
        await look.go("/home")
        await look.page.get_by_role("link", name="Pairs to review").click()
        await (
            look.page.get_by_role("link", name="William Quarzenberg")
            .or_(look.page.get_by_role("link", name="Bill Quarzenberg"))
            .first.click()
        )
        await expect(look.page.get_by_role("row", name="givenName")).to_contain_text("differs")
        await look.page.keyboard.press("2")
        await expect(look.page.get_by_role("columnheader", name="Merged")).to_be_visible()
        assert await look.violations() == []
        async with look.page.expect_navigation():
            await look.page.keyboard.press("m")
        await expect(look.page.get_by_role("status")).to_contain_text("Merged")
        parents = await database.fetch(
            "SELECT id, parent FROM record.origin WHERE root = $1", other
        )
        assert {(row["id"], row["parent"]) for row in parents} == {(one, other), (other, None)}
        await look.page.get_by_role("button", name="Undo: the pair before").click()
        await expect(look.page.get_by_role("status")).to_contain_text("waits again")
        assert await database.value("SELECT parent FROM record.origin WHERE id = $1", one) is None
        await look.page.fill("#reason", "father and son, n")
        await look.page.get_by_role("button", name="Not the same").click()
        await expect(look.page.get_by_role("status")).to_contain_text("Told apart")
        state = await database.row(
            "SELECT state, reason, person FROM capture.pair WHERE one_id = $1 AND other_id = $2",
            one, other,
        )  # fmt: skip
        assert dict(state or {}) == {
            "state": "notSame", "reason": "father and son, n", "person": "stella",
        }  # fmt: skip
        assert look.wrong == []


async def test_a_refused_row_is_corrected_and_loaded_again(chromium: Browser, world: World) -> None:
    await refused(world, "j1")
    async with looking(chromium, world, STEWARD) as look:
        await look.go("/home")
        await look.page.get_by_role("link", name="Rows in quarantine").click()
        row = look.page.get_by_role("row").filter(has_text="j1.csv")
        await row.get_by_role("link").click()
        await expect(look.page.get_by_text("individual.birthDate")).to_be_visible()
        await look.page.get_by_label("born").fill("10.12.1815")
        await look.page.get_by_label("Reason").first.fill("asked her")
        await look.page.get_by_role("button", name="Correct and load again").click()
        loaded = look.page.get_by_text("The row was loaded")
        await expect(loaded).to_be_visible(timeout=30_000)
        assert await look.violations() == []
        assert look.wrong == []


async def test_all_rows_of_a_filter_are_corrected_at_once(chromium: Browser, world: World) -> None:
    await refused(world, "j2")
    async with looking(chromium, world, STEWARD) as look:
        await look.go("/capture/quarantine?path=individual.birthDate&source=crm")
        await look.page.get_by_role("button", name="Correct all of these").click()
        await look.page.get_by_label("Column").fill("bron")
        await look.page.get_by_label("Value").fill("10.12.1815")
        await look.page.get_by_label("Reason", exact=True).fill("asked her")
        await look.page.get_by_role("button", name="Correct and load again").click()
        await expect(look.page.get_by_role("alert")).to_contain_text("There is no column")
        assert await look.violations() == []
        await look.page.get_by_label("Column").fill("born")
        await look.page.get_by_role("button", name="Correct and load again").click()
        await expect(look.page.get_by_role("status")).to_contain_text("corrected and loaded")
