"""Records changed at the console: two at once, undone, sent twice, after the session is over."""

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

import httpx
import pytest

from customer_inventory.access.person import account
from customer_inventory.audit.compiling import rules_of
from customer_inventory.audit.running import audit
from customer_inventory.kit.actor import Actor
from customer_inventory.record.document import parse_object
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.requirement import Data
from tests.audit.test_running import requirement
from tests.console.visitor import Browser, hidden
from tests.console.world import PRIVACY, STEWARD, World

PERSON = TYPES["individual"]
ACTOR = Actor("tester", "testing", "tester")


def fields(page: httpx.Response) -> dict[str, str]:
    """Return what stands in the fields of the form of a record."""
    form = page.text[page.text.index("/save") :]
    found = {
        unescape(name): unescape(value)
        for name, value in re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form)
    }
    chosen = re.findall(
        r'<select[^>]*name="([^"]+)".*?<option value="([^"]*)" selected', form, re.DOTALL
    )
    return {**found, **{unescape(name): value for name, value in chosen}}


async def new_person(world: World, **more: object) -> str:
    made = await Inventory(world.service.database).create(
        PERSON,
        {
            "@type": "Individual",
            "givenName": "Ida",
            "familyName": "Lindgren",
            "contactMedium": [
                {
                    "@type": "GeographicAddressContactMedium",
                    "contactType": "homeAddress",
                    "preferred": True,
                    "street1": "Elm 1",
                    "city": "Lund",
                    "postCode": "22100",
                    "country": "SE",
                }
            ],
            **more,
        },
        actor=ACTOR,
    )
    return made.id


async def document(world: World, identifier: str) -> dict:
    version = await Inventory(world.service.database).get(PERSON, identifier)
    return parse_object(version.body)


async def opened(browser: Browser, identifier: str) -> tuple[str, dict[str, str]]:
    page = await browser.get(f"/records/individual/{identifier}/edit")
    assert page.status_code == 200
    return f"/records/individual/{identifier}/edit/save", fields(page)


async def test_a_value_is_changed_with_everything_else_left_alone_and_undone(world: World) -> None:
    identifier = await new_person(world)
    before = await document(world, identifier)
    async with world.browser(STEWARD) as browser:
        path, form = await opened(browser, identifier)
        assert form["contactMedium[0].city"] == "Lund"
        assert form["contactMedium[0].preferred"] == "true"
        done = await browser.send(path, {**form, "contactMedium[0].city": "Malmö"})
        assert done.status_code == 303, done.text
        after = await document(world, identifier)
        assert after["contactMedium"][0].pop("city") == "Malmö"
        expected = {**before, "contactMedium": [{**before["contactMedium"][0]}]}
        del expected["contactMedium"][0]["city"]
        assert after == expected
        page = await browser.get(f"/records/individual/{identifier}")
        assert "Saved: contactMedium[0].city" in page.text
        assert "Saved:" not in (await browser.get(f"/records/individual/{identifier}")).text
        assert "Malmö" in page.text
        form = fields_of_undo(page)
        undone = await browser.send(f"/records/individual/{identifier}/undo", form)
        assert undone.status_code == 303, undone.text
    assert await document(world, identifier) == before
    row = await world.service.database.row(
        "SELECT process, purpose, person, operation, decision FROM access.entry"
        " WHERE record_ids::jsonb ? $1 AND status = 303 ORDER BY at DESC LIMIT 1",
        identifier,
    )
    assert row is not None
    assert tuple(row) == (STEWARD.process, STEWARD.purpose, "stella", "update", "permit")


def fields_of_undo(page: httpx.Response) -> dict[str, str]:
    form = page.text[page.text.index("/undo") :]
    names = ("form_token", "form_once", "_revision")
    return {
        name: re.search(rf'name="{name}" value="([^"]*)"', form)[1]  # type: ignore[index]
        for name in names
    }


async def test_what_a_requirement_says_stands_at_the_field_and_nothing_typed_is_lost(
    world: World,
) -> None:
    identifier = await new_person(world)
    async with world.browser(STEWARD) as browser:
        path, form = await opened(browser, identifier)
        too_long = "<b>" + "x" * 300
        page = await browser.send(path, {**form, "givenName": "Idun", "familyName": too_long})
        assert page.status_code == 400
        assert 'role="alert"' in page.text
        wrong = re.search(r'<p class="wrong" id="f-familyName-wrong"[^>]*>(.*?)</p>', page.text)
        assert wrong is not None
        assert "must have at most 300 characters" in wrong[1]
        assert "REQ-" in wrong[1]
        assert "<b>" not in page.text
        again = fields(page)
        assert (again["givenName"], again["familyName"]) == ("Idun", too_long)
        assert again["form_once"] != form["form_once"]
        done = await browser.send(path, {**again, "familyName": "Short"})
        assert done.status_code == 303
    now = await document(world, identifier)
    assert (now["givenName"], now["familyName"]) == ("Idun", "Short")
    row = await world.service.database.row(
        "SELECT decision, status FROM access.entry WHERE status = 400 AND record_ids::jsonb ? $1",
        identifier,
    )
    assert row is not None


