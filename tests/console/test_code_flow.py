"""Signing in at a real provider: the code flow with PKCE, and every part of it tampered with."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from customer_inventory.access.oauth import issuer as issuers
from customer_inventory.access.oauth.issuer import Issuer
from customer_inventory.access.person import account as accounts
from customer_inventory.access.person import code_flow
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.store.safe import Safe
from tests.access.oauth import provider as providers
from tests.conftest import Service
from tests.console.conftest import Browser

FLOW, SESSION = "__Host-cinv-flow", "__Host-cinv-session"


@dataclass
class There:
    """A provider at which `carla` can sign in."""

    service: Service
    browser: Browser
    provider: providers.Provider

    async def begun(self) -> str:
        """Let the browser begin; return where it is sent."""
        answer = await self.browser.get(f"/sign-in/openid?{urlencode({'issuer': self.issuer})}")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    @property
    def issuer(self) -> str:
        return self.provider.issuer

    async def walked(self, url: str, login: str = "carla") -> str:
        """Sign in on the provider's pages as a browser would; return where it sends back to."""
        async with httpx.AsyncClient(follow_redirects=False) as http:
            for _ in range(12):
                answer = await http.get(url)
                while answer.is_redirect:
                    url = str(answer.next_request.url) if answer.next_request else ""
                    if url.startswith(self.service.base):
                        return url
                    answer = await http.get(url)
                form = {"prompt": "login", "login": login, "password": "x"}
                if "consent" in answer.text and 'name="login"' not in answer.text:
                    form = {"prompt": "consent"}
                answer = await http.post(url, data=form)
                url = str(answer.next_request.url) if answer.next_request else url
        raise AssertionError(answer.text)

    async def back(self, url: str, **changed: str | None) -> httpx.Response:
        """Come back from the provider, with parameters changed or (None) left out."""
        told = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        told = {name: value for name, value in {**told, **changed}.items() if value is not None}
        return await self.browser.get(f"/sign-in/return?{urlencode(told)}")


@pytest.fixture(scope="session")
def provider_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return providers.installed(tmp_path_factory.mktemp("provider"))


@pytest.fixture
async def there(inward: Service, browser: Browser, provider_modules: Path) -> AsyncIterator[There]:
    async with providers.running(provider_modules, f"{inward.base}/sign-in/return") as provider:
        issuer = Issuer(provider.issuer, provider.jwks_uri, providers.AUDIENCE)
        await issuers.trust(inward.database, issuer, registered_by="the tests")
        await code_flow.offer(
            inward.database,
            inward.application.safe,
            provider.issuer,
            title="The company's <login>",
            client="console",
            secret=providers.SECRET,
            authorization_endpoint=f"{provider.issuer}/auth",
            token_endpoint=f"{provider.issuer}/token",
        )
        await accounts.register(inward.database, "carla", name="Carla", registered_by="x")
        await accounts.link(
            inward.database, "carla", issuer=provider.issuer, subject="carla", linked_by="x"
        )
        yield There(inward, browser, provider)


async def test_a_person_signs_in_at_a_real_provider(there: There) -> None:
    page = await there.browser.get("/sign-in")
    assert "The company&#39;s &lt;login&gt;" in page.text
    there.browser.cookies[SESSION] = before = "chosen-by-somebody-else"
    answer = await there.back(await there.walked(await there.begun()))
    assert (answer.status_code, answer.headers["location"]) == (303, "/home")
    assert FLOW not in there.browser.cookies
    assert there.browser.cookies[SESSION] != before
    assert "<h1><bdi>Carla</bdi></h1>" in (await there.browser.get("/account")).text
    row = await there.service.database.row(
        "SELECT person, operation, decision FROM access.entry ORDER BY at DESC LIMIT 1"
    )
    assert row is not None
    assert tuple(row) == ("carla", "signIn", "permit")


