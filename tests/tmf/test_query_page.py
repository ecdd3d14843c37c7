"""The reference page of the query language: every example finds what the page says."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import Service
from tests.tmf.bodies import PATHS, Document

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "query.md"
ROW = re.compile(r"^\| `(?P<query>[^`]+=[^`]+)` \| (?P<found>[^|]*) \|$", re.MULTILINE)
EXAMPLES = [
    (row["query"].replace("\\|", "|"), row["found"].strip())
    for row in ROW.finditer(PAGE.read_text("utf-8"))
]

PEOPLE: dict[str, Document] = {
    "Ann": {
        "status": "validated",
        "score": 9,
        "contactMedium": [
            {"contactType": "home", "city": "Malmö"},
            {"contactType": "work", "city": "Lund"},
        ],
    },
    "Bob": {
        "status": "initialized",
        "score": 10.5,
        "contactMedium": [
            {"contactType": "home", "city": "Lund"},
            {"contactType": "work", "city": "Malmö"},
        ],
    },
    "Cy": {},
}


@pytest.fixture(scope="module")
async def people(shared: Service) -> Service:
    """The service with the people of the page."""
    for name, attributes in PEOPLE.items():
        document = {"@type": "Individual", "givenName": name, "familyName": "Page", **attributes}
        answer = await shared.client.post(PATHS["individual"], json=document)
        assert answer.status_code == 201, answer.text
    return shared


def test_the_page_has_examples_of_every_kind() -> None:
    assert len(EXAMPLES) >= 20
    assert sum(query.startswith("filter=") for query, _ in EXAMPLES) >= 9


@pytest.mark.parametrize(("query", "expected"), EXAMPLES)
async def test_an_example_finds_what_the_page_says(
    people: Service, query: str, expected: str
) -> None:
    encoded = (
        f"filter={quote(query.removeprefix('filter='), safe='')}"
        if query.startswith("filter=")
        else quote(query, safe="=&;,.<>*()|^-")
    )
    order = "" if "sort=" in query else "&sort=givenName"
    answer = await people.client.get(f"{PATHS['individual']}?{encoded}{order}")
    assert answer.status_code in (200, 206), answer.text
    found = [record["givenName"] for record in answer.json()]
    assert ", ".join(found) == expected