async def test_a_form_sent_twice_is_done_once(world: World) -> None:
    identifier = await new_person(world)
    async with world.browser(STEWARD) as browser:
        path, form = await opened(browser, identifier)
        form["givenName"] = "Idalie"
        first = await browser.send(path, form)
        second = await browser.send(path, form)
        assert (first.status_code, second.status_code) == (303, 303)
        assert first.headers["location"] == second.headers["location"]
    versions = await Inventory(world.service.database).versions(PERSON, identifier)
    assert len(versions) == 2


async def test_two_who_change_at_once_choose_per_attribute(world: World) -> None:
    identifier = await new_person(world)
    async with world.browser(STEWARD) as browser:
        path, form = await opened(browser, identifier)

        def theirs(old: dict) -> dict:
            return {**old, "familyName": "Theirs", "title": "Dr", "givenName": "Both"}

        await Inventory(world.service.database).change(PERSON, identifier, theirs, actor=ACTOR)
        mine = {**form, "familyName": "Mine", "givenName": "Both", "gender": "female"}
        mine["contactMedium[0].city"] = "Ystad"
        page = await browser.send(path, mine)
        assert page.status_code == 412
        disputed = re.findall(
            r'<input type="radio" name="([^"]+)" value="([^"]*)" required', page.text
        )
        assert disputed == [("familyName", "Mine"), ("familyName", "Theirs")]
        again = fields(page)
        assert again["contactMedium[0].city"] == "Ystad"
        assert again["title"] == "Dr"
        done = await browser.send(path, {**again, "familyName": "Mine"})
        assert done.status_code == 303, done.text
    now = await document(world, identifier)
    assert (now["familyName"], now["givenName"], now["title"]) == ("Mine", "Both", "Dr")
    assert now["contactMedium"][0]["city"] == "Ystad"


@pytest.mark.parametrize("how", ["idle", "absolute"])
async def test_nothing_typed_is_lost_when_the_session_is_over(world: World, how: str) -> None:
    identifier = await new_person(world)
    database = world.service.database
    column = {"idle": "seen_at", "absolute": "begun_at"}[how]
    async with world.browser(STEWARD) as browser:
        path, form = await opened(browser, identifier)
        form["contactMedium[0].street1"] = "Typed <i>before</i> the end"
        await database.execute(
            f"UPDATE access.web_session SET {column} = now() - interval '9 hours'"
        )
        led = await browser.send(path, form)
        assert led.status_code == 303
        place = led.headers["location"]
        assert place.startswith("/sign-in?next=%2Frecords%2F")
        assert "typed" in place
        assert (await document(world, identifier))["contactMedium"][0]["street1"] == "Elm 1"
        sealed = await database.value("SELECT string_agg(t::text, '') FROM access.web_typed AS t")
        assert "Typed" not in sealed
        page = await browser.get(place)
        assert "What you typed is kept" in page.text
        back = unquote(place.partition("next=")[2])
        # Somebody else at the same browser sees none of it.
        browser.cookies["__Host-cinv-session"] = await world.session(PRIVACY)
        assert "Typed" not in (await browser.get(back)).text
        browser.cookies["__Host-cinv-session"] = await world.session(STEWARD)
        page = await browser.get(back)
        again = fields(page)
        assert again["contactMedium[0].street1"] == "Typed <i>before</i> the end"
        assert "<i>" not in page.text
        done = await browser.send(f"{path}?{back.partition('?')[2]}", again)
        assert done.status_code == 303
        assert await database.value("SELECT count(*) FROM access.web_typed") == 0
    now = await document(world, identifier)
    assert now["contactMedium"][0]["street1"] == "Typed <i>before</i> the end"


async def test_a_session_of_nobody_keeps_nothing(world: World) -> None:
    identifier = await new_person(world)
    async with world.browser(None) as browser:
        browser.cookies["__Host-cinv-session"] = "made up"
        led = await browser.send(f"/records/individual/{identifier}/edit/save", {"a": "b"})
        assert led.status_code == 303
        assert "typed" not in led.headers["location"]
    assert await world.service.database.value("SELECT count(*) FROM access.web_typed") == 0


