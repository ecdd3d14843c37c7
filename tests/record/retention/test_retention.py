"""Retention: what must be kept is refused to the instant, what is past its time goes whole."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from customer_inventory.holding import attachments_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.retention import run as retaining
from customer_inventory.record.retention.keeping import Keeping, Kept
from customer_inventory.record.retention.policy import example
from customer_inventory.record.retention.run import IsRunning, NoPolicy, Retainer, runs
from customer_inventory.record.search import word
from customer_inventory.record.subject import hold
from customer_inventory.record.subject import own as record_subject
from customer_inventory.record.subject.erasing import Eraser
from customer_inventory.record.subject.holder import Holders
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Database
from tests.record.samples import (
    AGREEMENT,
    CUSTOMER,
    INDIVIDUAL,
    account,
    agreement,
    customer,
    person,
    related,
)
from tests.record.subject.conftest import places_of
from tests.tmf.bodies import BODIES

INTERACTION = TYPES["partyInteraction"]
INSTANT = timedelta(microseconds=1)


def at(year: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def period(end: str | None) -> dict[str, str]:
    start = {"startDateTime": "2010-01-01T00:00:00Z"}
    return {**start, "endDateTime": end} if end else start


@pytest.fixture
def inventory(database: Database) -> Inventory:
    return Inventory(database, example())


@pytest.fixture
def retainer(database: Database, tmp_path: Path) -> Retainer:
    settings = Settings(home=tmp_path / "home")
    holders = record_subject.holders(lambda: attachments_of(database, settings))
    return Retainer(database, example(), holders)


async def made(inventory: Inventory, name: str, document: dict, actor: Actor) -> str:
    return (await inventory.create(TYPES[name], document, actor=actor)).id


def acted(run: retaining.Run) -> list[tuple[str, str, str]]:
    """Rule, type and state of what a run found that does not wait for other records."""
    return [
        (line["rule"], line["type"], line["state"])
        for line in run.lines()
        if line["state"] != "waiting"
    ]


async def contract(inventory: Inventory, actor: Actor, end: str | None) -> tuple[str, str]:
    """The ids of somebody and of a contract that ends then."""
    ada = await made(inventory, "individual", person("Qixretained"), actor)
    document = {**agreement(ada), "agreementPeriod": period(end)}
    return ada, await made(inventory, "agreement", document, actor)


async def test_a_contract_is_kept_to_the_instant(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    _, held = await contract(inventory, actor, "2020-03-31T00:00:00Z")
    keeping = Keeping(database, example())
    with pytest.raises(Kept) as raised:
        await keeping.refuse_if_kept({held: "agreement"}, at=at(2027) - INSTANT)
    assert (raised.value.code, raised.value.until) == ("retained", at(2027))
    said = str(raised.value)
    assert all(word in said for word in ("agreement", "2027-01-01", "commercialRecord", "AO 147"))
    await keeping.refuse_if_kept({held: "agreement"}, at=at(2027))
    await Keeping(database, None).refuse_if_kept({held: "agreement"}, at=at(2020))


async def test_deletion_and_erasure_are_refused_and_nothing_is_gone(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    ada, held = await contract(inventory, actor, None)
    eraser = Eraser(database, Holders((), {}), example())
    for attempt in (
        inventory.remove(AGREEMENT, held, actor=actor),
        eraser.plan(ada),
        eraser.erase(ada, reason="DSR-2026-17", actor=actor),
    ):
        with pytest.raises(Kept, match="while it is in force and P6Y after its end"):
            await attempt
    await inventory.get(AGREEMENT, held)
    assert await database.fetch("SELECT id FROM record.erasure") == []
    # Without a policy in force both are done.
    await Inventory(database).remove(AGREEMENT, held, actor=actor)


async def test_a_closed_account_counts_from_when_it_was_closed(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    ada = await made(inventory, "individual", person(), actor)
    open_one = await made(inventory, "billingAccount", account(ada), actor)
    closed = await made(inventory, "billingAccount", {**account(ada), "state": "Closed"}, actor)
    keeping = Keeping(database, example())
    year = datetime.now(UTC).year
    with pytest.raises(Kept, match="while it is in force"):
        await keeping.refuse_if_kept({open_one: "billingAccount"})
    with pytest.raises(Kept, match=f"until {year + 7}-01-01"):
        await keeping.refuse_if_kept({closed: "billingAccount"})
    # Of several, the one kept longest is told, and how many more.
    with pytest.raises(Kept, match=r"in force.*So must 1 more"):
        await keeping.refuse_if_kept({open_one: "billingAccount", closed: "billingAccount"})


async def test_what_is_past_its_time_goes_with_all_its_past(
    database: Database, inventory: Inventory, retainer: Retainer, actor: Actor, tmp_path: Path
) -> None:
    ada, held = await contract(inventory, actor, "2020-03-31T00:00:00Z")
    _, running = await contract(inventory, actor, None)
    await inventory.change(
        AGREEMENT, held, lambda old: {**old, "description": "Qixpast"}, actor=actor
    )
    attachments = attachments_of(database, Settings(home=tmp_path / "home"))
    await attachments.keep(
        AGREEMENT, held, b"signed", name="a.txt", media_type="text/plain", actor=actor
    )
    before = await retainer.run(actor=actor, at=at(2031) - INSTANT, pause=0)
    assert acted(before) == []
    plan = await retainer.plan(example(), at=at(2031))
    assert acted(plan) == [("commercialRecord", "agreement", "removed")]
    await inventory.get(AGREEMENT, held)

    done = await retainer.run(actor=actor, at=at(2031), pause=0)
    # With its last contract somebody is past its time, too.
    assert acted(done) == [*acted(plan), ("limitationPeriod", "individual", "removed")]
    with pytest.raises(NoSuchRecord):
        await inventory.get(AGREEMENT, held)
    assert await places_of(database, ["Qixpast"]) == set()
    assert await attachments.of_record(held) == []
    marks = await inventory.versions(AGREEMENT, held)
    assert [mark.body for mark in marks] == [None]
    await inventory.get(AGREEMENT, running)
    with pytest.raises(NoSuchRecord):
        await inventory.get(INDIVIDUAL, ada)
    again = await retainer.run(actor=actor, at=at(2031), pause=0)
    assert again.lines() == []
    assert [each.ended_at is not None for each in await runs(database)] == [True] * 3


async def test_a_subject_waits_for_what_belongs_to_it(
    database: Database, inventory: Inventory, retainer: Retainer, actor: Actor
) -> None:
    ada = await made(inventory, "individual", person(), actor)
    ended = {**customer(ada), "validFor": period("2015-06-30T00:00:00Z")}
    role = await made(inventory, "customer", ended, actor)
    await made(inventory, "billingAccount", {**account(role), "state": "active"}, actor)
    run = await retainer.run(actor=actor, at=at(2026), pause=0)
    assert {(line["type"], line["state"]) for line in run.lines()} >= {
        ("customer", "waiting"),
        ("individual", "waiting"),
    }
    await inventory.get(CUSTOMER, role)
    await inventory.get(INDIVIDUAL, ada)


async def test_roles_go_before_their_party_in_one_run(
    database: Database, inventory: Inventory, retainer: Retainer, actor: Actor
) -> None:
    ada = await made(inventory, "individual", person("Qixgone"), actor)
    ended = {**customer(ada), "validFor": period("2015-06-30T00:00:00Z")}
    role = await made(inventory, "customer", ended, actor)
    talk = {
        **BODIES["partyInteraction"],
        "interactionDate": {"startDateTime": "2014-01-01T00:00:00Z"},
        "relatedParty": [related(ada, "customer")],
    }
    await made(inventory, "partyInteraction", talk, actor)
    # What has nothing left counts from when it was last touched: today.
    year = datetime.now(UTC).year
    run = await retainer.run(actor=actor, at=at(year + 4) - INSTANT, pause=0)
    assert {line["type"] for line in run.lines()} == {"customer", "partyInteraction"}
    with pytest.raises(NoSuchRecord):
        await inventory.get(CUSTOMER, role)
    run = await retainer.run(actor=actor, at=at(year + 4), pause=0)
    assert {line["type"] for line in run.lines()} == {"individual"}
    # Words of the dictionary are mended every night.
    await word.mend(database)
    assert await places_of(database, ["qixgone"]) == set()


async def test_attributes_with_a_rule_of_their_own_go_when_the_relation_ends(
    database: Database, inventory: Inventory, retainer: Retainer, actor: Actor
) -> None:
    health = [{"disabilityCode": "d1", "disabilityName": "Qixhealth"}]
    ada = await made(inventory, "individual", person(disability=health), actor)
    bob = await made(inventory, "individual", person(disability=health), actor)
    for who, end in ((ada, "2025-06-30T00:00:00Z"), (bob, None)):
        role = {**customer(who), "validFor": period(end)}
        await made(inventory, "customer", role, actor)
    await inventory.change(INDIVIDUAL, ada, lambda old: {**old, "title": "Dr"}, actor=actor)
    run = await retainer.run(actor=actor, at=at(2025, 6, 30) - INSTANT, pause=0)
    assert run.lines() == []
    run = await retainer.run(actor=actor, at=at(2025, 6, 30), pause=0)
    assert [(line["rule"], line["part"]) for line in run.lines()] == [
        ("purposeEnded", "disability")
    ]
    versions = await inventory.versions(INDIVIDUAL, ada)
    assert [version.operation for version in versions] == ["retain", "update", "create"]
    assert all(b"Qixhealth" not in (version.body or b"") for version in versions)
    assert b"Qixhealth" in (await inventory.get(INDIVIDUAL, bob)).body
    assert (await retainer.run(actor=actor, at=at(2025, 6, 30), pause=0)).lines() == []


async def test_a_hold_keeps_what_is_past_its_time(
    database: Database, inventory: Inventory, retainer: Retainer, actor: Actor
) -> None:
    ada, held = await contract(inventory, actor, "2010-03-31T00:00:00Z")
    placed = await hold.place(database, ada, reason="LIT-2026-4", actor=actor)
    run = await retainer.run(actor=actor, pause=0)
    assert acted(run) == [
        ("commercialRecord", "agreement", "held"),
        ("limitationPeriod", "individual", "held"),
    ]
    await inventory.get(AGREEMENT, held)
    await hold.lift(database, placed.id, reason="LIT-2026-4", actor=actor)
    run = await retainer.run(actor=actor, pause=0)
    assert ("commercialRecord", "agreement", "removed") in acted(run)


async def test_what_was_merged_goes_as_one(
    database: Database, inventory: Inventory, retainer: Retainer, actor: Actor
) -> None:
    ada = await made(inventory, "individual", person(), actor)
    ended = {**customer(ada), "validFor": period("2005-06-30T00:00:00Z")}
    one = await made(inventory, "customer", ended, actor)
    twin = await made(inventory, "customer", {**ended, "description": "Qixtwin"}, actor)
    await inventory.identity.merge(CUSTOMER, one, [twin], actor=actor)
    run = await retainer.run(actor=actor, pause=0)
    assert acted(run) == [("commercialRecord", "customer", "removed")]
    assert await places_of(database, ["Qixtwin"]) == set()
    assert await database.fetch("SELECT id FROM record.origin") == []


async def test_a_run_broken_off_goes_on_and_no_two_work_at_once(
    database: Database,
    inventory: Inventory,
    retainer: Retainer,
    actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retaining, "_CHUNK", 2)
    ada = await made(inventory, "individual", person(), actor)
    talk = {
        **BODIES["partyInteraction"],
        "interactionDate": {"startDateTime": "2014-01-01T00:00:00Z"},
        "relatedParty": [related(ada, "customer")],
    }
    for _ in range(5):
        await made(inventory, "partyInteraction", talk, actor)
    seen = 0

    class Broken(Exception):
        pass

    whole = Retainer._go

    async def failing(self: Retainer, due: retaining.Due, actor: Actor) -> None:
        nonlocal seen
        seen += 1
        if seen == 4:
            with pytest.raises(IsRunning):
                await retainer.run(actor=actor, pause=0)
            raise Broken
        await whole(self, due, actor)

    monkeypatch.setattr(Retainer, "_go", failing)
    with pytest.raises(Broken):
        await retainer.run(actor=actor, pause=0)
    (broken,) = await runs(database)
    assert (broken.ended_at, sum(broken.counts.values())) == (None, 2)
    done = await retainer.run(actor=actor, pause=0)
    assert done.id == broken.id
    left = await database.fetch("SELECT id FROM record.party_interaction")
    assert left == []
    # The third went before the break, uncounted: it is counted by none rather than by two.
    assert sum(done.counts.values()) == 4
    assert isinstance(IsRunning(), Conflict)


async def test_without_a_policy_nothing_runs(database: Database, actor: Actor) -> None:
    with pytest.raises(NoPolicy):
        await Retainer(database, None, ()).run(actor=actor)
