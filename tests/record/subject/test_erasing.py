"""Erasure: what goes, what stays without the subject, what refuses, what is done again."""

from datetime import timedelta
from pathlib import Path

import pytest

from customer_inventory.access.log.note import Signer
from customer_inventory.access.log.statement import ERASURE, is_signed
from customer_inventory.holding import eraser_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import new_id
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.subject import hold
from customer_inventory.record.subject.belonging import NoSuchSubject, belongings
from customer_inventory.record.subject.certificate import digest, readable
from customer_inventory.record.subject.erasing import Eraser, erasures
from customer_inventory.record.subject.hold import Held
from customer_inventory.record.subject.notes import notes, take_notes
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Database
from tests.record.samples import (
    AGREEMENT,
    BILLING_ACCOUNT,
    CUSTOMER,
    INDIVIDUAL,
    ORGANIZATION,
    PARTY_INTERACTION,
    account,
    agreement,
    company,
    customer,
    person,
    ref,
    related,
)
from tests.record.subject.conftest import places_of
from tests.tmf.bodies import BODIES

CASE = "DSR-2026-17"


async def made(inventory: Inventory, declared, document, actor: Actor) -> str:
    return (await inventory.create(declared, document, actor=actor)).id


async def test_all_that_belongs_goes_and_what_is_shared_stays_without(
    database: Database, inventory: Inventory, eraser: Eraser, actor: Actor
) -> None:
    ada = await made(inventory, INDIVIDUAL, person("Qixlace"), actor)
    bob = await made(inventory, INDIVIDUAL, person("Other"), actor)
    role = await made(inventory, CUSTOMER, customer(ada), actor)
    own = await made(inventory, BILLING_ACCOUNT, account(role), actor)
    both = {**agreement(ada), "engagedParty": [ref(ada), ref(bob)]}
    shared = await made(inventory, AGREEMENT, both, actor)
    contact = {
        **BODIES["partyInteraction"],
        "relatedParty": [related(ada, "customer"), related(bob, "agent")],
    }
    talk = await made(inventory, PARTY_INTERACTION, contact, actor)

    # By any of its records, the subject is the party behind it.
    for identifier in (ada, role, own):
        found = await belongings(database, identifier)
        assert found.subject_id == ada
        assert set(found.own) == {ada, role, own, talk}
        assert found.shared == {shared: "agreement"}
    planned = await eraser.plan(ada)
    assert planned["removed"]["billingAccount"] == [own]
    await inventory.get(BILLING_ACCOUNT, own)

    certificate = await eraser.erase(ada, reason=CASE, actor=actor)
    assert certificate["removed"] == {
        "individual": 1, "customer": 1, "billingAccount": 1, "partyInteraction": 1,
    }  # fmt: skip
    assert certificate["anonymised"] == {"agreement": 1}
    assert await eraser.certificate(certificate["id"]) == certificate
    assert certificate["sha256"] in readable(certificate)
    for declared, identifier in (
        (INDIVIDUAL, ada), (CUSTOMER, role), (BILLING_ACCOUNT, own), (PARTY_INTERACTION, talk),
    ):  # fmt: skip
        with pytest.raises(NoSuchRecord):
            await inventory.get(declared, identifier)
        marks = await inventory.versions(declared, identifier)
        assert [(mark.operation, mark.body) for mark in marks] == [("delete", None)]
    left = (await inventory.get(AGREEMENT, shared)).body.decode()
    assert ada not in left
    assert bob in left
    past = await inventory.versions(AGREEMENT, shared)
    assert all(ada not in (version.body or b"").decode() for version in past)
    told = await database.fetch("SELECT id, event FROM record.outbox WHERE event = 'delete'")
    assert {row["id"] for row in told} == {ada, role, own, talk}
    assert [row["state"] for row in await erasures(database)] == ["done"]
    with pytest.raises(NoSuchSubject):
        await eraser.erase(ada, reason=CASE, actor=actor)


async def test_what_was_removed_before_is_erased_too(
    inventory: Inventory, eraser: Eraser, actor: Actor
) -> None:
    ada = await made(inventory, INDIVIDUAL, person(), actor)
    role = await made(inventory, CUSTOMER, customer(ada), actor)
    await inventory.remove(CUSTOMER, role, actor=actor)
    await inventory.remove(INDIVIDUAL, ada, actor=actor)
    certificate = await eraser.erase(ada, reason=CASE, actor=actor)
    assert certificate["removed"] == {"individual": 1, "customer": 1}
    for declared, identifier in ((INDIVIDUAL, ada), (CUSTOMER, role)):
        versions = await inventory.versions(declared, identifier)
        assert [version.body for version in versions] == [None]


