"""The data dictionary: complete, one file, readable as a page and as Markdown."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from customer_inventory.record.types import TYPES
from customer_inventory.requirements.export import dictionary
from customer_inventory.requirements.export.format import FORMATS
from customer_inventory.requirements.export.given import Given
from customer_inventory.requirements.file import read
from customer_inventory.requirements.register import Versioned
from customer_inventory.requirements.starter.shipped import begins_as, shipped
from tests.requirements.samples import BIRTH_DATE, GENDER
from tests.requirements.test_new_type import LOYALTY

DECIDED = {
    "version": 1,
    "state": "approved",
    "person": "ada",
    "decided_at": datetime(2026, 3, 1, tzinfo=UTC),
    "reason": "DPO-7 <b>",
}


def told(*texts: str, decisions: Any = None) -> Given:
    versions = [Versioned(e.requirement, 1, "approved", "me") for t in texts for e in read(t)]
    return Given(versions, decisions or {})


class Page(HTMLParser):
    """What a page has: ids, where links lead, and whether tags are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attributes)
        if "id" in given:
            self.ids.append(str(given["id"]))
        if "href" in given:
            self.links.append(str(given["href"]))
        assert "src" not in given
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_has_every_attribute_and_nothing_from_elsewhere() -> None:
    versions = [Versioned(each, 1, begins_as(each), "me") for each in shipped()]
    (name, text), *rest = dictionary.page(Given(versions)).items()
    assert (name, rest) == ("dictionary.html", [])
    page = Page(text)
    assert page.open == []
    assert {each.id for each in shipped()} | set(TYPES) <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)
    assert {each.removeprefix("#") for each in page.links} <= set(page.ids)
    assert not page.tags & {"script", "img", "link", "iframe"}
    assert "url(" not in text
    assert "@import" not in text


def test_an_attribute_is_told_with_all_that_is_said_of_it() -> None:
    given = told(BIRTH_DATE, GENDER, decisions={"REQ-101": [DECIDED]})
    for text in (*dictionary.page(given).values(), *dictionary.markdown(given).values()):
        for said in (
            "Date of birth",
            "The day on which the person was born.",
            "sensitive, group person",
            "Customer data, steward ada",
            "billing (contract)",
            "completeness 98.0%",
            "version 1 approved by ada on 2026-03-01",
            "date and time (RFC 3339), or date",
            "text, at most 4000 characters, one of female, male, diverse",
            "mandatory if birthDate is there and not (status is deceased)",
        ):
            assert said in text, said
        assert "<b>" not in text.replace("\\<b\\>", "")


def test_a_definition_is_text_and_nothing_else() -> None:
    hostile = "'<script>alert(1)</script> | `x` [y](z) *w*'"
    text = BIRTH_DATE.replace("The day on which the person was born.", hostile)
    (page,) = dictionary.page(told(text)).values()
    assert "script" not in Page(page).tags
    (markdown,) = dictionary.markdown(told(text)).values()
    assert "\\<script\\>" in markdown
    assert "\\[y\\](z)" in markdown


def test_a_type_that_is_only_asked_for_is_exported_as_any_other() -> None:
    given = told(LOYALTY)
    made = {form: make(given) for form, make in FORMATS.items()}
    assert all(each or form == "tmf644" for form, each in made.items()), made
    assert "How much is thought of the member." in made["dictionary"]["dictionary.html"]
    assert "tier: {column: tier}" in made["csv-template"]["loyaltyMembership.mapping.yaml"]
    assert "id: {column: member.id}" in made["csv-template"]["loyaltyMembership.mapping.yaml"]
    again = [each.requirement for each in read(made["yaml"]["loyaltyMembership.yaml"])]
    assert again == given.requirements("loyaltyMembership")
