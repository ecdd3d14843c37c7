"""What people work as: asked once, changed at will, theirs alone; and where a browser goes on."""

import asyncio

import pytest

from customer_inventory.access.person import account as accounts
from customer_inventory.access.person import form as forms
from customer_inventory.access.person.form import SentBefore
from customer_inventory.access.registration import revoke_tokens
from customer_inventory.console.work import back_to
from tests.conftest import Service
from tests.console.conftest import Browser, Person, enrolled
from tests.console.visitor import hidden


@pytest.fixture
async def rita(inward: Service, browser: Browser) -> Person:
    """Somebody who acts through two processes, and is signed in."""
    await inward.token_for("desk", "*:read,download")
    await inward.token_for("shop", "customer:read", purpose="selling")
    rita = await enrolled(inward, browser, "rita")
    for process in ("desk", "shop"):
        await accounts.admit(inward.database, "rita", process, admitted_by="the tests")
    assert (await rita.sign_in(browser, inward.database)).headers["location"] == "/home"
    return rita


async def works_as(browser: Browser, work: str, next_: str = "/home") -> str:
    page = await browser.get("/work")
    form = {"form_token": hidden(page, "form_token"), "work": work, "next": next_}
    answer = await browser.send("/work", form)
    return answer.headers.get("location", str(answer.status_code))


async def test_it_is_asked_once_and_what_one_does_names_it(
    inward: Service, browser: Browser, rita: Person
) -> None:
    led = await browser.get("/search?q=ada")
    assert (led.status_code, led.headers["location"]) == (303, "/work?next=%2Fsearch%3Fq%3Dada")
    page = await browser.get(led.headers["location"])
    assert 'name="next" value="/search?q=ada"' in page.text
    assert hidden(page, "next") == "/work?next=%2Fsearch%3Fq%3Dada"
    assert await works_as(browser, "desk testing", "/search?q=ada") == "/search?q=ada"
    assert (await browser.get("/search?q=ada")).status_code == 200
    assert (await browser.get("/home")).status_code == 200
    assert await works_as(browser, "shop selling") == "/home"
    assert (await browser.get("/home")).status_code == 200
    # The second process may not take lists away.
    assert (await browser.get("/search.csv?q=ada")).status_code == 403
    rows = await inward.database.fetch(
        "SELECT process, purpose, person, record_type, decision FROM access.entry"
        " WHERE process IN ('desk', 'shop') ORDER BY at"
    )
    assert [tuple(row) for row in rows] == [
        ("desk", "testing", "rita", "search", "permit"),
        ("desk", "testing", "rita", "home", "permit"),
        ("shop", "selling", "rita", "home", "permit"),
        ("shop", "selling", "rita", "search", "deny"),
    ]


@pytest.mark.parametrize("work", ["tester testing", "desk selling", "", "desk", "desk testing x"])
async def test_nobody_works_as_what_they_are_not_admitted_to(
    browser: Browser, rita: Person, work: str
) -> None:
    assert await works_as(browser, work) == "403"


async def test_who_has_one_choice_is_not_asked(
    inward: Service, browser: Browser, rita: Person
) -> None:
    await accounts.dismiss(inward.database, "rita", "shop")
    page = await browser.get("/home")
    assert page.status_code == 200
    assert "testing" in page.text


async def test_what_a_process_loses_its_people_lose_at_once(
    inward: Service, browser: Browser, rita: Person
) -> None:
    assert await works_as(browser, "desk testing") == "/home"
    assert (await browser.get("/search?q=ada")).status_code == 200
    await inward.database.execute("DELETE FROM access.permission WHERE process = 'desk'")
    led = await browser.get("/search?q=ada")
    assert led.headers["location"].startswith("/work?next=")
    await inward.database.execute("UPDATE access.process SET state = 'suspended' WHERE id = 'shop'")
    page = await browser.get("/work")
    assert "An administrator can admit you" in page.text
    await revoke_tokens(inward.database, "desk")


async def test_signing_in_leads_on_to_where_one_wanted(
    inward: Service, browser: Browser, rita: Person
) -> None:
    await browser.form("/sign-out")
    led = await browser.get("/search?q=ada")
    assert led.headers["location"] == "/sign-in?next=%2Fsearch%3Fq%3Dada"
    await browser.get(led.headers["location"])
    answer = await rita.sign_in(browser, inward.database)
    assert answer.headers["location"] == "/search?q=ada"
    assert list(browser.cookies) == ["__Host-cinv-session"]


@pytest.mark.parametrize(
    "told",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        "home",
        "",
        "/a\r\nSet-Cookie: b=c",
        "/\u00e4",
    ],
)
def test_nobody_is_led_elsewhere(told: str) -> None:
    assert back_to(told) == "/home"


async def test_a_form_that_is_at_work_is_waited_for_and_one_that_broke_off_is_told_of(
    inward: Service, rita: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = inward.database
    assert await forms.sent_before(database, "one", "rita") is None
    waiting = asyncio.create_task(forms.sent_before(database, "one", "rita"))
    await asyncio.sleep(0.05)
    await forms.answered(database, "one", "/there")
    assert await waiting == "/there"
    assert await forms.sent_before(database, "two", "rita") is None
    monkeypatch.setattr(forms, "_LOOKS", 2)
    with pytest.raises(SentBefore):
        await forms.sent_before(database, "two", "rita")
    await forms.take_back(database, "two")
    assert await forms.sent_before(database, "two", "rita") is None


async def test_what_was_typed_is_for_its_person_and_an_hour(inward: Service, rita: Person) -> None:
    database, safe = inward.database, inward.application.safe
    for number in range(15):
        word = await forms.keep_typed(database, safe, "rita", "/a", {"b": str(number)})
    assert await forms.typed_before(database, safe, "rita", word) == ("/a", {"b": "14"})
    assert await forms.typed_before(database, safe, "ada", word) is None
    assert await forms.typed_before(database, safe, "rita", "x" * 101) is None
    assert await database.value("SELECT count(*) FROM access.web_typed") <= 11
    await database.execute("UPDATE access.web_typed SET expires_at = now()")
    assert await forms.typed_before(database, safe, "rita", word) is None
    await accounts.forget_expired(database, (await database.value("SELECT now()")))
    assert await database.value("SELECT count(*) FROM access.web_typed") == 0
