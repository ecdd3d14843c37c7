"""A browser of the tests, and people who have enrolled with it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx
import pyotp
import pytest

from customer_inventory.access.person import account as accounts
from customer_inventory.access.person import enrolment
from customer_inventory.store.database import Database
from tests.conftest import Service
from tests.tmf.conftest import serving

PASSWORD = "seven green lanterns"


@dataclass
class Browser:
    """Keeps secure cookies, though this is plain http, and says where forms come from."""

    base: str
    http: httpx.AsyncClient
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return self._kept(await self.http.get(path, headers={**self._cookie(), **headers}))

    async def send(self, path: str, form: Any, **headers: str) -> httpx.Response:
        told = {"Origin": self.base, **self._cookie(), **headers}
        return self._kept(await self.http.post(path, data=form, headers=told))

    async def form(self, path: str, **form: str) -> httpx.Response:
        """Send a form of the page of one's account, with its token."""
        page = await self.get("/account")
        return await self.send(path, {"form_token": hidden(page, "form_token"), **form})

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        for line in answer.headers.get_list("set-cookie"):
            pair, _, rest = line.partition(";")
            name, _, value = pair.partition("=")
            assert name.startswith("__Host-")
            for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
                assert word in rest
            assert "Domain" not in rest
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer


def hidden(page: httpx.Response, name: str) -> str:
    """Return what a page holds in a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return unescape(found[1])


@dataclass
class Person:
    """A person who has enrolled."""

    person: str
    totp: pyotp.TOTP
    codes: list[str]
    password: str = PASSWORD

    async def fresh(self, database: Database) -> str:
        """Return a code, as if its time step had not been used yet."""
        await database.execute(
            "UPDATE access.account SET last_step = 0 WHERE person = $1", self.person
        )
        return self.totp.now()

    async def sign_in(self, browser: Browser, database: Database, **other: str) -> httpx.Response:
        told = {
            "person": self.person,
            "password": self.password,
            "code": await self.fresh(database),
            **other,
        }
        return await browser.send("/sign-in", told)


async def enrolled(
    service: Service, browser: Browser, person: str, *, administrator: bool = False
) -> Person:
    """Register a person, who enrols with the browser."""
    await accounts.register(
        service.database,
        person,
        name=person.title(),
        is_administrator=administrator,
        registered_by="the tests",
    )
    secret = await enrolment.invite(service.database, person, made_by="the tests")
    return await enrol(browser, person, secret)


async def enrol(browser: Browser, person: str, secret: str) -> Person:
    """Enrol by a link."""
    page = await browser.get(f"/enrol/{secret}")
    assert page.status_code == 200, page.text
    key = re.search(r"<code>([A-Z2-7 ]{30,})</code>", page.text)
    assert key is not None
    totp = pyotp.TOTP(key[1].replace(" ", ""))
    form = {
        "sealed": hidden(page, "sealed"),
        "password": PASSWORD,
        "again": PASSWORD,
        "code": totp.now(),
    }
    done = await browser.send(f"/enrol/{secret}", form)
    assert done.status_code == 200, done.text
    return Person(person, totp, re.findall(r"<code>([a-z2-9-]{19})</code>", done.text))


@pytest.fixture
async def inward(dsn: str, database: Database) -> AsyncIterator[Service]:
    """The service, allowed to call this machine: the provider of the tests is here."""
    async with serving(dsn, database, callback_allow="127.0.0.0/8") as service:
        yield service


@pytest.fixture
async def browser(inward: Service) -> AsyncIterator[Browser]:
    async with httpx.AsyncClient(base_url=inward.base, timeout=30) as http:
        yield Browser(inward.base, http)
