"""Tokens: asked for in both ways, good for one process and purpose, ended at once; forgeries."""

import asyncio
import base64
import hmac
import json
import time
from typing import Any

import httpx
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from customer_inventory.access import registration
from customer_inventory.access.oauth import client as clients
from customer_inventory.access.oauth.signing import SigningKeys
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.store.safe import Safe
from tests.access.oauth.conftest import Process
from tests.conftest import BY
from tests.store.eventually import eventually


async def keys_of(process: Process) -> SigningKeys:
    tokens = process.service.application.guard._tokens
    assert tokens is not None
    return tokens.keys


async def test_an_independent_client_gets_a_token_and_uses_it(process: Process) -> None:
    metadata = await process.get("/.well-known/oauth-authorization-server")
    async with AsyncOAuth2Client(
        "by-secret", process.secret, scope="dpv:testing", base_url=process.issuer
    ) as client:
        token = await client.fetch_token(
            metadata["token_endpoint"], grant_type="client_credentials"
        )
        assert (token["token_type"], token["scope"], token["expires_in"]) == (
            "Bearer",
            "dpv:testing",
            300,
        )
        answer = await client.get("/tmf-api/partyManagement/v5/individual")
        assert answer.status_code == 200


async def test_a_key_gets_a_token_too(process: Process) -> None:
    for audience in (process.issuer, f"{process.issuer}/oauth2/token"):
        answer = await process.ask(process.asking(process.assertion(aud=audience)))
        assert answer.status_code == 200, answer.text
        assert (await process.listed(answer.json()["access_token"])).status_code == 200


async def test_a_token_says_who_and_what_for_and_is_signed_by_a_published_key(
    process: Process,
) -> None:
    token = await process.token()
    published = await process.get("/oauth2/jwks")
    assert all("d" not in key for key in published["keys"])
    decoded = jwt.decode(token, KeySet.import_key_set(published), algorithms=["ES256"])
    assert decoded.header["typ"] == "at+jwt"
    claims = decoded.claims
    assert (claims["sub"], claims["client_id"], claims["scope"]) == (
        "billing",
        "by-secret",
        "dpv:testing",
    )
    assert claims["iss"] == claims["aud"] == process.issuer
    entry = await process.listed(token)
    assert entry.status_code == 200
    row = await process.service.database.row(
        "SELECT process, purpose FROM access.entry ORDER BY at DESC LIMIT 1"
    )
    assert row is not None
    assert tuple(row) == ("billing", "testing")


@pytest.mark.parametrize("scope", ["", "dpv:testing"])
async def test_the_one_purpose_need_not_be_named(process: Process, scope: str) -> None:
    form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
    answer = await process.ask(form, auth=("by-secret", process.secret))
    assert answer.json()["scope"] == "dpv:testing"


@pytest.mark.parametrize(
    "scope", ["dpv:other", "testing", "dpv:", "dpv:testing dpv:other", "dpv:testing openid", "*"]
)
async def test_a_scope_is_one_purpose_that_is_held(process: Process, scope: str) -> None:
    answer = await process.ask(
        {"grant_type": "client_credentials", "scope": scope}, auth=("by-secret", process.secret)
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "password", "username": "a", "password": "b"}, 400, "unsupported_grant"),
        ({"scope": "dpv:testing"}, 400, "unsupported_grant"),
        ({"grant_type": "client_credentials", "client_secret": "x"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_assertion": "x"}, 401, "invalid_client"),
        ({f"f{n}": "x" for n in range(40)}, 400, "invalid_request"),
        ({"grant_type": "x" * 20_000}, 400, "invalid_request"),
        ({"grant_type": ["client_credentials", "client_credentials"]}, 400, "invalid_request"),
    ],
)
async def test_a_malformed_request_is_refused(
    process: Process, form: Any, status: int, error: str
) -> None:
    answer = await process.ask(form, auth=("by-secret", process.secret))
    assert answer.status_code == status
    assert answer.json()["error"].startswith(error)
    assert answer.headers["cache-control"] == "no-store"


async def test_a_body_that_is_no_form_is_refused(process: Process) -> None:
    async with httpx.AsyncClient(base_url=process.issuer) as stranger:
        answer = await stranger.post("/oauth2/token", json={"grant_type": "client_credentials"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_wrong_secret_and_an_unknown_client_look_the_same(process: Process) -> None:
    form = {"grant_type": "client_credentials"}
    wrong = await process.ask(form, auth=("by-secret", "wrong"))
    unknown = await process.ask(form, auth=("nobody", "wrong"))
    by_key = await process.ask(form, auth=("by-key", "wrong"))
    none = await process.ask(form)
    garbled = await process.ask(form, headers={"Authorization": "Basic %%%"})
    answers = [wrong, unknown, by_key, garbled]
    assert {answer.status_code for answer in (*answers, none)} == {401}
    assert {answer.content for answer in answers} == {b'{"error":"invalid_client"}'}
    assert all("Basic" in answer.headers["www-authenticate"] for answer in answers)


async def test_whoever_guesses_waits(process: Process) -> None:
    form = {"grant_type": "client_credentials"}
    guesses = [("by-secret", f"{number}") for number in range(32)]
    statuses = [(await process.ask(form, auth=guess)).status_code for guess in guesses]
    # The minute may turn once in between.
    assert statuses[0] == 401
    assert 429 in statuses or process.service.application.strangers._failures.total() < 30
    await process.service.application.strangers.keep()
    counted = await process.service.database.value("SELECT sum(refused) FROM access.stranger")
    assert counted >= 30


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "another"},
        {"sub": "by-secret", "iss": "by-secret"},
        {"sub": "nobody", "iss": "nobody"},
        {"aud": "https://another.example"},
        {"aud": None},
        {"jti": None},
        {"jti": ""},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": 1},
        {"exp": int(time.time()) + 100_000},
        {"nbf": int(time.time()) + 1000},
    ],
)
async def test_an_assertion_that_is_not_right_is_refused(
    process: Process, changed: dict[str, Any]
) -> None:
    answer = await process.ask(process.asking(process.assertion(**changed)))
    assert (answer.status_code, answer.content) == (401, b'{"error":"invalid_client"}')