async def test_a_right_that_was_revoked_while_the_page_was_open(world: World) -> None:
    identifier = await new_person(world)
    database = world.service.database
    async with world.browser(STEWARD) as browser:
        path, form = await opened(browser, identifier)
        await account.dismiss(database, STEWARD.person, STEWARD.process)
        led = await browser.send(path, {**form, "givenName": "Late"})
        assert led.status_code == 303
        assert led.headers["location"].startswith("/work?next=")
        page = await browser.get("/work")
        assert "An administrator can admit you" in page.text
        await account.admit(database, STEWARD.person, STEWARD.process, admitted_by="the tests")
        back = unquote(led.headers["location"].partition("next=")[2])
        assert fields(await browser.get(back))["givenName"] == "Late"
    assert (await document(world, identifier))["givenName"] == "Ida"


async def test_a_record_that_was_erased_while_it_was_shown(world: World) -> None:
    identifier = await new_person(world)
    async with world.browser(STEWARD) as browser:
        path, form = await opened(browser, identifier)
        await world.service.application.eraser.erase(identifier, reason="DSR-2026-1", actor=ACTOR)
        answer = await browser.send(path, {**form, "givenName": "Late"})
        assert answer.status_code == 410
        assert "It is not there any more" in answer.text
        assert "Lindgren" not in answer.text
        # That there was a record, and that it was erased, is all that is left.
        for place, expected in (("", 410), ("/edit", 410), ("/versions", 200)):
            page = await browser.get(f"/records/individual/{identifier}{place}")
            assert page.status_code == expected, place
            assert "Lindgren" not in page.text


HOSTILE = (
    "<script>alert(1)</script>",
    "\u202eevil\u202c \u2067right\u2069",
    "x" * 290,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea",
    '" onfocus="alert(1)" autofocus="',
    "'); DROP TABLE record.individual; --",
    "{{ 7 * 191 }} {% raw %}",
    "&lt;b&gt;",
)


