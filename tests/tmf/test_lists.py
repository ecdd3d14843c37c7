"""Lists: parts of them, their order, and what the headers tell."""

import re

import httpx
import pytest

from tests.conftest import Service
from tests.tmf.bodies import PATHS, ids_of, made

INDIVIDUALS = PATHS["individual"]
FAMILY = "Paging"
MANY = 53


@pytest.fixture(scope="module")
async def crowd(shared: Service) -> Service:
    """The service with 53 people of one family name, and some others."""
    for number in range(MANY):
        await made(
            shared,
            "individual",
            familyName=FAMILY,
            givenName=f"P{number % 7}",
            title=f"T{number:02}",
            skill=[{"skillCode": str(number % 3)}],
        )
    for number in range(4):
        await made(shared, "individual", givenName=f"Other {number}")
    return shared


async def listed(service: Service, query: str) -> httpx.Response:
    answer = await service.client.get(f"{INDIVIDUALS}?{query}")
    assert answer.status_code in (200, 206), answer.text
    assert answer.headers["x-result-count"] == str(len(answer.json()))
    return answer


@pytest.mark.parametrize("limit", [1, 7, 20, 53, 54, 1000])
async def test_pages_hold_every_record_once(crowd: Service, limit: int) -> None:
    seen: list[str] = []
    for offset in range(0, MANY, limit):
        answer = await listed(crowd, f"familyName={FAMILY}&limit={limit}&offset={offset}")
        assert answer.headers["x-total-count"] == str(MANY)
        assert answer.headers["x-total-count-exact"] == "true"
        seen += [record["id"] for record in answer.json()]
    assert len(seen) == len(set(seen)) == MANY
    everything = await ids_of(crowd, "individual", f"familyName={FAMILY}&limit=1000")
    assert seen == everything


async def test_pages_in_an_order_with_equal_keys_hold_every_record_once(crowd: Service) -> None:
    for sort in ("givenName", "-givenName", "unknown", "-birthDate"):
        seen: list[str] = []
        for offset in range(0, MANY, 10):
            query = f"familyName={FAMILY}&sort={sort}&limit=10&offset={offset}"
            seen += await ids_of(crowd, "individual", query)
        assert len(seen) == len(set(seen)) == MANY, sort


@pytest.mark.parametrize(
    ("part", "status", "told"),
    [
        ("", 200, 20),
        ("&offset=50", 200, 3),
        ("&limit=53", 200, 53),
        ("&limit=1000", 200, 53),
        ("&limit=52", 206, 52),
        ("&limit=10&offset=20", 206, 10),
        ("&limit=10&offset=50", 206, 3),
        ("&limit=10&offset=53", 200, 0),
        ("&limit=10&offset=100000", 200, 0),
        ("&limit=0", 200, 0),
    ],
)
async def test_206_says_that_a_limit_of_the_caller_cut_the_list(
    crowd: Service, part: str, status: int, told: int
) -> None:
    answer = await listed(crowd, f"familyName={FAMILY}{part}")
    assert (answer.status_code, len(answer.json())) == (status, told)
    assert answer.headers["x-total-count"] == str(MANY)


async def test_an_empty_list_is_a_list(crowd: Service) -> None:
    answer = await listed(crowd, "familyName=Nobody&limit=5")
    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["x-total-count"] == "0"


async def test_the_whole_list_is_counted_too(crowd: Service) -> None:
    answer = await listed(crowd, "limit=1")
    assert answer.status_code == 206
    assert answer.headers["x-total-count"] == str(MANY + 4)


async def test_links_lead_through_the_list(crowd: Service) -> None:
    query = f"familyName={FAMILY}&sort=-title&fields=title&limit=10"
    answer = await listed(crowd, query)
    titles: list[str] = []
    pages = 0
    while True:
        pages += 1
        titles += [record["title"] for record in answer.json()]
        links = links_of(answer)
        assert links["self"] == str(answer.url) or pages == 1
        if "next" not in links:
            break
        answer = await crowd.client.get(links["next"])
    assert pages == 6
    assert titles == [f"T{number:02}" for number in reversed(range(MANY))]
    assert "offset=40" in links["prev"]
    assert links["last"] == links["self"]
    first = await crowd.client.get(links["first"])
    assert first.json()[0]["title"] == f"T{MANY - 1}"


async def test_links_keep_an_encoded_query(crowd: Service) -> None:
    answer = await listed(crowd, 'givenName.ne="<>"&familyName%3E%3DA&limit=2&offset=2')
    for link in links_of(answer).values():
        assert (await crowd.client.get(link)).status_code == 206


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("title", ["T00", "T01", "T02"]),
        ("+title", ["T00", "T01", "T02"]),
        ("-title", ["T52", "T51", "T50"]),
        ("givenName,title", ["T00", "T07", "T14"]),
        ("givenName,-title", ["T49", "T42", "T35"]),
        ("-givenName,-title", ["T48", "T41", "T34"]),
        ("unknown.path,title", ["T00", "T01", "T02"]),
        (" title , givenName ", ["T00", "T01", "T02"]),
    ],
)
async def test_lists_are_ordered(crowd: Service, sort: str, expected: list[str]) -> None:
    answer = await crowd.client.get(
        INDIVIDUALS, params={"familyName": FAMILY, "sort": sort, "limit": "3"}
    )
    assert [record["title"] for record in answer.json()] == expected


async def test_records_without_the_attribute_come_last_either_way(shared: Service) -> None:
    for title in ("a", "b", None):
        extra = {} if title is None else {"deathDate": f"200{'ab'.index(title)}-01-01"}
        await made(shared, "individual", familyName="Ordered", title=str(title), **extra)
    for sort, expected in (("deathDate", "a b None"), ("-deathDate", "b a None")):
        answer = await listed(shared, f"familyName=Ordered&sort={sort}")
        assert " ".join(record["title"] for record in answer.json()) == expected


async def test_a_list_may_be_ordered_by_its_period(shared: Service) -> None:
    made_ids = {}
    for year in (2021, 2019, 2020):
        period = {"startDateTime": f"{year}-01-01T00:00:00Z"}
        made_ids[year] = (await made(shared, "customer", name="Period", validFor=period))["id"]
    found = await ids_of(shared, "customer", "name=Period&sort=-validFor.startDateTime")
    assert found == [made_ids[2021], made_ids[2020], made_ids[2019]]


def links_of(answer: httpx.Response) -> dict[str, str]:
    found = re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers["link"])
    return {rel: address for address, rel in found}