async def test_an_assertion_for_several_servers_is_refused(process: Process) -> None:
    several = process.assertion(aud=[process.issuer, "https://another.example"])
    assert (await process.ask(process.asking(several))).status_code == 401


async def test_an_assertion_is_good_once(process: Process) -> None:
    assertion = process.assertion()
    assert (await process.ask(process.asking(assertion))).status_code == 200
    assert (await process.ask(process.asking(assertion))).status_code == 401


async def test_an_assertion_of_another_key_is_refused(process: Process) -> None:
    other = process.assertion(ECKey.generate_key("P-256"))
    assert (await process.ask(process.asking(other))).status_code == 401


async def test_two_methods_at_once_are_refused(process: Process) -> None:
    both = await process.ask(
        process.asking(process.assertion()), auth=("by-secret", process.secret)
    )
    assert both.status_code == 401


async def forged(process: Process) -> dict[str, str]:
    """Tokens that look like ours and are not."""
    good = await process.token()
    trusted = await (await keys_of(process)).trusted()
    claims = jwt.decode(good, trusted, algorithms=["ES256"]).claims
    public = (await process.get("/oauth2/jwks"))["keys"]
    kid = json.loads(base64.urlsafe_b64decode(good.split(".")[0] + "=="))["kid"]
    ours = ECKey.import_key(next(key for key in public if key["kid"] == kid))
    pem = ours.as_pem(private=False)
    stranger = ECKey.generate_key("P-256", parameters={"kid": kid})
    active = await (await keys_of(process)).active()

    def plain(header: dict[str, Any], key: bytes | None) -> str:
        """A token signed by HMAC, as no library of good will makes it, or not at all."""
        parts = [json.dumps(part).encode() for part in ({**header, "typ": "at+jwt"}, claims)]
        text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
        mac = b"" if key is None else hmac.digest(key, text, "sha256")
        return f"{text.decode()}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    def signed(header: dict[str, Any], told: dict[str, Any], key: Any = active) -> str:
        head = {"alg": "ES256", "typ": "at+jwt", "kid": kid, **header}
        return jwt.encode(head, told, key, algorithms=[head["alg"]])

    def but(**changed: Any) -> str:
        told = {name: value for name, value in {**claims, **changed}.items() if value is not None}
        return signed({}, told)

    return {
        "none": plain({"alg": "none"}, None),
        "NoNe": plain({"alg": "NoNe"}, None),
        "hmac with the public key": plain({"alg": "HS256", "kid": kid}, pem),
        "empty hmac key": plain({"alg": "HS256", "kid": kid}, b""),
        "another key under our kid": signed({}, claims, stranger),
        "another algorithm": signed({"alg": "RS256"}, claims, RSAKey.generate_key(2048)),
        "wrong typ": signed({"typ": "JWT"}, claims),
        "cut": good[:-10],
        "another payload": ".".join(
            [good.split(".")[0], plain({"alg": "none"}, None).split(".")[1], "AAAA"]
        ),
        "expired": but(exp=int(time.time()) - 1),
        "no exp": but(exp=None),
        "exp as text": but(exp=str(int(time.time()) + 60)),
        "issued later": but(iat=int(time.time()) + 600),
        "another issuer": but(iss="https://another.example"),
        "another audience": but(aud="https://another.example"),
        "several audiences": but(aud=[process.issuer]),
        "no client": but(client_id=None),
        "another generation": but(gen=2),
        "no purpose": but(scope=""),
        "two purposes": but(scope="dpv:testing dpv:other"),
        "very long": "a" * 5000 + ".b.c",
    }


async def test_forged_tokens_are_refused(process: Process) -> None:
    refused = {}
    for name, token in (await forged(process)).items():
        refused[name] = (await process.listed(token)).status_code
    assert refused == dict.fromkeys(refused, 401)


async def test_a_purpose_that_is_not_held_permits_nothing(process: Process) -> None:
    token = await process.token()
    await registration.register(
        process.service.database,
        "billing",
        name="billing",
        owner="the tests",
        permissions=[registration.Permission.parse("customer:read", "testing")],
        registered_by="the tests",
    )

    async def refused() -> bool:
        return (await process.listed(token)).status_code == 403

    await eventually(refused)


