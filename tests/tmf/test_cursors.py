"""Cursors at the door: links lead from end to end, and offsets lead on by cursor."""

import pytest

from customer_inventory.tmf import paging, query
from tests.conftest import Service
from tests.tmf.bodies import PATHS, made
from tests.tmf.test_lists import links_of

INDIVIDUALS = PATHS["individual"]
MANY = 23


@pytest.fixture(scope="module")
async def crowd(shared: Service) -> Service:
    """The service with people of one family name, every third without a title."""
    for number in range(MANY):
        extra = {"title": f"T{number % 5}"} if number % 3 else {"title": ""}
        await made(
            shared, "individual", familyName="Cursor & Co", givenName=f"P{number:02}", **extra
        )
    return shared


@pytest.mark.parametrize("sort", ["", "&sort=givenName", "&sort=-title,givenName", "&sort=title"])
@pytest.mark.parametrize(("start", "on"), [("after=", "next"), ("before=", "prev")])
async def test_links_lead_from_end_to_end_and_back(
    crowd: Service, sort: str, start: str, on: str
) -> None:
    asked = f"{INDIVIDUALS}?familyName=Cursor+%26+Co{sort}&fields=givenName"
    whole = [record["id"] for record in (await crowd.client.get(f"{asked}&limit=100")).json()]
    address, pages = f"{asked}&limit=5&{start}", []
    while True:
        answer = await crowd.client.get(address)
        assert answer.status_code == 206
        assert answer.headers["x-total-count"] == str(MANY)
        assert answer.headers["x-result-count"] == str(len(answer.json()))
        pages.append([record["id"] for record in answer.json()])
        links = links_of(answer)
        assert "offset" not in answer.headers["link"]
        if on not in links:
            break
        address = links[on]
    pages = pages if on == "next" else pages[::-1]
    assert [identifier for page in pages for identifier in page] == whole
    # Back again, by the other link, and to both ends.
    back = await crowd.client.get(links["prev" if on == "next" else "next"])
    assert [record["id"] for record in back.json()] == (pages[-2] if on == "next" else pages[1])
    first, last = [await crowd.client.get(links[rel]) for rel in ("first", "last")]
    assert [record["id"] for record in first.json()] == whole[:5]
    assert [record["id"] for record in last.json()] == whole[-5:]


async def test_past_the_end_there_is_a_way_back(crowd: Service) -> None:
    asked = f"{INDIVIDUALS}?familyName=Cursor+%26+Co&sort=givenName&limit=5"
    last = await crowd.client.get(f"{asked}&before=")
    back = await crowd.client.get(links_of(last)["prev"])
    beyond = await crowd.client.get(links_of(back)["next"].replace("familyName=Cursor", "title=No"))
    assert (beyond.status_code, beyond.json()) == (200, [])
    assert links_of(beyond)["prev"].endswith("before=&limit=5")
    assert "next" not in links_of(beyond)


async def test_a_default_page_from_a_cursor_is_200(crowd: Service) -> None:
    answer = await crowd.client.get(f"{INDIVIDUALS}?familyName=Cursor+%26+Co&after=")
    assert (answer.status_code, len(answer.json())) == (200, 20)
    none = await crowd.client.get(f"{INDIVIDUALS}?familyName=Nobody&after=&limit=5")
    assert (none.status_code, none.json(), none.headers["x-total-count"]) == (200, [], "0")


async def test_offsets_lead_on_by_cursor_where_they_end(
    crowd: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (query, paging):
        monkeypatch.setattr(module, "LARGEST_OFFSET", 10)
    address = f"{INDIVIDUALS}?familyName=Cursor+%26+Co&sort=-givenName&limit=5"
    seen: list[str] = []
    while address:
        answer = await crowd.client.get(address)
        seen += [record["givenName"] for record in answer.json()]
        address = links_of(answer).get("next", "")
    assert seen == [f"P{number:02}" for number in reversed(range(MANY))]
    refused = await crowd.client.get(f"{INDIVIDUALS}?offset=11")
    assert refused.json()["code"] == "invalidPage"
