"""Lists that were shown whole: a page at a time, every row once and none twice."""

from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

import pytest

from customer_inventory.console.audit import rules
from customer_inventory.console.requirements import gaps
from tests.console.world import STEWARD, World

_LISTS = {
    "/audit/rules": (rules, "id"),
    "/requirements/gaps": (gaps, "path"),
    "/requirements/matrix": (gaps, "id"),
}


async def _pages(world: World, address: str) -> AsyncIterator[list[dict[str, Any]]]:
    async with world.browser(STEWARD) as browser:
        query = ""
        while True:
            answer = await browser.get(f"{address}.json{query}")
            assert answer.status_code == 200, answer.text
            yield answer.json()["rows"]
            following = answer.links.get("next")
            if following is None:
                return
            query = f"?{following['url'].partition('?')[2]}"


@pytest.mark.parametrize(("address", "module", "key"), [(a, *of) for a, of in _LISTS.items()])
async def test_pages_follow_each_other(
    world: World, address: str, module: ModuleType, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 10_000)
    (whole,) = [rows async for rows in _pages(world, address)]
    size = max(len(whole) // 3, 1)
    monkeypatch.setattr(module, "PAGE", size)
    pages = [rows async for rows in _pages(world, address)]
    assert len(pages) > 1
    assert max(map(len, pages)) == size
    assert [row for rows in pages for row in rows] == whole
    assert len({(row[key], str(row)) for row in whole}) == len(whole)


@pytest.mark.parametrize("address", _LISTS)
async def test_more_of_them_is_shown_in_place(
    world: World, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_LISTS[address][0], "PAGE", 2)
    async with world.browser(STEWARD) as browser:
        page = await browser.get(address)
        assert "part=rows" in page.text
        more = await browser.get(f"{address}?part=rows")
        assert more.text.count('<tr><th scope="row"') == 2
        assert "<html" not in more.text
        wrong = await browser.get(f"{address}?after=nowhere")
        assert wrong.status_code == 400
