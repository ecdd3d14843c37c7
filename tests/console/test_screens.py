"""Every declared screen: who may, what it leaves in the ledger, its twins, its words."""

import csv
import io
import re
from collections import Counter
from urllib.parse import urlencode

import pytest

from customer_inventory.access.operation import Operation
from customer_inventory.console.screen import ANYTHING, Screen
from customer_inventory.console.screens import SCREENS
from customer_inventory.demo.role import ROLES, Role
from customer_inventory.kit.clock import now
from tests.console.world import STEWARD, World, address_of

_EACH = pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.path)
PAGES = tuple(screen for screen in SCREENS if not screen.is_file)
_PAGE = pytest.mark.parametrize("screen", PAGES, ids=lambda screen: screen.path)


def permitted(role: Role, operation: Operation, kind: str | None) -> bool:
    """Tell whether a role may do something: by its declaration, not by the guard."""
    if kind == ANYTHING:
        return True
    if kind and kind.startswith("{"):
        kind = "individual"  # as the examples have it
    by_type = dict(role.permits)
    if kind is None:
        return any(operation in words for name, words in by_type.items() if name == "*")
    return operation in by_type.get(kind, ()) or (
        operation in by_type.get("*", ()) and kind not in _FUNCTIONS
    )


_FUNCTIONS = {name for role in ROLES for name, _ in role.permits} - {"*"}


@_PAGE
async def test_a_screen_is_for_those_who_may_and_leaves_its_entry(
    world: World, screen: Screen
) -> None:
    address = await address_of(world, screen)
    for role in ROLES:
        async with world.browser(role) as browser:
            for ending, operation in (
                ("", screen.operation),
                (".json", Operation.DOWNLOAD if screen.is_list else screen.operation),
                (".csv", Operation.DOWNLOAD if screen.is_list else screen.operation),
            ):
                before = await entries(world, role)
                answer = await browser.get(f"{address}{ending}")
                may = permitted(role, operation, screen.record_type)
                assert answer.status_code == (200 if may else 403), (role.process, ending)
                assert answer.headers["cache-control"] == "no-store"
                assert "default-src 'self'" in answer.headers["content-security-policy"]
                new = await entries(world, role) - before
                decision = "permit" if may else "deny"
                assert list(new) == [(screen.entry_type, operation, decision, role.person)]


async def entries(world: World, role: Role) -> Counter[tuple[str, str, str, str]]:
    """Return what the ledger has of a role."""
    rows = await world.service.database.fetch(
        "SELECT record_type, operation, decision, person FROM access.entry"
        " WHERE process = $1 AND purpose = $2",
        role.process,
        role.purpose,
    )
    return Counter((r["record_type"], r["operation"], r["decision"], r["person"]) for r in rows)


@_PAGE
async def test_nobody_sees_a_screen_without_signing_in(world: World, screen: Screen) -> None:
    address = await address_of(world, screen)
    async with world.browser(None) as browser:
        page = await browser.get(address)
        assert page.status_code == 303
        assert page.headers["location"].startswith("/sign-in?next=%2F")
        for ending in (".json", ".csv"):
            twin = await browser.get(f"{address}{ending}")
            assert twin.status_code == 401
            assert twin.json()["code"] == "unauthenticated"
        for action in screen.actions:
            sent = await browser.send(f"{address}/{action.name}", {"a": "b"})
            assert sent.status_code == 303
            assert sent.headers["location"].startswith("/sign-in?next=%2F")


@_PAGE
async def test_a_screen_has_no_style_or_script_within(world: World, screen: Screen) -> None:
    role = next(r for r in ROLES if permitted(r, screen.operation, screen.record_type))
    async with world.browser(role) as browser:
        page = await browser.get(await address_of(world, screen))
    assert not re.search(r"\sstyle=|<style|\son\w+=", page.text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page.text))
    assert '<html lang="en">' in page.text
    assert len(re.findall(r"<h1[\s>]", page.text)) == 1
    identifiers = re.findall(r'\sid="([^"]+)"', page.text)
    assert [each for each, times in Counter(identifiers).items() if times > 1] == []


