"""Signing in: both factors, each code once; limits that shut nobody else out; sessions that end."""

import asyncio
import statistics
import time

import pyotp
import pytest

from customer_inventory.access.person import account as accounts
from customer_inventory.access.person import enrolment
from customer_inventory.access.person.attempts import MOST_OF_ONE
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from tests.conftest import Service
from tests.console.conftest import PASSWORD, Browser, Person, enrol, enrolled, hidden

SESSION = "__Host-cinv-session"


@pytest.fixture
async def ada(inward: Service, browser: Browser) -> Person:
    return await enrolled(inward, browser, "ada", administrator=True)


async def entries(service: Service) -> list[tuple[str, ...]]:
    rows = await service.database.fetch(
        "SELECT process, person, operation, decision FROM access.entry ORDER BY at"
    )
    return [tuple(row) for row in rows]


async def test_a_person_signs_in_and_out(inward: Service, browser: Browser, ada: Person) -> None:
    assert (await browser.get("/account")).headers["location"] == "/sign-in"
    answer = await ada.sign_in(browser, inward.database)
    assert (answer.status_code, answer.headers["location"]) == (303, "/home")
    page = await browser.get("/account")
    assert page.status_code == 200
    assert "<h1><bdi>Ada</bdi></h1>" in page.text
    assert (await browser.get("/sign-in")).headers["location"] == "/home"
    session = dict(browser.cookies)
    assert (await browser.form("/sign-out")).headers["location"] == "/sign-in"
    assert browser.cookies == {}
    browser.cookies = session
    assert (await browser.get("/account")).headers["location"] == "/sign-in"
    house = "manage-customer-inventory"
    assert await entries(inward) == [
        (house, "ada", "enrol", "permit"),
        (house, "ada", "signIn", "permit"),
        (house, "ada", "signOut", "permit"),
    ]


async def test_what_is_wrong_is_not_told(inward: Service, browser: Browser, ada: Person) -> None:
    wrong = [
        {"password": "another password"},
        {"code": "000000"},
        {"code": ""},
        {"person": "nobody"},
        {"person": "", "password": "", "code": ""},
        {"password": "x" * 5000},
        {"code": "a" * 5000},
        {"person": "ada\u0000"},
    ]
    pages = set()
    for change in wrong:
        answer = await ada.sign_in(browser, inward.database, **change)
        assert answer.status_code == 401, change
        pages.add(answer.text)
    assert len(pages) == 1
    assert browser.cookies == {}


async def test_a_code_is_good_once(inward: Service, browser: Browser, ada: Person) -> None:
    code = await ada.fresh(inward.database)
    told = {"person": "ada", "password": PASSWORD, "code": code}
    assert (await browser.send("/sign-in", told)).status_code == 303
    browser.cookies.clear()
    again = await browser.send("/sign-in", told)
    assert again.status_code == 401
    earlier = ada.totp.at(int(time.time()) - 30)
    assert (await browser.send("/sign-in", {**told, "code": earlier})).status_code == 401
    # The one who has the password is known: each refusal is an entry of its own.
    assert (await entries(inward))[-1] == (
        "manage-customer-inventory", "ada", "signIn", "deny",
    )  # fmt: skip