@pytest.mark.parametrize("how", ["tokens", "client", "process", "token"])
async def test_a_token_ends_at_once(process: Process, how: str) -> None:
    token = await process.token()
    assert (await process.listed(token)).status_code == 200
    database = process.service.database
    if how == "tokens":
        await clients.end_tokens(database, "by-secret")
    elif how == "client":
        await clients.revoke(database, "by-secret")
    elif how == "process":
        await registration.set_state(database, "billing", "suspended", by=BY)
    else:
        answer = await process.ask(
            {"token": token}, "/oauth2/revoke", auth=("by-secret", process.secret)
        )
        assert answer.status_code == 200

    async def ended() -> bool:
        return (await process.listed(token)).status_code == 401

    await eventually(ended)


async def test_introspection_tells_the_client_of_its_own_tokens_alone(process: Process) -> None:
    token = await process.token()
    own = await process.ask(
        {"token": token}, "/oauth2/introspect", auth=("by-secret", process.secret)
    )
    assert own.json()["active"] is True
    assert own.json()["scope"] == "dpv:testing"
    other = process.asking(process.assertion(aud=process.issuer), token=token)
    assert (await process.ask(other, "/oauth2/introspect")).json() == {"active": False}
    await process.ask(other | process.asking(process.assertion(), token=token), "/oauth2/revoke")
    assert (await process.listed(token)).status_code == 200
    await process.ask({"token": token}, "/oauth2/revoke", auth=("by-secret", process.secret))
    gone = await process.ask(
        {"token": token}, "/oauth2/introspect", auth=("by-secret", process.secret)
    )
    assert gone.json() == {"active": False}


async def test_a_token_in_the_address_is_not_taken(process: Process) -> None:
    token = await process.token()
    async with httpx.AsyncClient(base_url=process.issuer) as stranger:
        answer = await stranger.get(f"/tmf-api/partyManagement/v5/individual?access_token={token}")
    assert answer.status_code == 401


async def test_keys_rotate_under_tokens_that_go_on(process: Process) -> None:
    before = await process.token()
    keys = await keys_of(process)
    published = [key["kid"] for key in (await keys.published())["keys"]]
    await keys.rotate()
    after = await process.token()
    assert (await process.listed(before)).status_code == 200
    assert (await process.listed(after)).status_code == 200
    header = json.loads(base64.urlsafe_b64decode(after.split(".")[0] + "=="))
    # What signs now was published before it signed.
    assert header["kid"] in published
    rows = await process.service.database.fetch(
        "SELECT state, sealed_private, public_jwk FROM access.signing_key"
    )
    assert sorted(row["state"] for row in rows) == ["active", "next", "retired"]


async def test_many_first_uses_make_one_active_key(process: Process) -> None:
    safe = Safe(b"k" * 32)
    await process.service.database.execute("DELETE FROM access.signing_key")
    several = [SigningKeys(process.service.database, safe) for _ in range(5)]
    made = await asyncio.gather(*(keys.active() for keys in several))
    assert len({key.kid for key in made}) == 1


async def test_a_secret_is_replaced_without_a_gap(process: Process) -> None:
    database = process.service.database
    newer, _ = await clients.new_secret(database, "by-secret")
    form = {"grant_type": "client_credentials"}
    for secret in (process.secret, newer):
        assert (await process.ask(form, auth=("by-secret", secret))).status_code == 200
    await database.execute("UPDATE access.client_secret SET expires_at = now()")
    assert (await process.ask(form, auth=("by-secret", newer))).status_code == 401


async def test_no_secret_is_kept_or_shown(process: Process) -> None:
    text = await process.service.database.value(
        "SELECT string_agg(s::text, '') FROM access.client_secret AS s"
    )
    assert process.secret not in text
    rows = await clients.clients(process.service.database)
    assert {row["id"] for row in rows} == {"by-secret", "by-key"}


@pytest.mark.parametrize(
    "jwks",
    [
        b"nonsense",
        b"[]",
        b'{"keys": []}',
        b'{"keys": [1]}',
        b'{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}',
        b'{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"}]}',
        b'{"keys": [{"kty": "EC"}]}',
    ],
)
async def test_keys_that_are_none_are_refused(process: Process, jwks: bytes) -> None:
    with pytest.raises(Invalid):
        await clients.register_with_keys(
            process.service.database, "third", "billing", jwks, registered_by="x"
        )


async def test_a_client_belongs_to_a_registered_process_and_has_a_name_of_its_own(
    process: Process,
) -> None:
    database = process.service.database
    with pytest.raises(NotFound):
        await clients.register_with_secret(database, "third", "nobody", registered_by="x")
    with pytest.raises(Conflict):
        await clients.register_with_secret(database, "by-key", "billing", registered_by="x")
    with pytest.raises(Invalid):
        await clients.register_with_secret(database, "No Name", "billing", registered_by="x")
    with pytest.raises(Conflict):
        await clients.new_secret(database, "by-key")
    with pytest.raises(NotFound):
        await clients.revoke(database, "third")
