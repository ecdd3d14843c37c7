"""A token is shown once: the secret is in no table, no log and no message."""

import logging
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from customer_inventory.access.registration import issue_token
from customer_inventory.access.token import PREFIX, Token, digest, mint
from customer_inventory.store.database import Database
from tests.conftest import Service

LATER = datetime(2100, 1, 1, tzinfo=UTC)


def test_tokens_are_random_and_recognisable() -> None:
    secrets = {mint(LATER).secret for _ in range(1000)}
    assert len(secrets) == 1000
    assert all(secret.startswith(PREFIX) and len(secret) == 48 for secret in secrets)


def test_a_token_does_not_show_itself() -> None:
    token = mint(LATER)
    assert token.secret not in f"{token} {token!r} {[token]} {vars(Token).keys()}"
    assert "2100-01-01" in repr(token)


def test_a_digest_is_of_the_whole_secret() -> None:
    assert len(digest("x")) == 32
    assert digest("x") == digest("x")
    assert len({digest(secret) for secret in ("", "x", "xx", "é", "x ")}) == 5


async def everything(database: Database) -> str:
    """Return every value of every table of ours and of the queue, as text."""
    tables = await database.fetch(
        "SELECT table_schema || '.' || table_name AS name FROM information_schema.tables"
        " WHERE table_schema IN ('access', 'capture', 'record', 'job')"
    )
    texts = [
        await database.value(f"SELECT string_agg(t::text, E'\\n') FROM {row['name']} AS t")
        for row in tables
    ]
    assert len(texts) > 15
    return "\n".join(text for text in texts if text)


async def test_the_database_holds_no_secret(service: Service) -> None:
    token = await issue_token(
        service.database, "tester", purpose="testing", lifetime=timedelta(hours=1), person="ada"
    )
    headers = {"Authorization": f"Bearer {token.secret}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers) as caller:
        made = await caller.post(
            "/tmf-api/partyManagement/v5/individual",
            json={"@type": "Individual", "givenName": "Ada", "familyName": "Lovelace"},
        )
        assert made.status_code == 201
        assert (await caller.get("/tmf-api/partyManagement/v5/individual")).status_code == 200
    held = await everything(service.database)
    assert "Lovelace" in held
    assert digest(token.secret).hex() in held
    for secret in (token.secret, service.token):
        assert secret not in held
        assert secret.removeprefix(PREFIX) not in held
        assert secret.encode().hex() not in held


@pytest.mark.parametrize("known", [True, False])
async def test_neither_logs_nor_answers_hold_a_secret(
    service: Service, caplog: pytest.LogCaptureFixture, known: bool
) -> None:
    secret = await service.token_for("reader", "customer:read") if known else f"{PREFIX}wrong-one"
    bare = logging.getLogger("tests.httpx")
    with caplog.at_level(logging.DEBUG):
        bare.debug("caught")
        async with httpx.AsyncClient(
            base_url=service.base, headers={"Authorization": f"Bearer {secret}"}
        ) as caller:
            for method, path in (
                ("GET", "/tmf-api/customerManagement/v5/customer"),
                ("POST", "/tmf-api/customerManagement/v5/customer"),
                ("GET", "/tmf-api/customerManagement/v5/nothing"),
                ("PUT", "/tmf-api/customerManagement/v5/customer"),
            ):
                answer = await caller.request(method, path)
                assert secret not in answer.text + str(answer.headers)
    ours = [
        record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))
    ]
    assert "caught" in caplog.text
    assert not any(secret in record.getMessage() for record in ours)