async def test_one_code_at_the_same_time_opens_one_session(
    inward: Service, browser: Browser, ada: Person
) -> None:
    code = await ada.fresh(inward.database)
    told = {"person": "ada", "password": PASSWORD, "code": code}
    answers = await asyncio.gather(*(browser.send("/sign-in", told) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401]


async def test_a_recovery_code_is_good_once(inward: Service, browser: Browser, ada: Person) -> None:
    assert len(set(ada.codes)) == 10
    told = {"code": ada.codes[0].upper().replace("-", " ")}
    assert (await ada.sign_in(browser, inward.database, **told)).status_code == 303
    assert (await ada.sign_in(browser, inward.database, **told)).status_code == 401
    text = await inward.database.value("SELECT string_agg(r::text, '') FROM access.recovery_code r")
    assert not any(code in text for code in ada.codes)


async def test_whoever_guesses_waits_and_nobody_else(
    inward: Service, browser: Browser, ada: Person
) -> None:
    eve = await enrolled(inward, browser, "eve", administrator=True)
    for _ in range(MOST_OF_ONE):
        answer = await ada.sign_in(browser, inward.database, password="a guess of mine")
        assert answer.status_code == 401
    for _ in range(60):
        waiting = await ada.sign_in(browser, inward.database)
        assert waiting.status_code == 429
    assert waiting.headers["retry-after"] == "900"
    # The second administrator signs in, from the same place too.
    assert (await eve.sign_in(browser, inward.database)).status_code == 303


async def test_an_unknown_name_takes_the_same_work(
    inward: Service, browser: Browser, ada: Person
) -> None:
    spent: dict[str, list[float]] = {"ada": [], "nobody": []}
    for _ in range(MOST_OF_ONE - 1):
        for person, times in spent.items():
            began = time.process_time()
            told = {"person": person, "password": "a guess of mine", "code": "000000"}
            await browser.send("/sign-in", told)
            times.append(time.process_time() - began)
    known, unknown = (statistics.median(times) for times in spent.values())
    assert 0.5 < known / unknown < 2


async def test_the_session_id_is_new_at_each_sign_in(
    inward: Service, browser: Browser, ada: Person
) -> None:
    browser.cookies[SESSION] = "chosen-by-somebody-else"
    await ada.sign_in(browser, inward.database)
    first = browser.cookies[SESSION]
    assert first != "chosen-by-somebody-else"
    await ada.sign_in(browser, inward.database)
    assert browser.cookies[SESSION] != first
    browser.cookies[SESSION] = first
    assert (await browser.get("/account")).status_code == 303
    kept = await inward.database.value("SELECT string_agg(s::text, '') FROM access.web_session s")
    assert first not in kept


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE access.web_session SET seen_at = now() - interval '16 minutes'",
        "UPDATE access.web_session SET begun_at = now() - interval '9 hours'",
        "UPDATE access.account SET state = 'disabled'",
        "DELETE FROM access.web_session",
    ],
)
async def test_a_session_ends(inward: Service, browser: Browser, ada: Person, change: str) -> None:
    await ada.sign_in(browser, inward.database)
    await inward.database.execute(change)
    assert (await browser.get("/account")).headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_form_from_elsewhere_is_refused(
    inward: Service, browser: Browser, ada: Person, headers: dict[str, str]
) -> None:
    answer = await browser.send(
        "/sign-in",
        {"person": "ada", "password": PASSWORD, "code": await ada.fresh(inward.database)},
        **headers,
    )
    assert answer.status_code == 403
    await ada.sign_in(browser, inward.database)
    page = await browser.get("/account")
    token = hidden(page, "form_token")
    for path in ("/sign-out", "/account/token", "/account/password", "/account/sessions/end"):
        assert (await browser.send(path, {"form_token": token}, **headers)).status_code == 403
        for wrong in ({"form_token": ""}, {"form_token": "0" * 64}):
            assert (await browser.send(path, wrong)).status_code == 403
    assert (await browser.get("/account")).status_code == 200


async def test_forms_that_are_none_are_refused(browser: Browser) -> None:
    for content, kind in (
        (b"{}", "application/json"),
        (b"a=1&a=2", "application/x-www-form-urlencoded"),
        (b"\xff", "application/x-www-form-urlencoded"),
        (b"a=%FF", "application/x-www-form-urlencoded"),
        (b"a" * 20_000, "application/x-www-form-urlencoded"),
    ):
        answer = await browser.http.post(
            "/sign-in", content=content, headers={"Origin": browser.base, "Content-Type": kind}
        )
        assert answer.status_code == 400


