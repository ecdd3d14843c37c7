"""A customer seen whole at a moment, against the documents of then looked through one by one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.actor import Actor
from customer_inventory.record.customer360 import Customer360
from customer_inventory.record.declare import Document
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.link import extract
from customer_inventory.record.patch import merged
from customer_inventory.record.time.held import held
from customer_inventory.record.time.moment import Moment
from customer_inventory.record.types import TYPES, named
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Database
from tests.record.samples import (
    BILLING_ACCOUNT,
    CUSTOMER,
    INDIVIDUAL,
    PARTY_INTERACTION,
    account,
    agreement,
    customer,
    decoded,
    interaction,
    person,
    ref,
    related,
)

ACTOR = Actor("test", "testing", "tester")
DAY = datetime(2026, 3, 1, tzinfo=UTC)


def shown(whole: Customer360) -> dict[str, set[str]]:
    return {kind: {identifier for identifier, _ in part} for kind, part in whole.parts.items()}


class Life:
    """A small inventory that changes, and every version of it with the instants it was known."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.inventory = Inventory(database)

    async def make(self, kind: str, document: Document) -> str:
        return (await self.inventory.create(named(kind), document, actor=ACTOR)).id

    async def change(self, kind: str, identifier: str, patch: Document) -> None:
        await self.inventory.change(
            named(kind), identifier, lambda old: merged(old, patch), actor=ACTOR
        )

    async def seen(self, identifier: str, moment: Moment) -> dict[str, set[str]] | None:
        try:
            return shown(await self.inventory.around(identifier, moment=moment))
        except NoSuchRecord:
            return None

    async def instant(self) -> datetime:
        """Return the instant of the last change."""
        found = await self.database.value("SELECT max(recorded_at) FROM record.outbox")
        assert isinstance(found, datetime)
        return found


async def test_what_left_is_seen_where_it_was(database: Database) -> None:
    life = Life(database)
    party, other = [await life.make("individual", person(name)) for name in ("A", "B")]
    role, other_role = [await life.make("customer", customer(who)) for who in (party, other)]
    bill = await life.make("billingAccount", account(role))
    first = await life.instant()
    await life.change("billingAccount", bill, {"relatedParty": [related(other_role, "owner")]})
    second = await life.instant()
    await life.inventory.remove(BILLING_ACCOUNT, bill, actor=ACTOR)
    third = await life.instant()
    await life.change("customer", role, {"engagedParty": ref(other)})
    mine = {"individual": {party}}
    assert await life.seen(role, Moment(known_at=first)) == {**mine, "billingAccount": {bill}}
    assert await life.seen(role, Moment(known_at=second)) == mine
    theirs = {"individual": {other}, "billingAccount": {bill}}
    assert await life.seen(other_role, Moment(known_at=second)) == theirs
    assert await life.seen(other_role, Moment(known_at=third)) == {"individual": {other}}
    await life.inventory.remove(CUSTOMER, role, actor=ACTOR)
    assert await life.seen(role, Moment(known_at=third)) == mine
    with pytest.raises(NoSuchRecord):
        await life.inventory.around(role)
    assert await life.seen(role, Moment(known_at=first - timedelta(days=1))) is None


async def test_what_held_is_seen_as_of_then(database: Database) -> None:
    life = Life(database)
    party = await life.make("individual", person())
    role = await life.make("customer", customer(party))
    old = await life.make(
        "agreement", agreement(role, agreementPeriod={"endDateTime": "2026-01-01"})
    )
    new = await life.make(
        "agreement", agreement(role, agreementPeriod={"startDateTime": "2026-01-01"})
    )
    talk = await life.make(
        "partyInteraction",
        interaction(
            role, interactionDate={"startDateTime": "2025-05-01", "endDateTime": "2025-05-02"}
        ),
    )
    ended = {**related(role, "payer"), "validFor": {"endDateTime": "2026-02-01"}}
    paid = await life.make("billingAccount", {**account(party), "relatedParty": [ended]})
    before, after = [Moment(datetime(2025, 12, 1, tzinfo=UTC)), Moment(DAY)]
    assert await life.seen(role, before) == {
        "individual": {party},
        "agreement": {old},
        "partyInteraction": {talk},
        "billingAccount": {paid},
    }
    assert await life.seen(role, after) == {
        "individual": {party},
        "agreement": {new},
        "partyInteraction": {talk},
    }