async def test_what_was_merged_is_one_subject(
    database: Database, inventory: Inventory, eraser: Eraser, actor: Actor
) -> None:
    ada = await made(inventory, INDIVIDUAL, person("Qixone"), actor)
    twin = await made(inventory, INDIVIDUAL, person("Qixtwo", title="Countess"), actor)
    other = await made(inventory, INDIVIDUAL, person("Qixother"), actor)
    role = await made(inventory, CUSTOMER, customer(twin), actor)
    # Others that name it may be merged themselves.
    boss = {"relationshipType": "assistant", "partyOrPartyRole": ref(twin)}
    chief = await made(inventory, INDIVIDUAL, person("Chief", relatedParty=[boss]), actor)
    double = await made(inventory, INDIVIDUAL, person("Chief", relatedParty=[boss]), actor)
    await inventory.identity.merge(INDIVIDUAL, chief, [double], actor=actor)
    await inventory.identity.merge(INDIVIDUAL, ada, [twin], actor=actor)
    for identifier in (ada, twin, role):
        assert set((await belongings(database, identifier)).own) == {ada, twin, role}
    await eraser.erase(twin, reason=CASE, actor=actor)
    assert await places_of(database, ["qixone", "qixtwo", "countess"]) == set()
    await inventory.get(INDIVIDUAL, other)
    left = await places_of(database, [twin])
    assert left <= {"record.erasure", "record.history", "record.outbox"}
    assert twin not in (await inventory.get(INDIVIDUAL, chief)).body.decode()
    past = await inventory.versions(INDIVIDUAL, chief)
    assert all(twin not in (version.body or b"").decode() for version in past)


async def test_who_lives_with_the_subject_keeps_the_address(
    inventory: Inventory, eraser: Eraser, actor: Actor
) -> None:
    home = [{"@type": "GeographicAddressContactMedium", "street1": "Qixstreet 12"}]
    ada = await made(inventory, INDIVIDUAL, person(contactMedium=home), actor)
    spouse = {"relationshipType": "spouse", "partyOrPartyRole": ref(ada)}
    bob = await made(
        inventory, INDIVIDUAL, person(contactMedium=home, relatedParty=[spouse]), actor
    )
    await eraser.erase(ada, reason=CASE, actor=actor)
    left = (await inventory.get(INDIVIDUAL, bob)).body.decode()
    assert "Qixstreet 12" in left
    assert ada not in left


async def test_an_employer_goes_and_its_people_stay(
    inventory: Inventory, eraser: Eraser, actor: Actor
) -> None:
    employer = await made(inventory, ORGANIZATION, company("Qixworks"), actor)
    relation = {"relationshipType": "employer", "partyOrPartyRole": ref(employer)}
    ada = await made(inventory, INDIVIDUAL, person(relatedParty=[relation]), actor)
    plan = await eraser.plan(employer)
    assert plan["removed"] == {"organization": [employer]}
    await eraser.erase(employer, reason=CASE, actor=actor)
    assert employer not in (await inventory.get(INDIVIDUAL, ada)).body.decode()


async def test_a_legal_hold_refuses_erasure_and_removal_until_it_is_lifted(
    database: Database, inventory: Inventory, eraser: Eraser, actor: Actor
) -> None:
    ada = await made(inventory, INDIVIDUAL, person(), actor)
    role = await made(inventory, CUSTOMER, customer(ada), actor)
    own = await made(inventory, BILLING_ACCOUNT, account(role), actor)
    placed = await hold.place(database, ada, reason="LIT-2026-4", actor=actor)
    for attempt in (
        eraser.plan(ada),
        eraser.erase(role, reason=CASE, actor=actor),
        inventory.remove(BILLING_ACCOUNT, own, actor=actor),
        inventory.remove(CUSTOMER, role, actor=actor),
    ):
        with pytest.raises(Held, match="LIT-2026-4"):
            await attempt
    assert await hold.holds(database) == [placed]
    lifted = await hold.lift(database, placed.id, reason="LIT-2026-4", actor=actor)
    assert lifted.lifted_reason == "LIT-2026-4"
    with pytest.raises(hold.NoSuchHold):
        await hold.lift(database, placed.id, reason="LIT-2026-4", actor=actor)
    assert await hold.holds(database) == []
    await inventory.remove(BILLING_ACCOUNT, own, actor=actor)
    await eraser.erase(ada, reason=CASE, actor=actor)


async def test_what_is_no_case_is_refused(
    database: Database, inventory: Inventory, eraser: Eraser, actor: Actor
) -> None:
    ada = await made(inventory, INDIVIDUAL, person(), actor)
    for reason in ("Ada asked for it", "", "x" * 65):
        with pytest.raises(Invalid, match="no reference to a case"):
            await eraser.erase(ada, reason=reason, actor=actor)
        with pytest.raises(Invalid, match="no reference to a case"):
            await hold.place(database, ada, reason=reason, actor=actor)
    with pytest.raises(Invalid, match="has passed"):
        await hold.place(database, ada, reason=CASE, until=now(), actor=actor)
    with pytest.raises(NoSuchSubject):
        await eraser.plan(new_id())
    await inventory.get(INDIVIDUAL, ada)


