"""One's own account: tokens that name the person, another password, sessions ended."""

import re

import httpx
import pytest

from customer_inventory.access import registration
from customer_inventory.access.person import account as accounts
from customer_inventory.access.person import personal_token
from customer_inventory.kit.errors import Refused
from tests.conftest import Service
from tests.console.conftest import PASSWORD, Browser, Person, enrolled
from tests.store.eventually import eventually

INDIVIDUALS = "/tmf-api/partyManagement/v5/individual"


@pytest.fixture
async def rita(inward: Service, browser: Browser) -> Person:
    await inward.token_for("desk", "individual:read")
    rita = await enrolled(inward, browser, "rita")
    await accounts.admit(inward.database, "rita", "desk", admitted_by="the tests")
    assert (await rita.sign_in(browser, inward.database)).status_code == 303
    return rita


async def made(browser: Browser, **form: str) -> httpx.Response:
    told = {"name": "My script", "process": "desk testing", "days": "30", **form}
    return await browser.form("/account/token", **told)


async def status(service: Service, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return (await service.client.get(INDIVIDUALS, headers=headers)).status_code


def shown(page: httpx.Response) -> str:
    found = re.search(r"<code>(cinv_[\w-]+)</code>", page.text)
    assert found is not None, page.text
    return found[1]


async def test_a_token_acts_through_a_process_and_names_the_person(
    inward: Service, browser: Browser, rita: Person
) -> None:
    page = await made(browser)
    assert page.status_code == 200
    token = shown(page)
    assert await status(inward, token) == 200
    row = await inward.database.row(
        "SELECT process, purpose, person FROM access.entry ORDER BY at DESC LIMIT 1"
    )
    assert row is not None
    assert tuple(row) == ("desk", "testing", "rita")
    again = await browser.get("/account")
    assert token not in again.text
    assert "My script" in again.text
    kept = await inward.database.value("SELECT string_agg(t::text, '') FROM access.token AS t")
    assert token not in kept


@pytest.mark.parametrize("how", ["token", "account", "admission", "process"])
async def test_a_token_ends_at_once(
    inward: Service, browser: Browser, rita: Person, how: str
) -> None:
    token = shown(await made(browser))
    assert await status(inward, token) == 200
    if how == "token":
        answer = await browser.form("/account/token/revoke", name="My script")
        assert answer.status_code == 303
    elif how == "account":
        await accounts.disable(inward.database, "rita")
    elif how == "admission":
        await accounts.dismiss(inward.database, "rita", "desk")
    else:
        await registration.revoke_tokens(inward.database, "desk")

    async def refused() -> bool:
        return await status(inward, token) == 401

    await eventually(refused)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"process": "tester testing"}, 403),
        ({"process": "desk another"}, 403),
        ({"process": ""}, 403),
        ({"name": ""}, 400),
        ({"name": "<b>"}, 400),
        ({"name": "x" * 61}, 400),
        ({"days": "0"}, 400),
        ({"days": "91"}, 400),
        ({"days": "-1"}, 400),
        ({"days": "a"}, 400),
    ],
)
async def test_a_token_that_may_not_be_is_refused(
    inward: Service, browser: Browser, rita: Person, change: dict[str, str], expected: int
) -> None:
    assert (await made(browser, **change)).status_code == expected
    assert list(await personal_token.tokens(inward.database, "rita")) == []


async def test_names_of_tokens_differ_and_an_expired_one_makes_room(
    inward: Service, browser: Browser, rita: Person
) -> None:
    assert (await made(browser)).status_code == 200
    assert (await made(browser)).status_code == 409
    await inward.database.execute("UPDATE access.token SET expires_at = now() WHERE name <> ''")
    assert (await made(browser)).status_code == 200
    assert (await browser.form("/account/token/revoke", name="another")).status_code == 404


async def test_nobody_acts_through_the_house(inward: Service, rita: Person) -> None:
    with pytest.raises(Refused):
        await accounts.admit(inward.database, "rita", "manage-customer-inventory", admitted_by="x")


async def test_another_password_ends_other_sessions(
    inward: Service, browser: Browser, rita: Person
) -> None:
    elsewhere = Browser(browser.base, browser.http)
    await rita.sign_in(elsewhere, inward.database)
    new = "eight blue lanterns"
    form = {"current": PASSWORD, "password": new, "again": new}
    for change, expected in (
        ({"current": "another one"}, 401),
        ({"again": "not the same"}, 400),
        ({"password": "short", "again": "short"}, 400),
    ):
        answer = await browser.form("/account/password", **{**form, **change})
        assert answer.status_code == expected
    assert (await elsewhere.get("/account")).status_code == 200
    before = dict(browser.cookies)
    assert (await browser.form("/account/password", **form)).status_code == 303
    assert browser.cookies != before
    assert (await browser.get("/account")).status_code == 200
    assert (await elsewhere.get("/account")).status_code == 303
    assert (await rita.sign_in(elsewhere, inward.database)).status_code == 401
    assert (await rita.sign_in(elsewhere, inward.database, password=new)).status_code == 303


async def test_other_sessions_are_ended(inward: Service, browser: Browser, rita: Person) -> None:
    elsewhere = Browser(browser.base, browser.http)
    await rita.sign_in(elsewhere, inward.database)
    assert (await browser.form("/account/sessions/end")).status_code == 303
    assert (await elsewhere.get("/account")).status_code == 303
    assert (await browser.get("/account")).status_code == 200
