"""A browser of the tests, and people who have enrolled with it."""

import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import httpx
import pyotp
import pytest

from customer_inventory.access.person import account as accounts
from customer_inventory.access.person import enrolment
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from tests.conftest import Service, _created
from tests.console.visitor import Browser, hidden
from tests.console.world import World, peopled
from tests.tmf.conftest import serving

PASSWORD = "seven green lanterns"


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


@pytest.fixture(scope="session")
async def world(
    server: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A service with customers and a person for each role; its tests share the records."""
    name = f"cinv_world_{os.getpid()}"
    dsn = await _created(server, name, template)
    async with Database(dsn) as database, serving(dsn, database) as service:
        yield await peopled(service, tmp_path_factory.mktemp("world"))
    connection = await asyncpg.connect(server.superuser_dsn)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()