class Parts(HTMLParser):
    """What a browser makes of a page: attributes, and scripts that have a source."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.attributes: set[str] = set()
        self.scripts = self.sources = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {name for name, _ in attrs}
        self.scripts += tag == "script"
        self.sources += tag == "script" and "src" in dict(attrs)


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name[:12]))
async def test_hostile_names_are_text_and_kept_apart(world: World, name: str) -> None:
    identifier = await new_person(world, familyName=name, name=name)
    async with world.browser(STEWARD) as browser:
        for place in ("", "/edit", "/versions", "/provenance"):
            page = await browser.get(f"/records/individual/{identifier}{place}")
            assert page.status_code == 200
            parts = Parts(page.text)
            assert "onfocus" not in parts.attributes
            assert parts.scripts == parts.sources
            assert "1337 " not in page.text  # what an engine of templates would make of it
        page = await browser.get(f"/records/individual/{identifier}")
        assert f"<h1><bdi>{name[:20]}" in unescape(page.text)
        _, form = await opened(browser, identifier)
        assert form["familyName"] == name
        sheet = await browser.get(f"/records/individual/{identifier}/provenance.csv")
        assert sheet.status_code == 200


async def test_an_erasure_asks_for_the_name_and_a_case(world: World) -> None:
    individual = await new_person(world, name="Gone Soon")
    customer = TYPES["customer"]
    engaged = {"@type": "PartyRef", "id": individual, "@referredType": "Individual"}
    made = await Inventory(world.service.database).create(
        customer,
        {"@type": "Customer", "name": "Gone Soon", "engagedParty": engaged},
        actor=ACTOR,
    )
    path = f"/customers/{made.id}/rights"
    async with world.browser(STEWARD) as browser:
        page = await browser.get(path)
        assert "may not erase" in page.text
    async with world.browser(PRIVACY) as browser:
        page = await browser.get(path)
        form = {
            "form_token": hidden(page, "form_token"),
            "form_once": hidden(page, "form_once"),
        }
        for wrong in (
            {"reason": "DSR-2026-9", "name": "Other"},
            {"reason": "?", "name": "Gone Soon"},
        ):
            again = await browser.send(f"{path}/erase", {**form, **wrong})
            assert again.status_code == 400
            assert "data-open" in again.text
            form["form_once"] = hidden(again, "form_once")
        right = {"reason": "DSR-2026-9", "name": "Gone Soon"}
        done = await browser.send(f"{path}/erase", {**form, **right})
        assert done.status_code == 303, done.text
        assert "The certificate is" in (await browser.get(done.headers["location"])).text
        assert (await browser.get(path)).status_code in (404, 410)


async def test_the_package_is_for_those_who_may_and_names_its_case(world: World) -> None:
    path = f"/customers/{world.customer}/package"
    async with world.browser(PRIVACY) as browser:
        assert (await browser.get(path)).status_code == 400
        answer = await browser.get(f"{path}?reason=DSR-2026-3")
        assert answer.headers["content-type"] == "application/zip"
        assert answer.content.startswith(b"PK")
        assert answer.headers["x-content-type-options"] == "nosniff"
    row = await world.service.database.row(
        "SELECT operation, reason, person FROM access.entry WHERE reason = 'DSR-2026-3'"
    )
    assert row is not None
    assert tuple(row) == ("download", "DSR-2026-3", "dana")


async def test_the_timeline_goes_on_and_can_be_narrowed(world: World) -> None:
    path = f"/customers/{world.customer}/timeline"
    async with world.browser(STEWARD) as browser:
        seen: list[str] = []
        after = ""
        for _ in range(20):
            page = (await browser.get(f"{path}.json?kind=interaction{after}")).json()
            seen += [row["at"] for row in page["rows"]]
            if "after" not in page:
                break
            after = f"&after={page['after'].replace('+', '%2B')}"
        assert seen == sorted(seen, reverse=True)
        assert len(seen) == len(set(seen))
        for kind in ("contract", "change", "audit", "access"):
            rows = (await browser.get(f"{path}.json?kind={kind}")).json()["rows"]
            assert {row["kind"] for row in rows} <= {kind}
        part = await browser.get(f"{path}?part=rows")
        assert part.text.lstrip().startswith("<li>")


async def test_staff_is_named_for_a_case_alone(world: World) -> None:
    path = f"/customers/{world.customer}/seen-by.json"
    async with world.browser(PRIVACY) as browser:
        rows = (await browser.get(path)).json()["rows"]
        assert {row["person"] for row in rows} == {None}
        assert (await browser.get(f"{path}?staffBecause=he+said+so")).status_code == 400
        rows = (await browser.get(f"{path}?staffBecause=DSR-2026-4")).json()["rows"]
        assert "dana" in {row["person"] for row in rows}
    found = await world.service.database.value(
        "SELECT count(*) FROM access.entry WHERE reason = 'DSR-2026-4'"
    )
    assert found == 1


async def test_as_of_shows_what_held_then(world: World) -> None:
    async with world.browser(STEWARD) as browser:
        past = await browser.get(f"/customers/{world.customer}?asOf=1990-01-01")
        assert past.status_code in (200, 404)
        wrong = await browser.get(f"/customers/{world.customer}?asOf=yesterday")
        assert wrong.status_code == 400
        future = await browser.get(f"/customers/{world.customer}?asOf=2040-01-01")
        assert "As it was then" in future.text
        assert "/edit?_back" not in future.text


async def test_what_is_wrong_is_flagged_with_the_rule_and_on_the_timeline(world: World) -> None:
    individual = await new_person(world, gender="neither of these")
    engaged = {"@type": "PartyRef", "id": individual, "@referredType": "Individual"}
    customer = await Inventory(world.service.database).create(
        TYPES["customer"],
        {"@type": "Customer", "name": "Flagged", "engagedParty": engaged},
        actor=ACTOR,
    )
    genders = ("female", "male", "diverse")
    rule = next(rules_of(requirement("gender", data=Data(values=genders), steward="stella")))
    await audit(world.service.database, (rule,), actor=ACTOR)
    async with world.browser(STEWARD) as browser:
        page = await browser.get(f"/customers/{customer.id}")
        assert "What is wrong with it" in page.text
        assert "individual.gender" in page.text
        assert rule.requirement is not None
        assert rule.requirement in page.text
        told = (await browser.get(f"/customers/{customer.id}.json")).json()
        assert [each["record_id"] for each in told["finding"]] == [individual]
        rows = (await browser.get(f"/customers/{customer.id}/timeline.json?kind=audit")).json()
        assert len(rows["rows"]) == 1
        home = (await browser.get("/home.json")).json()
        queue = next(each for each in home["queue"] if each["href"] == "/audit/findings")
        assert queue["count"] >= 1
        assert queue["oldest"] is not None
        # What is not asked of another customer is not said of it.
        assert (
            "What is wrong with it" not in (await browser.get(f"/customers/{world.customer}")).text
        )
