"""Tokens of external issuers: what a real provider signs is taken, what is forged is not."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from customer_inventory.access.oauth import client as clients
from customer_inventory.access.oauth import issuer as issuers
from customer_inventory.access.oauth import key_set
from customer_inventory.access.oauth.issuer import Issuer
from customer_inventory.access.oauth.key_set import KeySet
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.store.outward import Allowed
from tests.access.oauth import provider as providers
from tests.access.oauth.conftest import INDIVIDUALS
from tests.conftest import Service
from tests.store.eventually import eventually

AUDIENCE = providers.AUDIENCE
HERE = Allowed.parse("127.0.0.0/8")


@dataclass
class Keys:
    """A place that holds a key set; what it answers can be changed, and its calls are counted."""

    uri: str = ""
    answer: bytes = b""
    wait: float = 0.0
    status: int = 200
    calls: list[float] = field(default_factory=list)

    async def told(self, _: web.Request) -> web.Response:
        self.calls.append(time.monotonic())
        await asyncio.sleep(self.wait)
        headers = {"location": "/elsewhere"} if self.status == 302 else {}
        return web.Response(body=self.answer, status=self.status, headers=headers)

    def hold(self, *keys: Any) -> None:
        self.answer = json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


@asynccontextmanager
async def _held() -> AsyncIterator[Keys]:
    keys = Keys()
    application = web.Application()
    application.router.add_get("/jwks", keys.told)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    keys.uri = f"http://{host}:{port}/jwks"
    try:
        yield keys
    finally:
        await runner.cleanup()


@pytest.fixture
async def keys() -> AsyncIterator[Keys]:
    async with _held() as keys:
        yield keys


@dataclass
class Forge:
    """An issuer of the tests: it signs what it is told."""

    service: Service
    key: ECKey
    issuer: Issuer
    keys: Keys

    def token(self, header: Any = None, key: Any = None, **claims: Any) -> str:
        """Return a token; claims given replace the right ones, None leaves one out."""
        at = int(time.time())
        right = {
            "iss": self.issuer.issuer,
            "aud": AUDIENCE,
            "sub": "app",
            "client_id": "app",
            "scope": "dpv:testing",
            "iat": at,
            "exp": at + 300,
            "jti": f"{time.monotonic_ns()}",
        }
        told = {name: value for name, value in {**right, **claims}.items() if value is not None}
        head = {"alg": "ES256", "typ": "at+jwt", "kid": "one", **(header or {})}
        head = {name: value for name, value in head.items() if value is not None}
        return jwt.encode(head, told, key or self.key, algorithms=[head["alg"]])

    async def status(self, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return (await self.service.client.get(INDIVIDUALS, headers=headers)).status_code


@pytest.fixture
async def forge(inward: Service, keys: Keys) -> Forge:
    key = ECKey.generate_key("P-256", parameters={"kid": "one", "use": "sig"})
    keys.hold(key)
    issuer = Issuer("https://login.example", keys.uri, AUDIENCE)
    await issuers.trust(inward.database, issuer, registered_by="the tests")
    await clients.register_external(
        inward.database,
        "app-at-login",
        "billing",
        issuer=issuer.issuer,
        external_id="app",
        registered_by="the tests",
    )
    return Forge(inward, key, issuer, keys)


async def test_a_real_provider_says_which_client_calls(
    inward: Service, provider_modules: Path
) -> None:
    async with providers.running(provider_modules, f"{inward.base}/sign-in/openid") as provider:
        issuer = Issuer(provider.issuer, provider.jwks_uri, AUDIENCE)
        await issuers.trust(inward.database, issuer, registered_by="the tests")
        await clients.register_external(
            inward.database,
            "billing-there",
            "billing",
            issuer=provider.issuer,
            external_id="billing-app",
            registered_by="the tests",
        )
        async with httpx.AsyncClient(base_url=inward.base) as caller:
            for client, expected in (("billing-app", 200), ("stranger-app", 401)):
                headers = {"Authorization": f"Bearer {await provider.token(client)}"}
                answer = await caller.get(INDIVIDUALS, headers=headers)
                assert answer.status_code == expected
            # It permits nothing of its own: the process may read individuals, no more.
            headers = {"Authorization": f"Bearer {await provider.token('billing-app')}"}
            denied = await caller.post(INDIVIDUALS, headers=headers, json={})
            assert denied.status_code == 403
    row = await inward.database.row(
        "SELECT process, purpose, status, decision FROM access.entry ORDER BY at DESC LIMIT 1"
    )
    assert row is not None
    assert tuple(row) == ("billing", "testing", 403, "deny")


async def test_a_token_of_an_issuer_acts_for_its_process_and_one_purpose(forge: Forge) -> None:
    assert await forge.status(forge.token()) == 200
    assert await forge.status(forge.token(aud=["https://other.example", AUDIENCE])) == 200
    # Without a purpose it is the only one that the process has.
    assert await forge.status(forge.token(scope="openid")) == 200
    assert await forge.status(forge.token(scope=["openid", "dpv:testing"])) == 200
    assert await forge.status(forge.token(scope="dpv:another")) == 403


async def test_forged_tokens_are_refused(forge: Forge) -> None:
    at = int(time.time())
    stranger = ECKey.generate_key("P-256", parameters={"kid": "one"})
    pem = forge.key.as_pem(private=False)
    good = forge.token()

    def unsigned(header: Any) -> str:
        head = json.dumps({"typ": "at+jwt", "kid": "one", **header}).encode()
        return f"{base64.urlsafe_b64encode(head).decode().rstrip('=')}.{good.split('.')[1]}."

    tokens = {
        "none": unsigned({"alg": "none"}),
        "NoNe": unsigned({"alg": "NoNe"}),
        "hmac with the public key": _hmac(forge, pem),
        "another key under its id": forge.token(key=stranger),
        "an algorithm that is not accepted": forge.token(
            {"alg": "ES512"}, ECKey.generate_key("P-521")
        ),
        "a key of RSA": forge.token({"alg": "RS256"}, RSAKey.generate_key(2048)),
        "an ID token": forge.token({"typ": "JWT"}),
        "no type": forge.token({"typ": None}),
        "no audience": forge.token(aud=None),
        "another audience": forge.token(aud="console"),
        "audiences without us": forge.token(aud=["a", "b"]),
        "another issuer": forge.token(iss="https://other.example"),
        "an issuer with a slash": forge.token(iss="https://login.example/"),
        "expired": forge.token(iat=at - 300, exp=at - 60),
        "no exp": forge.token(exp=None),
        "no iat": forge.token(iat=None),
        "exp as text": forge.token(exp=str(at + 60)),
        "exp that is no number": forge.token(exp=float("nan")),
        "exp without end": forge.token(exp=float("inf")),
        "not yet": forge.token(nbf=at + 300),
        "issued later": forge.token(iat=at + 200),
        "lives too long": forge.token(exp=at + 7200),
        "no client": forge.token(client_id=None),
        "an unknown client": forge.token(client_id="another"),
        "a list of clients": forge.token(client_id=["app"]),
        "two purposes": forge.token(scope="dpv:testing dpv:other"),
        "bound in a way we cannot check": forge.token(cnf={"x5t#S256": "AAAA"}),
        "cut": good[:-10],
    }
    refused = {name: await forge.status(token) for name, token in tokens.items()}
    assert refused == dict.fromkeys(tokens, 401)


def _hmac(forge: Forge, pem: bytes) -> str:
    import hmac

    payload = forge.token().split(".")[1]
    head = json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": "one"}).encode()
    text = f"{base64.urlsafe_b64encode(head).decode().rstrip('=')}.{payload}"
    mac = base64.urlsafe_b64encode(hmac.digest(pem, text.encode(), "sha256")).decode()
    return f"{text}.{mac.rstrip('=')}"


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c", "crit"])
async def test_a_header_that_brings_its_own_key_is_refused_and_nothing_is_called(
    forge: Forge, member: str
) -> None:
    stranger = ECKey.generate_key("P-256")
    async with _held() as elsewhere:
        elsewhere.hold(stranger)
        value: Any = {
            "jwk": stranger.as_dict(private=False),
            "jku": elsewhere.uri,
            "x5u": elsewhere.uri,
            "x5c": ["AAAA"],
            "crit": ["b64"],
        }[member]
        told = forge.token().split(".")
        head = {"alg": "ES256", "typ": "at+jwt", "kid": "one", member: value}
        header = base64.urlsafe_b64encode(json.dumps(head).encode()).decode().rstrip("=")
        assert await forge.status(f"{header}.{told[1]}.{told[2]}") == 401
        assert elsewhere.calls == []
    assert len(forge.keys.calls) <= 1


async def test_tokens_that_are_refused_are_counted_as_strangers(forge: Forge) -> None:
    assert await forge.status(forge.token(aud=None)) == 401
    await forge.service.application.strangers.keep()
    rows = await forge.service.database.fetch("SELECT source, refused FROM access.stranger")
    assert [tuple(row) for row in rows] == [("127.0.0.1", 1)]


async def test_a_removed_issuer_and_a_revoked_client_end_at_once(forge: Forge) -> None:
    token = forge.token()
    assert await forge.status(token) == 200
    await clients.revoke(forge.service.database, "app-at-login")

    async def refused() -> bool:
        return await forge.status(token) == 401

    await eventually(refused)
    await issuers.remove(forge.service.database, forge.issuer.issuer)
    with pytest.raises(NotFound):
        await issuers.remove(forge.service.database, forge.issuer.issuer)
    assert await forge.status(token) == 401
    # Trusted again it does not bring back who was let in before.
    await issuers.trust(forge.service.database, forge.issuer, registered_by="the tests")
    assert await forge.status(forge.token()) == 401


async def test_unknown_keys_make_us_look_once_a_minute(forge: Forge) -> None:
    assert await forge.status(forge.token()) == 200
    tokens = [forge.token({"kid": f"unknown-{number}"}) for number in range(1000)]
    answers = set()
    for start in range(0, 1000, 100):
        answers |= set(await asyncio.gather(*map(forge.status, tokens[start : start + 100])))
    assert answers == {401}
    assert len(forge.keys.calls) == 1


async def test_a_new_key_is_found_and_an_old_one_goes(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (ECKey.generate_key("P-256", parameters={"kid": kid}) for kid in ("one", "two"))
    keys.hold(one)
    held = KeySet(keys.uri, HERE)
    assert await held.key("one") is not None
    assert await held.key(None) is not None
    keys.hold(two)
    assert await held.key("two") is None
    monkeypatch.setattr(key_set, "_AGAIN_AFTER", key_set.timedelta(0))
    assert await held.key("two") is not None
    assert await held.key("one") is None


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense",
        b"[]",
        b'{"keys": []}',
        b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]}',
        b'{"keys": [{"kty": "EC", "kid": "one"}]}',
        b'{"keys": [1]}',
        b'{"keys": [' + b",".join([b'{"kty": "EC"}'] * 10_000) + b"]}",
        b" " * 50_000_000,
        None,
    ],
    ids=["no json", "a list", "none", "shared", "half", "number", "10000", "50 MB", "redirect"],
)
async def test_keys_stay_when_they_cannot_be_fetched_again(
    keys: Keys, answer: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.hold(ECKey.generate_key("P-256", parameters={"kid": "one"}))
    held = KeySet(keys.uri, HERE)
    assert await held.key("one") is not None
    monkeypatch.setattr(key_set, "_AGAIN_AFTER", key_set.timedelta(0))
    monkeypatch.setattr(key_set, "_OLD_AFTER", key_set.timedelta(0))
    keys.answer, keys.status = (b"", 302) if answer is None else (answer, 200)
    assert await held.key("one") is not None
    assert await held.key("two") is None
    assert len(keys.calls) == 3


async def test_a_slow_key_set_is_given_up(keys: Keys) -> None:
    keys.hold(ECKey.generate_key("P-256", parameters={"kid": "one"}))
    keys.wait = 30
    began = time.monotonic()
    assert await KeySet(keys.uri, HERE).key("one") is None
    assert time.monotonic() - began < 15


async def test_keys_are_not_fetched_from_inside_nor_in_the_clear(keys: Keys) -> None:
    keys.hold(ECKey.generate_key("P-256", parameters={"kid": "one"}))
    assert await KeySet(keys.uri, Allowed()).key("one") is None

    async def public(_: str, __: int) -> list[str]:
        return ["93.184.216.34"]

    plain = KeySet("http://login.example/jwks", Allowed(), resolving=public)
    assert await plain.key("one") is None
    assert keys.calls == []


@pytest.mark.parametrize(
    "change",
    [
        {"audience": ""},
        {"jwks_uri": " "},
        {"algorithms": ("HS256",)},
        {"algorithms": ("none",)},
        {"algorithms": ()},
        {"accepted_types": ()},
        {"longest_life": key_set.timedelta(days=2)},
        {"leeway": key_set.timedelta(hours=1)},
        {"issuer": "x" * 501},
    ],
)
async def test_an_issuer_that_is_none_is_refused(forge: Forge, change: Any) -> None:
    with pytest.raises(Invalid):
        await issuers.trust(
            forge.service.database, replace(forge.issuer, **change), registered_by="x"
        )


async def test_a_client_is_known_to_one_issuer_by_one_name(forge: Forge) -> None:
    async def register(name: str, issuer: str, there: str) -> None:
        await clients.register_external(
            forge.service.database,
            name,
            "billing",
            issuer=issuer,
            external_id=there,
            registered_by="the tests",
        )

    with pytest.raises(Conflict):
        await register("another", forge.issuer.issuer, "app")
    with pytest.raises(NotFound):
        await register("another", "https://other.example", "app")
    with pytest.raises(Invalid):
        await register("another", forge.issuer.issuer, " ")
    with pytest.raises(Conflict):
        await clients.new_secret(forge.service.database, "app-at-login")
    async with httpx.AsyncClient(base_url=forge.service.base) as stranger:
        answer = await stranger.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=("app-at-login", "anything"),
        )
    assert answer.status_code == 401
