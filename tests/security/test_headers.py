"""Headers of security, on every door and on both ways to answer."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database
from customer_inventory.web.headers import common
from tests.conftest import Service, serving
from tests.tmf.bodies import BODIES, PATHS

PAGES = ("/sign-in", "/docs")
STATIC = ("/static/console.css", "/static/console.js", "/docs/start.js")
OTHERS = ("/health/live", "/oauth2/jwks", "/openapi.json", "/inventory/v1/me", "/none")


@pytest.fixture
async def over_tls(dsn: str, database: Database, tmp_path: Path) -> AsyncIterator[Service]:
    """A service whose callers come over TLS, which ends before it."""
    settings = Settings(home=tmp_path / "home", public_url="https://inventory.example")
    async with serving(dsn, database, settings) as service:
        yield service


async def test_every_door_says_it(service: Service) -> None:
    """A fault, a stranger, a page, a file, a record on the straight way and on the ordinary one."""
    made = await service.client.post(PATHS["individual"], json=BODIES["individual"])
    one = f"{PATHS['individual']}/{made.json()['id']}"
    answers = [made, await service.client.get(one), await service.client.get(f"{one}?fields=id")]
    answers += [await service.client.get(path) for path in (*PAGES, *STATIC, *OTHERS)]
    answers.append(await service.client.get("/health/live", headers={"x-long": "x" * 40_000}))
    async with httpx.AsyncClient(base_url=service.base) as stranger:
        answers.append(await stranger.get(PATHS["individual"]))
    assert {answer.status_code for answer in answers} >= {200, 201, 401, 404, 431}
    for answer in answers:
        assert answer.headers.get_list("x-content-type-options") == ["nosniff"], answer.url
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


async def test_who_comes_over_tls_is_told_to_stay(over_tls: Service) -> None:
    said = dict(common("https://inventory.example"))["Strict-Transport-Security"]
    assert said == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in dict(common("http://inventory.example"))
    for path in (*PAGES, *STATIC, *OTHERS):
        answer = await over_tls.client.get(path)
        assert answer.headers.get_list("strict-transport-security") == [said], path


async def test_pages_say_what_they_may_load(service: Service) -> None:
    for path in PAGES:
        answer = await service.client.get(path)
        policy = answer.headers["content-security-policy"]
        parts = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
        assert parts["base-uri"] == parts["frame-ancestors"] == "'none'"
        assert parts["default-src"] in ("'self'", "'none'")
        assert "unsafe" not in parts.get("script-src", parts["default-src"])
        assert "http" not in policy
        assert parts.get("object-src", parts["default-src"]) == "'none'"
        assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer")


async def test_pages_and_files_are_kept_nowhere(service: Service) -> None:
    assert (await service.client.get("/sign-in")).headers["cache-control"] == "no-store"
    made = await service.client.post(PATHS["individual"], json=BODIES["individual"])
    asked = {"recordType": "individual", "recordId": made.json()["id"], "name": "note.txt"}
    kept = await service.client.post(
        "/inventory/v1/attachment", params=asked, content=b"a note",
        headers={"Content-Type": "text/plain"},
    )  # fmt: skip
    file = await service.client.get(f"/inventory/v1/attachment/{kept.json()['id']}")
    assert file.content == b"a note"
    assert file.headers["cache-control"] == "no-store"
    assert file.headers["content-disposition"].startswith("attachment;")


async def test_nobody_is_led_to_another_scheme(over_tls: Service) -> None:
    """A request in the clear is answered or refused, never led on: its token was sent already."""
    for path in (*OTHERS, PATHS["individual"]):
        answer = await over_tls.client.get(path, follow_redirects=False)
        assert answer.status_code not in {301, 302, 307, 308}, path


async def test_no_folder_is_listed(service: Service) -> None:
    for path in ("/static/", "/static", "/static/vendor/", "/docs/static/",
                 "/static/../app.py", "/docs/static/%2e%2e/__init__.py"):  # fmt: skip
        assert (await service.client.get(path)).status_code == 404, path
