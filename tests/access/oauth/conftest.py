"""Clients of a process, by secret and by key, against a running service."""

import json
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from customer_inventory.access.oauth import client as clients
from customer_inventory.store.database import Database
from tests.access.oauth import provider as providers
from tests.conftest import Service
from tests.tmf.conftest import serving

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
INDIVIDUALS = "/tmf-api/partyManagement/v5/individual"


@dataclass(frozen=True)
class Process:
    """A process with two clients: `by-secret` and `by-key`."""

    service: Service
    secret: str
    key: ECKey

    @property
    def issuer(self) -> str:
        return self.service.base

    async def ask(self, form: Any, path: str = "/oauth2/token", **kwargs: Any) -> httpx.Response:
        """Send a form to an endpoint, without any other authentication."""
        async with httpx.AsyncClient(base_url=self.issuer) as stranger:
            return await stranger.post(path, data=form, **kwargs)

    async def get(self, path: str) -> Any:
        """Return what a public address tells."""
        async with httpx.AsyncClient(base_url=self.issuer) as stranger:
            return (await stranger.get(path)).json()

    async def token(self, scope: str = "dpv:testing") -> str:
        answer = await self.ask(
            {"grant_type": "client_credentials", "scope": scope}, auth=("by-secret", self.secret)
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def listed(self, token: str, **headers: str) -> httpx.Response:
        """Ask for individuals with a token."""
        async with httpx.AsyncClient(base_url=self.issuer) as stranger:
            return await stranger.get(
                INDIVIDUALS, headers={"Authorization": f"Bearer {token}", **headers}
            )

    def assertion(self, key: ECKey | None = None, header: Any = None, **claims: Any) -> str:
        """Return a client assertion; claims given replace the right ones, None leaves one out."""
        right = {
            "iss": "by-key",
            "sub": "by-key",
            "aud": self.issuer,
            "jti": uuid.uuid4().hex,
            "iat": int(time.time()),
            "exp": int(time.time()) + 120,
        }
        told = {name: value for name, value in {**right, **claims}.items() if value is not None}
        return jwt.encode({"alg": "ES256", **(header or {})}, told, key or self.key)

    def asking(self, assertion: str, **more: str) -> dict[str, str]:
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
            **more,
        }


Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def process(service: Service) -> Process:
    await service.token_for("billing", "individual:read")
    secret, _ = await clients.register_with_secret(
        service.database, "by-secret", "billing", registered_by="the tests"
    )
    key = ECKey.generate_key("P-256")
    jwks = json.dumps({"keys": [key.as_dict(private=False)]}).encode()
    await clients.register_with_keys(
        service.database, "by-key", "billing", jwks, registered_by="the tests"
    )
    return Process(service, secret, key)


@pytest.fixture
async def inward(dsn: str, database: Database) -> AsyncIterator[Service]:
    """The service, allowed to call this machine: the issuers of the tests are here."""
    async with serving(dsn, database, callback_allow="127.0.0.0/8") as service:
        await service.token_for("billing", "individual:read")
        yield service


@pytest.fixture(scope="session")
def provider_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the provider of the tests is installed."""
    return providers.installed(tmp_path_factory.mktemp("provider"))
