"""What subjects chose (TMF644), honoured over HTTP: every reading place, time, merges, events."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from customer_inventory.access.grant.people import register_purpose
from customer_inventory.kit.clock import now
from customer_inventory.record.choice.settling import settle_all
from customer_inventory.store.database import Database
from tests.conftest import Service
from tests.record.event.listener import Listener, listening
from tests.tmf.bodies import PATHS, WHOLE
from tests.tmf.conftest import serving

ROOT = "/inventory/v1"
EVERY = "*:read,create,modify,update,delete,download"
MERGE = {"Content-Type": "application/merge-patch+json"}
KINDS = ("individual", "customer", "billingAccount")


@dataclass(frozen=True)
class World:
    """Ada, who agreed to be written to and objects to profiling; Annabella, who chose nothing.

    `news` needs consent, `profiling` heeds objections, `billing` asks for neither.
    """

    service: Service
    ada: dict[str, str]
    annabella: dict[str, str]
    news: httpx.AsyncClient
    profiling: httpx.AsyncClient
    billing: httpx.AsyncClient
    agreement: str = ""


async def _made(client: httpx.AsyncClient, kind: str, **body: Any) -> str:
    answer = await client.post(PATHS[kind], json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _ref(kind: str, identifier: str) -> dict[str, str]:
    return {"@type": f"{kind}Ref", "@referredType": kind, "id": identifier}


def _holder(*customers: str) -> list[dict[str, Any]]:
    return [
        {"@type": "RelatedPartyRefOrPartyRoleRef", "role": "Customer",
         "partyOrPartyRole": _ref("Customer", each)}
        for each in customers
    ]  # fmt: skip


async def _belongings(client: httpx.AsyncClient, name: str) -> dict[str, str]:
    person = await _made(client, "individual", givenName=name, familyName="Lovelace")
    customer = await _made(
        client, "customer", name=f"{name} Lovelace", status="Approved",
        engagedParty=_ref("Individual", person),
    )  # fmt: skip
    account = await _made(
        client, "billingAccount", name=f"{name}s account", accountType="business",
        state="Active", relatedParty=_holder(customer),
    )  # fmt: skip
    return {"individual": person, "customer": customer, "billingAccount": account}


def _says(use: str, name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {
        "@type": "PartyPrivacyProfileCharacteristic",
        "privacyUsagePurpose": use,
        "characterisitc": {"@type": "Characteristic", "name": name, "value": value},
        **more,
    }


async def _agreement(
    client: httpx.AsyncClient, whom: dict[str, str], *said: dict[str, Any], **more: Any
) -> str:
    return await _made(
        client, "partyPrivacyAgreement", name="Privacy", agreementType="privacy",
        partyPrivacyProfileCharacteristic=list(said),
        **{"status": "approved", "engagedParty": [_ref("Customer", whom["customer"])], **more},
    )  # fmt: skip


async def _client(service: Service, purpose: str) -> httpx.AsyncClient:
    token = await service.token_for(f"process-{purpose}", EVERY, purpose=purpose)
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=service.base, headers=headers, timeout=30)


async def _purposes(database: Database) -> None:
    by = {"registered_by": "the tests"}
    await register_purpose(
        database, "news", title="Newsletter", legal_basis="consent",
        privacy_purposes=("MARKETING/byEmail",), **by,
    )  # fmt: skip
    await register_purpose(
        database, "profiling", title="Profiling", legal_basis="legitimateInterests", **by
    )
    await register_purpose(database, "billing", title="Billing", legal_basis="contract", **by)


@pytest.fixture
async def world(dsn: str, database: Database) -> AsyncIterator[World]:
    async with serving(dsn, database, callback_allow="127.0.0.0/8") as service:
        await _purposes(database)
        ada = await _belongings(service.client, "Ada")
        annabella = await _belongings(service.client, "Annabella")
        agreement = await _agreement(
            service.client, ada,
            _says("marketing", "byEmail", True), _says("marketing", "byPhone", False),
            _says("Profiling", "ofUse", "no"),
        )  # fmt: skip
        clients = [await _client(service, each) for each in ("news", "profiling", "billing")]
        yield World(service, ada, annabella, *clients, agreement)
        for client in clients:
            await client.aclose()


def _refused(answer: httpx.Response) -> bool:
    return answer.status_code == 403 and answer.json()["code"] == "privacyChoice"


async def _shown(client: httpx.AsyncClient, ids: dict[str, str]) -> list[str]:
    """Return the kinds of some records that a client is shown; of the others it is told why."""
    shown = []
    for kind in KINDS:
        answer = await client.get(f"{PATHS[kind]}/{ids[kind]}")
        assert answer.status_code == 200 or _refused(answer), answer.text
        if answer.status_code == 200:
            shown.append(kind)
    return shown


def _single_places(ids: dict[str, str]) -> list[str]:
    """Return where one record of each kind is read, in every way there is."""
    moment = now().isoformat().replace("+00:00", "Z")
    places = []
    for kind in KINDS:
        there = f"{PATHS[kind]}/{ids[kind]}"
        places += [
            there,
            there.replace("/v5/", "/v4/"),
            f"{there}?fields=id",
            f"{there}?asOf={moment}",
            f"{there}?knownAt={moment}",
            f"{there}/history",
            f"{ROOT}/provenance/{kind}/{ids[kind]}",
        ]
    whole = f"{WHOLE}/{ids['customer']}"
    tree = f"{ROOT}/hierarchy/{ids['individual']}"
    return [*places, whole, f"{whole}?knownAt={moment}", tree, f"{tree}/rollup"]


async def test_who_did_not_agree_is_refused_wherever_it_is_asked_for(world: World) -> None:
    for place in _single_places(world.annabella):
        answer = await world.news.get(place)
        assert _refused(answer), (place, answer.status_code, answer.text)
        assert "Lovelace" not in answer.text
        for client in (world.profiling, world.billing):
            assert (await client.get(place)).status_code == 200, place
    for place in _single_places(world.ada):
        answer = await world.news.get(place)
        assert answer.status_code == 200, (place, answer.text)


async def test_who_objected_is_refused_wherever_it_is_asked_for(world: World) -> None:
    for place in _single_places(world.ada):
        answer = await world.profiling.get(place)
        assert _refused(answer), (place, answer.status_code, answer.text)
        assert (await world.billing.get(place)).status_code == 200, place


async def test_the_rule_is_in_the_ledger(world: World) -> None:
    await world.news.get(f"{PATHS['individual']}/{world.annabella['individual']}")
    row = await world.service.database.row(
        "SELECT status, decision, rule, record_ids::text AS ids FROM access.entry"
        " WHERE process = 'process-news' ORDER BY seq DESC, number DESC LIMIT 1"
    )
    assert row is not None
    assert (row["status"], row["decision"], row["rule"]) == (403, "deny", "privacyChoice")
    assert world.annabella["individual"] in row["ids"]


@pytest.mark.parametrize("query", ["", "?limit=50", "?sort=id", "?asOf=2030-01-01", "?id={id}"])
async def test_lists_and_totals_are_as_if_it_were_not_there(world: World, query: str) -> None:
    for kind in KINDS:
        place = PATHS[kind] + query.format(id=world.annabella[kind])
        answer = await world.news.get(place)
        shown = [] if "id={" in query else [world.ada[kind]]
        assert [each["id"] for each in answer.json()] == shown
        assert answer.headers["x-total-count"] == str(len(shown))
        assert answer.headers["x-withheld"] == "privacyChoice"
        moment = now().isoformat().replace("+00:00", "Z")
        before = await world.news.get(f"{place}{'&' if query else '?'}knownAt={moment}")
        if "asOf" not in query:
            assert [each["id"] for each in before.json()] == shown, before.text
        objecting = await world.profiling.get(place)
        assert [each["id"] for each in objecting.json()] == [world.annabella[kind]]
        everything = await world.billing.get(place)
        assert world.annabella[kind] in {each["id"] for each in everything.json()}
        assert "x-withheld" not in everything.headers


async def test_catalogues_are_about_nobody(world: World) -> None:
    answer = await world.news.get(PATHS["billFormat"])
    assert answer.status_code == 200
    assert "x-withheld" not in answer.headers
    made = await _made(world.service.client, "billFormat", name="Itemised")
    assert (await world.news.get(f"{PATHS['billFormat']}/{made}")).status_code == 200


async def test_search_trees_and_roll_ups_leave_it_out(world: World) -> None:
    found = (await world.news.get(f"{ROOT}/search", params={"q": "Lovelace"})).json()
    hits = {hit["id"] for hit in found["hit"]}
    assert hits & set(world.ada.values())
    assert not hits & set(world.annabella.values())
    # That somebody else objects hides no customer of whom did not.
    objecting = (await world.profiling.get(f"{ROOT}/search", params={"q": "Lovelace"})).json()
    named = {hit["id"]: hit.get("customer", {}).get("id") for hit in objecting["hit"]}
    assert world.annabella["individual"] in named
    assert set(named.values()) == {world.annabella["customer"]}
    client = world.service.client
    group = await _made(client, "organization", name="Analytical", tradingName="Analytical")
    await _agreement(
        client, {"customer": ""}, _says("marketing", "byEmail", True),
        engagedParty=[_ref("Organization", group)],
    )  # fmt: skip
    for each in (world.ada, world.annabella):
        there = f"{PATHS['individual']}/{each['individual']}"
        member = [{"@type": "RelatedPartyOrPartyRole", "role": "household",
                   "partyOrPartyRole": _ref("Organization", group)}]  # fmt: skip
        patched = await client.patch(there, json={"relatedParty": member}, headers=MERGE)
        assert patched.status_code == 200, patched.text
    whole = (await world.billing.get(f"{ROOT}/hierarchy/{group}")).json()
    tree = (await world.news.get(f"{ROOT}/hierarchy/{group}")).json()
    assert {node["id"] for node in whole["descendant"]} == {
        world.ada["individual"], world.annabella["individual"],
    }  # fmt: skip
    assert [node["id"] for node in tree["descendant"]] == [world.ada["individual"]]
    rolled = (await world.news.get(f"{ROOT}/hierarchy/{group}/rollup")).json()
    assert rolled["nodes"] == 2


async def test_writes_are_refused_and_change_nothing(world: World) -> None:
    for kind in KINDS:
        there = f"{PATHS[kind]}/{world.annabella[kind]}"
        before = (await world.billing.get(there)).headers["etag"]
        for answer in (
            await world.news.patch(there, json={"description": "x"}, headers=MERGE),
            await world.news.delete(there),
        ):
            assert _refused(answer), answer.text
        assert (await world.billing.get(there)).headers["etag"] == before
    given = {
        "type": "individual", "survivor": world.ada["individual"],
        "merged": [world.annabella["individual"]],
    }  # fmt: skip
    assert _refused(await world.news.post(f"{ROOT}/merge", json=given))


async def test_files_of_its_records_are_kept_back(world: World) -> None:
    query = {"recordType": "customer", "recordId": world.annabella["customer"], "name": "a.txt"}
    media = {"Content-Type": "text/plain"}
    there = f"{ROOT}/attachment"
    kept = await world.billing.post(there, params=query, content=b"text", headers=media)
    assert kept.status_code == 201, kept.text
    for answer in (
        await world.news.get(f"{there}/{kept.json()['id']}"),
        await world.news.get(there, params={"recordId": world.annabella["customer"]}),
        await world.news.post(there, params=query, content=b"text", headers=media),
    ):
        assert _refused(answer), answer.text


async def test_it_is_withdrawn_at_once_by_a_change_a_later_agreement_or_its_removal(
    world: World,
) -> None:
    client, there = world.service.client, f"{PATHS['partyPrivacyAgreement']}/{world.agreement}"
    refusing = {"partyPrivacyProfileCharacteristic": [_says("marketing", "byEmail", False)]}
    agreeing = {"partyPrivacyProfileCharacteristic": [_says("marketing", "byEmail", True)]}
    assert await _shown(world.news, world.ada) == list(KINDS)
    assert (await client.patch(there, json=refusing, headers=MERGE)).status_code == 200
    assert await _shown(world.news, world.ada) == []
    assert (await client.patch(there, json=agreeing, headers=MERGE)).status_code == 200
    assert await _shown(world.news, world.ada) == list(KINDS)
    assert await _shown(world.profiling, world.ada) == list(KINDS)
    later = await _agreement(client, world.ada, _says("marketing", "byEmail", "optOut"))
    assert await _shown(world.news, world.ada) == []
    place = f"{PATHS['partyPrivacyAgreement']}/{later}"
    assert (await client.delete(place)).status_code == 204
    assert await _shown(world.news, world.ada) == list(KINDS)
    assert (await client.delete(there)).status_code == 204
    assert await _shown(world.news, world.ada) == []


async def test_only_an_agreement_in_force_allows(world: World) -> None:
    client, yes = world.service.client, _says("marketing", "byEmail", True)
    agreement = await _agreement(client, world.annabella, yes, status="draft")
    there = f"{PATHS['partyPrivacyAgreement']}/{agreement}"
    for status, counts in (
        ("approved", True), ("initialized", False), ("inForce", True), ("in progress", False),
        ("VALIDATED", True), ("rejected", False), ("terminated", False), ("whatever", False),
    ):  # fmt: skip
        patched = await client.patch(there, json={"status": status}, headers=MERGE)
        assert patched.status_code == 200, patched.text
        shown = await _shown(world.news, world.annabella)
        assert shown == (list(KINDS) if counts else []), status


async def test_what_ended_otherwise_brings_nothing_older_back(world: World) -> None:
    client = world.service.client
    yes = _says("marketing", "byEmail", True)
    later = await _agreement(client, world.ada, yes)
    there = f"{PATHS['partyPrivacyAgreement']}/{later}"
    ended = await client.patch(there, json={"status": "terminated"}, headers=MERGE)
    assert ended.status_code == 200
    assert await _shown(world.news, world.ada) == []


async def test_periods_begin_and_end_by_themselves(world: World) -> None:
    client = world.service.client
    begin, end = now() + timedelta(seconds=2), now() + timedelta(seconds=4)
    during = {"startDateTime": begin.isoformat(), "endDateTime": end.isoformat()}
    await _agreement(
        client, world.annabella, _says("marketing", "byEmail", True), agreementPeriod=during
    )
    assert await _shown(world.news, world.annabella) == []
    await _until(begin)
    assert await _shown(world.news, world.annabella) == list(KINDS)
    await _until(end)
    assert await _shown(world.news, world.annabella) == []


async def _until(instant: Any) -> None:
    while now() < instant + timedelta(milliseconds=50):
        await asyncio.sleep(0.05)


async def test_what_is_said_counts_as_it_is_meant_and_doubt_allows_nothing(world: World) -> None:
    client, yes = world.service.client, _says("marketing", "byEmail", True)
    agreement = await _agreement(client, world.annabella, yes)
    there = f"{PATHS['partyPrivacyAgreement']}/{agreement}"
    for said, counts in (
        ([_says("marketing", "byEmail", "true")], True),
        ([_says("marketing", "byPhone", True)], False),
        ([_says("Marketing", "*", "opt-in")], True),
        ([_says("analysis", "byEmail", True)], False),
        ([_says("marketing", "marketing", True)], True),
        ([_says("marketing", "byEmail", "perhaps")], False),
        ([_says("marketing", "byEmail", True), _says("marketing", "*", False)], False),
        ([_says("marketing", "byEmail", True, relatedParty=_holder("partner"))], False),
    ):
        given = {"partyPrivacyProfileCharacteristic": said}
        patched = await client.patch(there, json=given, headers=MERGE)
        assert patched.status_code == 200, patched.text
        shown = await _shown(world.news, world.annabella)
        assert shown == (list(KINDS) if counts else []), said


async def test_a_profile_speaks_too_and_by_its_agreement_while_that_is_in_force(
    world: World,
) -> None:
    client, whom = world.service.client, world.annabella
    other = _says("analysis", "ofUse", True)
    agreement = await _agreement(client, whom, other, status="inProgress")
    agreed_by = _holder(whom["customer"])[0]
    await _made(
        client, "partyPrivacyProfile", status="created", agreedByParty=agreed_by,
        agreement={"@type": "PartyPrivacyAgreementRef", "id": agreement},
        partyPrivacyProfileSpecification={"id": "marketing"},
        partyPrivacyProfileCharacteristic=[_says("marketing", "byEmail", True)],
    )  # fmt: skip
    assert await _shown(world.news, whom) == []
    there = f"{PATHS['partyPrivacyAgreement']}/{agreement}"
    approved = await client.patch(there, json={"status": "approved"}, headers=MERGE)
    assert approved.status_code == 200
    assert await _shown(world.news, whom) == list(KINDS)


async def test_version_4_says_it_its_own_way(world: World) -> None:
    given = {
        "name": "Privacy", "agreementType": "privacy", "status": "approved",
        "agreementItem": [{"product": [{"id": "product-1"}]}],
        "engagedParty": [{"id": world.annabella["individual"], "@referredType": "Individual"}],
        "partyPrivacyProfileCharacteristic": [
            {"privacyUsagePurpose": "MARKETING", "name": "byEmail", "value": "yes"}
        ],
    }  # fmt: skip
    place = PATHS["partyPrivacyAgreement"].replace("/v5/", "/v4/")
    made = await world.service.client.post(place, json=given)
    assert made.status_code == 201, made.text
    assert await _shown(world.news, world.annabella) == list(KINDS)


async def test_what_is_recorded_later_follows_its_subject(world: World) -> None:
    client = world.service.client
    customer = await _made(
        client, "customer", name="Ada again",
        engagedParty=_ref("Individual", world.ada["individual"]),
    )  # fmt: skip
    account = await _made(
        client, "billingAccount", name="Later", accountType="business", state="Active",
        relatedParty=_holder(customer),
    )  # fmt: skip
    shared = await _made(
        client, "billingAccount", name="Joint", accountType="joint", state="Active",
        relatedParty=_holder(world.ada["customer"], world.annabella["customer"]),
    )  # fmt: skip
    for place, client_of, allowed in (
        (f"{PATHS['customer']}/{customer}", world.news, True),
        (f"{PATHS['billingAccount']}/{account}", world.news, True),
        (f"{PATHS['customer']}/{customer}", world.profiling, False),
        (f"{PATHS['billingAccount']}/{account}", world.profiling, False),
        (f"{PATHS['billingAccount']}/{shared}", world.news, False),
        (f"{PATHS['billingAccount']}/{shared}", world.profiling, False),
        (f"{PATHS['billingAccount']}/{shared}", world.billing, True),
    ):
        answer = await client_of.get(place)
        assert answer.status_code == 200 if allowed else _refused(answer), (place, answer.text)


async def test_what_changes_hands_follows_and_its_past_does_not(world: World) -> None:
    there = f"{PATHS['billingAccount']}/{world.annabella['billingAccount']}"
    to_ada = {"relatedParty": _holder(world.ada["customer"])}
    moved = await world.billing.patch(there, json=to_ada, headers=MERGE)
    assert moved.status_code == 200, moved.text
    assert (await world.news.get(there)).status_code == 200
    past = await world.news.get(f"{there}/history")
    assert [version["revision"] for version in past.json()] == [2]
    assert _refused(await world.profiling.get(there))
    before = await world.profiling.get(f"{there}/history")
    assert [version["revision"] for version in before.json()] == [1]
    role = f"{PATHS['customer']}/{world.annabella['customer']}"
    of_ada = {"engagedParty": _ref("Individual", world.ada["individual"])}
    moved = await world.billing.patch(role, json=of_ada, headers=MERGE)
    assert moved.status_code == 200, moved.text
    assert (await world.news.get(role)).status_code == 200
    assert _refused(await world.profiling.get(role))


async def test_merged_subjects_have_the_latest_choice_and_parted_ones_their_own(
    world: World,
) -> None:
    given = {
        "type": "individual", "survivor": world.annabella["individual"],
        "merged": [world.ada["individual"]],
    }  # fmt: skip
    merged = await world.billing.post(f"{ROOT}/merge", json=given)
    assert merged.status_code == 200, merged.text
    for each in (world.ada, world.annabella):
        assert await _shown(world.news, each) == list(KINDS)
        assert await _shown(world.profiling, each) == []
    client = world.service.client
    await _agreement(client, world.annabella, _says("marketing", "byEmail", False))
    for each in (world.ada, world.annabella):
        assert await _shown(world.news, each) == []
    parted = await world.billing.post(
        f"{ROOT}/unmerge", json={"type": "individual", "id": world.ada["individual"]}
    )
    assert parted.status_code == 200, parted.text
    assert await _shown(world.news, world.ada) == list(KINDS)
    assert await _shown(world.news, world.annabella) == []
    assert await _shown(world.profiling, world.annabella) == list(KINDS)


async def test_a_purpose_that_comes_to_ask_is_answered_at_once(
    world: World, database: Database
) -> None:
    assert await _shown(world.billing, world.ada) == list(KINDS)
    await register_purpose(
        database, "billing", title="Billing", legal_basis="publicTask",
        privacy_purposes=("profiling",), registered_by="the tests",
    )  # fmt: skip
    await _eventually(world.billing, world.ada, [])
    await register_purpose(
        database, "billing", title="Billing", legal_basis="publicTask",
        privacy_purposes=("profiling",), despite_objection=True, registered_by="the tests",
    )  # fmt: skip
    await _eventually(world.billing, world.ada, list(KINDS))


async def _eventually(client: httpx.AsyncClient, ids: dict[str, str], kinds: list[str]) -> None:
    for _ in range(100):
        if await _shown(client, ids) == kinds:
            return
        await asyncio.sleep(0.02)
    raise AssertionError


async def test_a_restriction_stands_before_a_choice(world: World) -> None:
    given = {"subjectId": world.ada["individual"], "reason": "DSR-2026-17"}
    placed = await world.service.client.post(f"{ROOT}/restriction", json=given)
    assert placed.status_code == 201, placed.text
    answer = await world.news.get(f"{PATHS['individual']}/{world.ada['individual']}")
    assert (answer.status_code, answer.json()["code"]) == (403, "processingRestricted")
    listed = await world.news.get(PATHS["individual"])
    assert listed.json() == []
    assert listed.headers["x-withheld"] == "restriction, privacyChoice"


async def test_the_job_brings_back_what_was_lost(world: World) -> None:
    database = world.service.database
    await database.execute("DELETE FROM record.choice")
    assert await _shown(world.news, world.ada) == []
    await settle_all(database)
    assert await _shown(world.news, world.ada) == list(KINDS)
    kept = await database.fetch("SELECT * FROM record.choice ORDER BY id, valid_from")
    await settle_all(database)
    assert await database.fetch("SELECT * FROM record.choice ORDER BY id, valid_from") == kept


async def test_an_erased_subject_leaves_no_choice(world: World) -> None:
    gone = await world.service.client.post(
        f"{ROOT}/erasure", json={"subjectId": world.ada["individual"], "reason": "DSR-1"}
    )
    assert gone.status_code in (200, 201), gone.text
    assert await world.service.database.value("SELECT count(*) FROM record.choice") == 0


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as listener:
        yield listener


async def test_listeners_are_told_of_who_agreed_and_of_every_removal_by_its_id(
    world: World, listener: Listener
) -> None:
    hub = PATHS["individual"].replace("/individual", "/hub")
    answer = await world.news.post(hub, json={"callback": listener.callback})
    assert answer.status_code == 201, answer.text
    alone = await _made(
        world.service.client, "individual", givenName="Byron", familyName="Lovelace"
    )
    for each in (world.annabella, world.ada):
        there = f"{PATHS['individual']}/{each['individual']}"
        patched = await world.billing.patch(there, json={"givenName": "New"}, headers=MERGE)
        assert patched.status_code == 200
    gone = await world.service.client.delete(f"{PATHS['individual']}/{alone}")
    assert gone.status_code == 204
    told = await listener.until(2)
    by_type = {each.event["eventType"]: each.event["event"]["individual"] for each in told}
    assert by_type["IndividualAttributeValueChangeEvent"]["id"] == world.ada["individual"]
    assert by_type["IndividualDeleteEvent"]["id"] == alone
    assert "Lovelace" not in str(by_type["IndividualDeleteEvent"])
    waiting = "SELECT count(*) FROM record.delivery"
    assert await world.service.database.value(waiting) == 0