async def test_what_was_asked_holds_no_secret(there: There) -> None:
    asked = parse_qs(urlsplit(await there.begun()).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert there.browser.cookies[FLOW] not in str(asked)
    text = await there.service.database.value(
        "SELECT string_agg(f::text, '') FROM access.code_flow AS f"
    )
    assert there.browser.cookies[FLOW] not in text
    assert asked["state"][0] not in text


async def test_each_part_tampered_with_is_refused(there: There) -> None:
    good = await there.walked(await there.begun())
    cookie = there.browser.cookies[FLOW]
    for changed in (
        {"state": "another"},
        {"state": None},
        {"code": None},
        {"iss": "https://other.example"},
        {"iss": ""},
    ):
        # What is wrong uses the flow up at most: it never opens one.
        there.browser.cookies[FLOW] = cookie
        assert (await there.back(good, **changed)).status_code == 400, changed
        assert SESSION not in there.browser.cookies


async def test_another_browser_a_changed_code_and_a_second_use_are_refused(there: There) -> None:
    good = await there.walked(await there.begun())
    mine = there.browser.cookies.pop(FLOW)
    assert (await there.back(good)).status_code == 400
    there.browser.cookies[FLOW] = "x" * 43
    assert (await there.back(good)).status_code == 400
    there.browser.cookies[FLOW] = mine
    assert (await there.back(good)).status_code == 303
    there.browser.cookies = {FLOW: mine}
    assert (await there.back(good)).status_code == 400
    again = await there.walked(await there.begun())
    assert (await there.back(again, code="another")).status_code == 400
    repeated = f"/sign-in/return?{urlsplit(again).query}&state=another"
    assert (await there.browser.get(repeated)).status_code == 400
    assert SESSION not in there.browser.cookies
    await there.service.application.strangers.keep()
    assert await there.service.database.value("SELECT sum(refused) FROM access.stranger") == 5


async def test_a_code_of_another_flow_does_not_fit(there: There) -> None:
    """PKCE and nonce: a code that was given to another browser opens nothing here."""
    theirs = await there.walked(await there.begun())
    there.browser.cookies.clear()
    mine = await there.begun()
    state = parse_qs(urlsplit(mine).query)["state"][0]
    assert (await there.back(theirs, state=state)).status_code == 400


async def test_who_is_not_linked_or_disabled_does_not_come_in(there: There) -> None:
    assert (await there.back(await there.walked(await there.begun(), "dora"))).status_code == 400
    await accounts.disable(there.service.database, "carla")
    assert (await there.back(await there.walked(await there.begun()))).status_code == 400
    assert SESSION not in there.browser.cookies


async def test_a_flow_that_took_too_long_and_a_removed_issuer(there: There) -> None:
    late = await there.walked(await there.begun())
    await there.service.database.execute("UPDATE access.code_flow SET expires_at = now()")
    assert (await there.back(late)).status_code == 400
    good = await there.walked(await there.begun())
    await issuers.remove(there.service.database, there.issuer)
    assert (await there.back(good)).status_code == 400
    assert (await there.browser.get("/sign-in/openid?issuer=x")).status_code == 404


async def test_with_several_providers_the_issuer_must_be_named(there: There) -> None:
    other = Issuer("https://other.example", "https://other.example/jwks", "x")
    await issuers.trust(there.service.database, other, registered_by="x")
    await code_flow.offer(
        there.service.database,
        there.service.application.safe,
        other.issuer,
        title="Other",
        client="console",
        secret=None,
        authorization_endpoint="https://other.example/auth",
        token_endpoint="https://other.example/token",
    )
    good = await there.walked(await there.begun())
    assert (await there.back(good, iss=None)).status_code == 400


async def test_offers_and_links_that_are_none_are_refused(there: There, tmp_path: Path) -> None:
    safe, database = Safe.kept_in(tmp_path), there.service.database
    right = {
        "title": "x",
        "client": "x",
        "secret": "x",
        "authorization_endpoint": "https://x.example/auth",
        "token_endpoint": "https://x.example/token",
    }
    for change in ({"title": " "}, {"secret": ""}, {"token_endpoint": "javascript:alert(1)"}):
        with pytest.raises(Invalid):
            await code_flow.offer(database, safe, there.issuer, **{**right, **change})
    with pytest.raises(NotFound):
        await code_flow.offer(database, safe, "https://nobody.example", **right)
    await accounts.register(database, "dora", name="Dora", registered_by="x")
    with pytest.raises(Conflict):
        await accounts.link(database, "dora", issuer=there.issuer, subject="carla", linked_by="x")
    with pytest.raises(NotFound):
        await accounts.link(database, "nobody", issuer=there.issuer, subject="z", linked_by="x")