async def test_an_erasure_broken_off_is_finished_and_a_restored_subject_erased_again(
    database: Database, inventory: Inventory, eraser: Eraser, actor: Actor
) -> None:
    ada = await made(inventory, INDIVIDUAL, person(), actor)
    role = await made(inventory, CUSTOMER, customer(ada), actor)
    await database.execute("CREATE TABLE public.kept AS SELECT * FROM record.individual")
    await database.execute("CREATE TABLE public.kept_customer AS SELECT * FROM record.customer")
    certificate = await eraser.erase(ada, reason=CASE, actor=actor)
    assert await eraser.replay(actor=actor) == []

    # A backup brings records back; the list of erasures is newer.
    await database.execute("INSERT INTO record.individual SELECT * FROM public.kept")
    await database.execute("INSERT INTO record.customer SELECT * FROM public.kept_customer")
    assert await eraser.replay(actor=actor) == [certificate["id"]]
    for declared, identifier in ((INDIVIDUAL, ada), (CUSTOMER, role)):
        with pytest.raises(NoSuchRecord):
            await inventory.get(declared, identifier)

    await database.execute("INSERT INTO record.customer SELECT * FROM public.kept_customer")
    await database.execute("UPDATE record.erasure SET state = 'begun', certificate = NULL")
    assert await eraser.resume(begun_before=now() - timedelta(hours=1), actor=actor) == 0
    assert await eraser.resume(begun_before=now(), actor=actor) == 1
    with pytest.raises(NoSuchRecord):
        await inventory.get(CUSTOMER, role)
    assert (await eraser.certificate(certificate["id"]))["subjectId"] == ada


async def test_a_certificate_is_signed_and_what_was_altered_shows(
    database: Database, inventory: Inventory, actor: Actor, home: Path
) -> None:
    ada = await made(inventory, INDIVIDUAL, person(), actor)
    eraser = eraser_of(database, Settings(home=home))
    told = await eraser.erase(ada, reason=CASE, actor=actor)
    public = Signer.kept_in(home).public
    assert told["sha256"] == digest(told)
    assert told["signature"]["key"] == public.hex()
    assert is_signed(ERASURE, told["sha256"], told["signature"], public)
    assert digest({**told, "reason": "DSR-2026-18"}) != told["sha256"]
    assert not is_signed(ERASURE, "0" * 64, told["signature"], public)
    assert not is_signed("another/kind", told["sha256"], told["signature"], public)
    assert not is_signed(ERASURE, told["sha256"], told["signature"], b"k" * 32)
    assert not is_signed(ERASURE, told["sha256"], {}, public)
    kept = await eraser.certificate(told["id"])
    assert (kept, digest(kept)) == (told, told["sha256"])


async def test_a_large_subject_is_begun_and_finished_by_a_job(
    database: Database, inventory: Inventory, eraser: Eraser, actor: Actor
) -> None:
    ada = await made(inventory, INDIVIDUAL, person("Qixlarge"), actor)
    role = await made(inventory, CUSTOMER, customer(ada), actor)
    begun = await eraser.begin(ada, reason=CASE, actor=actor, at_once=1)
    assert (begun["state"], begun["emptied"], begun["toEmpty"]) == ("begun", 0, 0)
    await inventory.get(CUSTOMER, role)
    await eraser.finish(begun["id"], actor=actor)
    done = await eraser.status(begun["id"])
    assert done["removed"] == {"individual": 1, "customer": 1}
    row = await database.row("SELECT emptied, to_empty FROM record.erasure")
    assert row["emptied"] == row["to_empty"] > 0
    await eraser.finish(begun["id"], actor=actor)
    assert await eraser.status(begun["id"]) == done
    other = await made(inventory, INDIVIDUAL, person(), actor)
    assert "sha256" in await eraser.begin(other, reason=CASE, actor=actor, at_once=1)


async def test_erasures_after_the_backup_are_replayed_from_their_notes(
    database: Database, inventory: Inventory, eraser: Eraser, actor: Actor
) -> None:
    ada = await made(inventory, INDIVIDUAL, person("Qixrestored"), actor)
    await database.execute("CREATE TABLE public.kept AS SELECT * FROM record.individual")
    certificate = await eraser.erase(ada, reason=CASE, actor=actor)
    lines = [encode({**each, **_documents(each)}) for each in await notes(database)]
    # The backup is older than the erasure: it has the record, and no note of it.
    await database.execute("DELETE FROM record.erasure")
    await database.execute("DELETE FROM record.history")
    await database.execute("INSERT INTO record.individual SELECT * FROM public.kept")
    await database.execute("DROP TABLE public.kept")
    assert await eraser.replay(actor=actor) == []
    await inventory.get(INDIVIDUAL, ada)
    with pytest.raises(Invalid, match="Line 2 is no erasure"):
        await take_notes(database, [*lines, b'{"id": "x"}'])
    assert await take_notes(database, lines) == 1
    assert await take_notes(database, lines) == 0
    assert await eraser.replay(actor=actor) == [certificate["id"]]
    assert await places_of(database, ["qixrestored"]) == set()
    assert await eraser.certificate(certificate["id"]) == certificate


def _documents(each: dict) -> dict:
    return {name: parse_object(each[name]) for name in ("removed", "anonymised", "certificate")}