async def test_what_was_merged_then_is_around_both(database: Database) -> None:
    life = Life(database)
    one, two = [await life.make("individual", person(name)) for name in ("A", "B")]
    role = await life.make("customer", customer(one))
    theirs = await life.make("billingAccount", account(two))
    apart = await life.instant()
    await life.inventory.identity.merge(INDIVIDUAL, one, [two], actor=ACTOR)
    together = await database.value("SELECT max(joined_at) FROM record.membership")
    alone = {"individual": {one}}
    assert await life.seen(role, Moment(known_at=apart)) == alone
    for moment in (Moment(known_at=together), Moment(DAY)):
        assert await life.seen(role, moment) == {**alone, "billingAccount": {theirs}}


_step = st.tuples(
    st.sampled_from(["own", "disown", "remove", "engage", "date"]),
    st.integers(0, 3),
    st.integers(0, 1),
    st.sampled_from([{}, {"endDateTime": "2026-02-01"}, {"startDateTime": "2026-02-01"}]),
)


@given(st.lists(_step, max_size=8))
async def test_it_agrees_with_the_documents_of_then(database: Database, steps: list[Any]) -> None:
    life = Life(database)
    parties = [await life.make("individual", person()) for _ in range(2)]
    roles = [await life.make("customer", customer(party)) for party in parties]
    things = [await life.make("billingAccount", account(roles[n % 2])) for n in range(2)]
    things += [await life.make("partyInteraction", interaction(parties[n % 2])) for n in range(2)]
    kinds = ["billingAccount"] * 2 + ["partyInteraction"] * 2
    instants = [await life.instant()]
    for verb, thing, whose, period in steps:
        await _take(life, verb, kinds[thing], things[thing], roles, parties, whose, period)
        instants.append(await life.instant())
    for instant in instants:
        for moment in (Moment(None, instant), Moment(DAY, instant)):
            everything = await _known(life, [*parties, *roles, *things], moment)
            for role in roles:
                assert await life.seen(role, moment) == _around(everything, role)


async def _take(
    life: Life, verb: str, kind: str, thing: str, roles: Any, parties: Any, whose: int, period: Any
) -> None:
    try:
        if verb == "remove":
            await life.inventory.remove(named(kind), thing, actor=ACTOR)
        elif verb == "engage":
            await life.change("customer", roles[whose], {"engagedParty": ref(parties[1 - whose])})
        elif verb == "date":
            await life.change("individual", parties[whose], {"validFor": period})
        else:
            owner = [] if verb == "disown" else [{**related(roles[whose], "x"), "validFor": period}]
            if kind == "billingAccount" and not owner:
                owner = [related("crm:42", "owner")]
            await life.change(kind, thing, {"relatedParty": owner})
    except NoSuchRecord:
        return


async def _known(life: Life, ids: list[str], moment: Moment) -> dict[str, tuple[str, Document]]:
    """Return every document there was at the moment, by id, with its type."""
    found = {}
    for declared in (INDIVIDUAL, CUSTOMER, BILLING_ACCOUNT, PARTY_INTERACTION):
        for identifier in ids:
            try:
                version = await life.inventory.at(declared, identifier, moment)
            except NoSuchRecord:
                continue
            found[identifier] = (declared.name, decoded(version.body))
    return found


def _around(everything: dict[str, tuple[str, Document]], role: str) -> Any:
    if role not in everything:
        return None
    links = {
        identifier: {
            (link.path, link.other_id) for link in extract(TYPES[kind], document) if link.outward
        }
        for identifier, (kind, document) in everything.items()
    }
    subjects = {role} | {other for path, other in links[role] if path == "engagedParty"}
    expected: dict[str, set[str]] = {}
    for identifier, (kind, _) in everything.items():
        names = {other for _, other in links[identifier]}
        if kind != "customer" and (identifier in subjects or names & subjects):
            expected.setdefault(kind, set()).add(identifier)
    return expected


def test_the_model_knows_what_holds() -> None:
    document = {"id": "x", "validFor": {"endDateTime": "2026-02-01"}}
    assert held(INDIVIDUAL, document, DAY) is None