@_PAGE
async def test_a_german_page_has_no_message_in_english(world: World, screen: Screen) -> None:
    role = next(r for r in ROLES if permitted(r, screen.operation, screen.record_type))
    address = await address_of(world, screen)
    async with world.browser(role) as browser:
        page = await browser.get(address, **{"Accept-Language": "de"})
        assert '<html lang="de">' in page.text
        assert re.findall(r'<span lang="en">.*?</span>', page.text) == []


GROWING = {"/customers/{id}/seen-by": "after", "/access/ledger": "until"}
"""Lists of what was read have what reads them, unless both twins are to tell of what was before."""


@_PAGE
async def test_the_csv_of_a_list_has_the_rows_of_its_json(world: World, screen: Screen) -> None:
    if not screen.is_list:
        pytest.skip("no list")
    role = next(r for r in ROLES if permitted(r, Operation.DOWNLOAD, screen.record_type))
    address = await address_of(world, screen)
    until = ""
    if screen.path in GROWING:
        until = f"?{urlencode({GROWING[screen.path]: now().isoformat()})}"
    async with world.browser(role) as browser:
        listed = (await browser.get(f"{address}.json{until}")).json()
        answer = await browser.get(f"{address}.csv{until}")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == len(listed["rows"])


@_EACH
async def test_a_form_without_its_tokens_is_refused(world: World, screen: Screen) -> None:
    address = await address_of(world, screen)
    for action in screen.actions:
        able = [r for r in ROLES if permitted(r, action.operation, action.record_type)]
        async with world.browser(able[0] if able else STEWARD) as browser:
            path = f"{address}/{action.name}"
            assert (await browser.send(path, {"a": "b"})).status_code == 403
            assert (await browser.send(path, {"form_token": "00" * 64})).status_code == 403
            elsewhere = await browser.send(path, {"a": "b"}, Origin="https://elsewhere.example")
            assert elsewhere.status_code == 403


def test_addresses_differ_and_templates_are_used_once() -> None:
    assert len({screen.path for screen in SCREENS}) == len(SCREENS)
    assert len({screen.template for screen in PAGES}) == len(PAGES)


async def test_the_menu_shows_what_the_person_may_see(world: World) -> None:
    for role in ROLES:
        async with world.browser(role) as browser:
            page = await browser.get("/home")
        for screen in SCREENS:
            if screen.navigation:
                may = permitted(role, screen.operation, screen.record_type)
                shown = f'<li><a href="{screen.path}"' in page.text
                assert shown == may, (role.process, screen.path)


async def test_what_programs_are_told_is_english_whatever_the_browser_speaks(world: World) -> None:
    async with world.browser(STEWARD) as browser:
        german, english = [
            await browser.get("/audit/rules.csv", **{"Accept-Language": language})
            for language in ("de", "en")
        ]
    assert german.text == english.text
    assert "completeness" in german.text


async def test_where_nothing_is_a_browser_is_told_on_a_page(world: World) -> None:
    async with world.browser(STEWARD) as browser:
        page = await browser.get("/nowhere", Accept="text/html,*/*")
        assert page.status_code == 404
        assert "<h1>That is not possible</h1>" in page.text
        assert (await browser.get("/nowhere")).json()["code"] == "notFound"


async def test_pages_are_packed_for_those_who_take_it_with_another_token_each_time(
    world: World,
) -> None:
    async with world.browser(STEWARD) as browser:
        pages = [await browser.get("/home") for _ in range(2)]
        assert pages[0].headers["content-encoding"] == "gzip"
        tokens = [re.search(r'name="form_token" value="(\w+)"', page.text) for page in pages]
        assert tokens[0] is not None
        assert tokens[1] is not None
        assert tokens[0][1] != tokens[1][1]
        plain = await browser.get("/home", **{"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