async def test_pages_are_under_a_strict_policy_and_show_what_was_said_as_text(
    inward: Service, browser: Browser
) -> None:
    await accounts.register(
        inward.database, "mallory", name="<script>alert(1)</script>", registered_by="the tests"
    )
    secret = await enrolment.invite(inward.database, "mallory", made_by="the tests")
    for path in ("/sign-in", f"/enrol/{secret}", "/enrol/unknown", "/sign-in/openid?issuer=x"):
        page = await browser.get(path)
        assert "default-src 'self'; object-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert "<script>" not in page.text
        assert " style=" not in page.text
        assert 'lang="en"' in page.text
    style = await browser.get("/static/console.css")
    assert "immutable" in style.headers["cache-control"]
    assert style.headers["content-type"].startswith("text/css")


async def test_a_link_is_good_once_and_for_a_while(inward: Service, browser: Browser) -> None:
    database = inward.database
    await accounts.register(database, "bob", name="Bob", registered_by="the tests")
    first = await enrolment.invite(database, "bob", made_by="the tests")
    second = await enrolment.invite(database, "bob", made_by="the tests")
    assert (await browser.get(f"/enrol/{first}")).status_code == 404
    await enrol(browser, "bob", second)
    assert (await browser.get(f"/enrol/{second}")).status_code == 404
    third = await enrolment.invite(database, "bob", made_by="the tests")
    await database.execute("UPDATE access.enrolment SET expires_at = now()")
    assert (await browser.get(f"/enrol/{third}")).status_code == 404
    text = await database.value("SELECT string_agg(e::text, '') FROM access.enrolment AS e")
    assert third not in text


@pytest.mark.parametrize(
    "change",
    [
        {"password": "short", "again": "short"},
        {"password": "aaaaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaaaa"},
        {"password": "robert is my name", "again": "robert is my name"},
        {"password": "x y z " * 50, "again": "x y z " * 50},
        {"again": "another one entirely"},
        {"code": "000000"},
        {"code": ""},
        {"sealed": "00"},
        {"sealed": "nonsense"},
    ],
)
async def test_an_enrolment_that_will_not_do_changes_nothing(
    inward: Service, browser: Browser, change: dict[str, str]
) -> None:
    await accounts.register(inward.database, "robert", name="Robert", registered_by="the tests")
    secret = await enrolment.invite(inward.database, "robert", made_by="the tests")
    page = await browser.get(f"/enrol/{secret}")
    sealed = hidden(page, "sealed")
    form = {"sealed": sealed, "password": PASSWORD, "again": PASSWORD, "code": "123456", **change}
    assert (await browser.send(f"/enrol/{secret}", form)).status_code == 400
    known = await accounts.find(inward.database, "robert")
    assert known is not None
    assert (known.state, known.password) == ("invited", None)
    assert (await browser.get(f"/enrol/{secret}")).status_code == 200


async def test_the_first_administrator_and_no_second_by_the_same_way(
    inward: Service, browser: Browser
) -> None:
    async def make(person: str, *, recover: bool = False) -> str:
        return await enrolment.make_administrator(
            inward.database, person, name=person, recover=recover, made_by="the tests"
        )

    # Until somebody has enrolled, the way is open.
    await make("ada")
    ada = await enrol(browser, "ada", await make("ada"))
    with pytest.raises(Conflict):
        await make("eve")
    with pytest.raises(Conflict):
        await accounts.disable(inward.database, "ada")
    await ada.sign_in(browser, inward.database)
    secret = await make("ada", recover=True)
    # The old factors go on until the link is used, then they and their sessions end.
    assert (await browser.get("/account")).status_code == 200
    new = await enrol(browser, "ada", secret)
    assert (await browser.get("/account")).status_code == 303
    answer = await ada.sign_in(browser, inward.database, code=pyotp.TOTP(ada.totp.secret).now())
    assert answer.status_code == 401
    assert (await new.sign_in(browser, inward.database)).status_code == 303


async def test_accounts_that_are_none_are_refused(inward: Service) -> None:
    for person, name in (("Ada", "Ada"), ("", "x"), ("a b", "x"), ("ada", " "), ("x" * 101, "x")):
        with pytest.raises(Invalid):
            await accounts.register(inward.database, person, name=name, registered_by="x")
    with pytest.raises(NotFound):
        await accounts.disable(inward.database, "nobody")
    with pytest.raises(NotFound):
        await enrolment.invite(inward.database, "nobody", made_by="x")
