"""Tokens bound to a key (RFC 9449): without a fresh proof of that request they open nothing."""

import base64
import hashlib
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from customer_inventory.access.oauth import client as clients
from tests.access.oauth.conftest import INDIVIDUALS
from tests.conftest import Service


class Large(JWSRegistry):
    max_header_length = 4096


@dataclass(frozen=True)
class Bound:
    """A client that must prove its key, and a token bound to it."""

    service: Service
    http: httpx.AsyncClient
    secret: str
    key: ECKey
    token: str

    def proof(self, header: Any = None, key: Any = None, **claims: Any) -> str:
        """Return a proof of a GET; claims given replace the right ones, None leaves one out."""
        key = key or self.key
        digest = hashlib.sha256(self.token.encode()).digest()
        right = {
            "jti": uuid.uuid4().hex,
            "htm": "GET",
            "htu": f"{self.service.base}{INDIVIDUALS}",
            "iat": int(time.time()),
            "ath": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        }
        told = {name: value for name, value in {**right, **claims}.items() if value is not None}
        return proof_of(key, told, header)

    async def get(self, *proofs: str, scheme: str = "DPoP", query: str = "") -> httpx.Response:
        headers = [("Authorization", f"{scheme} {self.token}")]
        headers += [("DPoP", proof) for proof in proofs]
        return await self.http.get(f"{INDIVIDUALS}{query}", headers=headers)


def proof_of(key: Any, claims: Any, header: Any = None) -> str:
    algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
    told = {"typ": "dpop+jwt", "alg": algorithm, "jwk": key.as_dict(private=False)}
    return jwt.encode({**told, **(header or {})}, claims, key, registry=Large())


async def asked(
    http: httpx.AsyncClient, base: str, secret: str, key: ECKey | None, **claims: Any
) -> httpx.Response:
    told = {
        "jti": uuid.uuid4().hex,
        "htm": "POST",
        "htu": f"{base}/oauth2/token",
        "iat": int(time.time()),
        **claims,
    }
    headers = {"DPoP": proof_of(key, told)} if key else {}
    return await http.post(
        "/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=("bound", secret),
        headers=headers,
    )


@pytest.fixture
async def bound(service: Service) -> AsyncIterator[Bound]:
    await service.token_for("billing", "individual:read")
    secret, _ = await clients.register_with_secret(
        service.database, "bound", "billing", registered_by="the tests", dpop_required=True
    )
    key = ECKey.generate_key("P-256")
    async with httpx.AsyncClient(base_url=service.base) as http:
        answer = await asked(http, service.base, secret, key)
        assert answer.status_code == 200, answer.text
        assert answer.json()["token_type"] == "DPoP"
        yield Bound(service, http, secret, key, answer.json()["access_token"])


async def test_a_bound_token_opens_with_a_fresh_proof_each_time(bound: Bound) -> None:
    for _ in range(3):
        assert (await bound.get(bound.proof())).status_code == 200
    # The query of a request is not part of what is proved (RFC 9449 section 4.2).
    assert (await bound.get(bound.proof(), query="?limit=1")).status_code == 200


async def test_a_client_that_must_prove_gets_no_token_without(bound: Bound) -> None:
    base = bound.service.base
    for key, claims in (
        (None, {}),
        (bound.key, {"htm": "GET"}),
        (bound.key, {"htu": f"{base}/oauth2/revoke"}),
        (bound.key, {"iat": int(time.time()) - 120}),
    ):
        answer = await asked(bound.http, base, bound.secret, key, **claims)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")


async def test_proofs_that_are_not_right_are_refused(bound: Bound) -> None:
    base, at = bound.service.base, int(time.time())
    used = bound.proof()
    assert (await bound.get(used)).status_code == 200
    good = bound.proof()
    proofs: dict[str, tuple[str, ...]] = {
        "none": (),
        "used before": (used,),
        "two": (bound.proof(), bound.proof()),
        "of another key": (bound.proof(key=ECKey.generate_key("P-256")),),
        "another method": (bound.proof(htm="POST"),),
        "another path": (bound.proof(htu=f"{base}/tmf-api/partyManagement/v5/organization"),),
        "another host": (bound.proof(htu=f"https://other.example{INDIVIDUALS}"),),
        "no address": (bound.proof(htu=None),),
        "address that is none": (bound.proof(htu="http://[x/"),),
        "another token": (bound.proof(ath=base64.urlsafe_b64encode(b"x" * 32).decode()),),
        "no token": (bound.proof(ath=None),),
        "old": (bound.proof(iat=at - 120),),
        "from the future": (bound.proof(iat=at + 120),),
        "no time": (bound.proof(iat=None),),
        "time as text": (bound.proof(iat=str(at)),),
        "no id": (bound.proof(jti=None),),
        "long id": (bound.proof(jti="x" * 500),),
        "another type": (bound.proof({"typ": "JWT"}),),
        "its private key": (bound.proof({"jwk": bound.key.as_dict(private=True)}),),
        "another's key in the header": (
            bound.proof({"jwk": ECKey.generate_key("P-256").as_dict(private=False)}),
        ),
        "a shared key": (bound.proof({"jwk": {"kty": "oct", "k": "c2VjcmV0"}}),),
        "cut": (good[:-8],),
        "nonsense": ("a.b.c",),
        "empty": ("",),
        "very long": ("x" * 9000,),
    }
    answers = {name: await bound.get(*told) for name, told in proofs.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        proofs, 401
    )
    for answer in answers.values():
        assert answer.json()["code"] == "invalid_dpop_proof"
        assert 'error="invalid_dpop_proof"' in answer.headers["www-authenticate"]
    await bound.service.application.strangers.keep()
    assert await bound.service.database.value("SELECT sum(refused) FROM access.stranger") == len(
        proofs
    )


async def test_a_bound_token_is_no_bearer_token_and_the_other_way_round(bound: Bound) -> None:
    assert (await bound.get(scheme="Bearer")).status_code == 401
    assert (await bound.get(bound.proof(), scheme="Bearer")).status_code == 401
    opaque = Bound(bound.service, bound.http, bound.secret, bound.key, bound.service.token)
    assert (await opaque.get(opaque.proof())).status_code == 401


async def test_tokens_without_a_key_end_when_proofs_become_mandatory(bound: Bound) -> None:
    await bound.service.database.execute("UPDATE access.client SET dpop_required = FALSE")
    answer = await bound.http.post(
        "/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=("bound", bound.secret),
    )
    bearer = answer.json()["access_token"]
    assert answer.json()["token_type"] == "Bearer"
    headers = {"Authorization": f"Bearer {bearer}"}
    await bound.service.database.execute("UPDATE access.client SET dpop_required = TRUE")
    async with httpx.AsyncClient(base_url=bound.service.base) as caller:
        assert (await caller.get(INDIVIDUALS, headers=headers)).status_code == 401
