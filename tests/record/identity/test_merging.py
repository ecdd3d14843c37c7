"""Merging and parting against a simple model: any sequence of edits, captures, merges, partings."""

import asyncio
import json
import random
from datetime import datetime
from typing import Any

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.kit.ids import new_id
from customer_inventory.record.customer360 import around
from customer_inventory.record.identity.merging import IsMerged, contribute
from customer_inventory.record.identity.trust import set_rank
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.patch import merged as patched
from customer_inventory.record.time.moment import Moment
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.conftest import PROFILE
from tests.record.samples import account, customer, person

INDIVIDUAL, CUSTOMER = TYPES["individual"], TYPES["customer"]
CRM, WEB = Actor("crm", "care", "Ada"), Actor("web", "selfCare", "Bob")
STEPS = 10_000 if PROFILE == "long" else 250


def mail(address: str) -> dict[str, Any]:
    return {"@type": "EmailContactMedium", "contactType": "home", "emailAddress": address}


async def made(inventory: Inventory, actor: Actor = CRM, **more: Any) -> str:
    return (await inventory.create(INDIVIDUAL, person(**more), actor=actor)).id


async def seen(inventory: Inventory, identifier: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((await inventory.get(INDIVIDUAL, identifier)).body)
    return document


async def edit(inventory: Inventory, identifier: str, actor: Actor, **patch: Any) -> None:
    await inventory.change(INDIVIDUAL, identifier, lambda old: patched(old, patch), actor=actor)


async def captured(
    database: Database, identifier: str, document: dict[str, Any], actor: Actor = CRM
) -> bool:
    async with database.transaction() as connection:
        made = await contribute(
            connection, INDIVIDUAL, identifier, document, source=actor.process, actor=actor
        )
        return bool(made)


@pytest.fixture
def inventory(database: Database) -> Inventory:
    return Inventory(database)


async def test_two_are_shown_as_one_and_parted_again(inventory: Inventory) -> None:
    one = await made(inventory, contactMedium=[mail("a@x.se")], title="Dr")
    two = await made(inventory, WEB, family="King", contactMedium=[mail("b@x.se")], gender="f")
    before = await seen(inventory, one), await seen(inventory, two)
    told = await inventory.identity.merge(INDIVIDUAL, one, [two], actor=WEB)
    whole = await seen(inventory, one)
    assert whole == told.document
    # The latest name, the mails of both, and what only one of them knew.
    assert whole["familyName"] == "King"
    assert [each["emailAddress"] for each in whole["contactMedium"]] == ["a@x.se", "b@x.se"]
    assert (whole["title"], whole["gender"]) == ("Dr", "f")
    # The merged id resolves for ever.
    assert await seen(inventory, two) == whole
    assert await inventory.identity.root(INDIVIDUAL, two) == one
    parted = await inventory.identity.part(INDIVIDUAL, two, actor=WEB)
    assert (await seen(inventory, one), await seen(inventory, two)) == before
    assert parted.parted == before[1]


async def test_a_rehearsal_tells_and_leaves_nothing(
    inventory: Inventory, database: Database
) -> None:
    one, two = await made(inventory), await made(inventory, WEB, family="King")
    told = await inventory.identity.merge(INDIVIDUAL, one, [two], actor=WEB, is_rehearsal=True)
    assert told.document["familyName"] == "King"
    assert await database.value("SELECT count(*) FROM record.origin") == 0
    assert (await seen(inventory, two))["id"] == two
    real = await inventory.identity.merge(INDIVIDUAL, one, [two], actor=WEB)
    assert real.document == told.document
    assert set(real.ids) == {one, two}


async def test_doing_it_twice_changes_nothing(inventory: Inventory, database: Database) -> None:
    one, two = await made(inventory), await made(inventory)
    await inventory.identity.merge(INDIVIDUAL, one, [two], actor=CRM)
    revision = (await inventory.get(INDIVIDUAL, one)).revision
    again = await inventory.identity.merge(INDIVIDUAL, one, [two], actor=CRM)
    assert set(again.ids) == {one, two}
    assert (await inventory.get(INDIVIDUAL, one)).revision == revision
    assert await database.value("SELECT count(*) FROM record.membership") == 1


async def test_an_edit_is_the_survivors_own_and_stays_with_it(inventory: Inventory) -> None:
    one = await made(inventory, contactMedium=[mail("a@x.se")])
    two = await made(inventory, contactMedium=[mail("b@x.se")], title="Dr")
    await inventory.identity.merge(INDIVIDUAL, one, [two], actor=CRM)
    await edit(inventory, two, WEB, familyName="Byron", title=None)
    await edit(inventory, one, WEB, contactMedium=[mail("b@x.se")])
    whole = await seen(inventory, one)
    assert whole["familyName"] == "Byron"
    assert "title" not in whole
    # What was taken from a list by an edit does not come back from another origin.
    assert [each["emailAddress"] for each in whole["contactMedium"]] == ["b@x.se"]
    await inventory.identity.part(INDIVIDUAL, two, actor=CRM)
    mine, other = await seen(inventory, one), await seen(inventory, two)
    assert (mine["familyName"], other["familyName"]) == ("Byron", "Lovelace")
    assert (other["title"], "title" in mine) == ("Dr", False)
    assert [each["emailAddress"] for each in other["contactMedium"]] == ["b@x.se"]


async def test_a_capture_goes_on_to_its_origin_and_shows_through(
    inventory: Inventory, database: Database
) -> None:
    one, two = await made(inventory), await made(inventory, WEB, family="King")
    await inventory.identity.merge(INDIVIDUAL, one, [two], actor=CRM)
    given = {**person(family="Queen", gender="f"), "id": two}
    assert await captured(database, two, given, WEB)
    assert not await captured(database, two, given, WEB)
    whole = await seen(inventory, one)
    assert (whole["familyName"], whole["gender"]) == ("Queen", "f")
    # What the source no longer says is withdrawn.
    assert await captured(database, two, {**person(family="Queen"), "id": two}, WEB)
    assert "gender" not in await seen(inventory, one)
    await inventory.identity.part(INDIVIDUAL, two, actor=CRM)
    assert (await seen(inventory, one))["familyName"] == "Lovelace"
    assert (await seen(inventory, two))["familyName"] == "Queen"
    # Nothing is lost: what the origin said meanwhile is in its history.
    words = [version.operation for version in await inventory.versions(INDIVIDUAL, two)]
    assert words == ["unmerge", "contribute", "contribute", "merge", "create"]


async def test_trust_decides_where_it_is_declared(inventory: Inventory, database: Database) -> None:
    await set_rank(database, "register", 5, actor=CRM)
    register = Actor("register", "verification")
    one = await made(inventory, register, family="Official")
    two = await made(inventory, WEB, family="Nickname")
    told = await inventory.identity.merge(INDIVIDUAL, one, [two], actor=CRM)
    assert told.document["familyName"] == "Official"
    assert told.why["familyName"].views[0] == one


async def test_groups_of_groups_part_where_they_were_joined(inventory: Inventory) -> None:
    ids = [await made(inventory, family=f"Name {n}") for n in range(4)]
    a, b, c, d = ids
    before = [await seen(inventory, each) for each in ids]
    identity = inventory.identity
    await identity.merge(INDIVIDUAL, a, [b], actor=CRM)
    pair = await seen(inventory, a)
    await identity.merge(INDIVIDUAL, c, [a, d], actor=CRM)
    assert {await identity.root(INDIVIDUAL, each) for each in ids} == {c}
    with pytest.raises(IsMerged):
        await identity.part(INDIVIDUAL, c, actor=CRM)
    await identity.part(INDIVIDUAL, a, actor=CRM)
    assert await seen(inventory, b) == await seen(inventory, a) == pair
    await identity.part(INDIVIDUAL, b, actor=CRM)
    await identity.part(INDIVIDUAL, d, actor=CRM)
    assert [await seen(inventory, each) for each in ids] == before


async def test_what_cannot_be_merged(inventory: Inventory) -> None:
    one, two, three = [await made(inventory) for _ in range(3)]
    identity = inventory.identity
    for merged in ([], [one], [two, two]):
        with pytest.raises(Invalid):
            await identity.merge(INDIVIDUAL, one, merged, actor=CRM)
    with pytest.raises(Invalid):
        await identity.merge(TYPES["agreement"], one, [two], actor=CRM)
    for missing in (new_id(), "no id"):
        with pytest.raises(NotFound):
            await identity.merge(INDIVIDUAL, one, [missing], actor=CRM)
        with pytest.raises(NotFound):
            await identity.part(INDIVIDUAL, missing, actor=CRM)
    await identity.merge(INDIVIDUAL, one, [two], actor=CRM)
    with pytest.raises(IsMerged):
        await identity.merge(INDIVIDUAL, three, [two], actor=CRM)
    for identifier in (one, two):
        with pytest.raises(IsMerged):
            await inventory.remove(INDIVIDUAL, identifier, actor=CRM)


async def test_merges_that_meet_leave_one_tree(inventory: Inventory) -> None:
    for _ in range(5):
        ids = [await made(inventory) for _ in range(4)]
        pairs = [(x, y) for x in ids for y in ids if x != y]
        random.shuffle(pairs)
        tries = [inventory.identity.merge(INDIVIDUAL, x, [y], actor=CRM) for x, y in pairs]
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        assert all(isinstance(each, Conflict) for each in outcomes if isinstance(each, Exception))
        roots = {await inventory.identity.root(INDIVIDUAL, each) for each in ids}
        assert len(roots) == 1
        assert (await seen(inventory, ids[0]))["id"] in ids


async def test_edits_and_captures_that_meet_a_merge_are_all_there(
    inventory: Inventory, database: Database
) -> None:
    one, two = await made(inventory), await made(inventory)

    async def editing(n: int) -> None:
        await edit(inventory, one, WEB, partyCharacteristic=[{"name": "n", "value": str(n)}])

    async def merging() -> None:
        await inventory.identity.merge(INDIVIDUAL, one, [two], actor=CRM)

    await asyncio.gather(*(editing(n) for n in range(5)), merging(), *(editing(n) for n in "678"))
    versions = await inventory.versions(INDIVIDUAL, one)
    assert [version.operation for version in versions].count("update") == 8
    assert [version.operation for version in versions].count("merge") == 1


async def test_the_360_of_a_survivor_holds_what_referred_to_the_others(
    inventory: Inventory, database: Database
) -> None:
    parties = [await made(inventory) for _ in range(2)]
    customers = [
        (await inventory.create(CUSTOMER, customer(party), actor=CRM)).id for party in parties
    ]
    accounts = [
        (await inventory.create(TYPES["billingAccount"], account(each), actor=CRM)).id
        for each in (*customers, parties[1])
    ]
    await inventory.identity.merge(CUSTOMER, customers[0], [customers[1]], actor=CRM)
    await inventory.identity.merge(INDIVIDUAL, parties[0], [parties[1]], actor=CRM)
    whole = await inventory.around(customers[1])
    assert whole.id == customers[0]
    assert {identifier for identifier, _ in whole.parts["billingAccount"]} == set(accounts)
    assert [identifier for identifier, _ in whole.parts["individual"]] == [parties[0]]
    await inventory.identity.part(CUSTOMER, customers[1], actor=CRM)
    await inventory.identity.part(INDIVIDUAL, parties[1], actor=CRM)
    apart = await around(database, customers[0])
    assert [identifier for identifier, _ in apart.parts["billingAccount"]] == accounts[:1]


NAMES = ("familyName", "givenName", "title", "gender", "maritalStatus")


class Model:
    """What should be: each origin says its own; what is shown is computed of all, naively.

    A saying is (value or None, when, whether it covers all said before).
    """

    def __init__(self) -> None:
        self.said: dict[str, dict[str, tuple[Any, int, bool]]] = {}
        self.parent: dict[str, str | None] = {}
        self.grouped: set[str] = set()
        self.clock = 0

    def root(self, identifier: str) -> str:
        above = self.parent[identifier]
        return identifier if above is None else self.root(above)

    def shown(self, identifier: str) -> dict[str, Any]:
        root = self.root(identifier)
        members = sorted(each for each in self.said if self.root(each) == root)
        members.sort(key=lambda each: each != root)
        whole: dict[str, Any] = {"id": root, "@type": "Individual"}
        for name in (*NAMES, "contactMedium"):
            sayings = [self.said[each][name] for each in members if name in self.said[each]]
            value = self.listed(sayings) if name == "contactMedium" else self.latest(sayings)
            if value is not None:
                whole[name] = value
        return whole

    @staticmethod
    def latest(sayings: list[tuple[Any, int, bool]]) -> Any:
        return max(sayings, key=lambda saying: saying[1])[0] if sayings else None

    @staticmethod
    def listed(sayings: list[tuple[Any, int, bool]]) -> Any:
        covering = [saying for saying in sayings if saying[2]]
        counted = sayings
        if covering:
            last = max(covering, key=lambda saying: saying[1])
            counted = [last, *(saying for saying in sayings if saying[1] > last[1])]
        items: list[Any] = []
        for value, _, _ in counted:
            items += [item for item in value or [] if item not in items]
        return items or None

    def add(self, identifier: str, document: dict[str, Any]) -> None:
        self.clock += 1
        told = {name: document[name] for name in (*NAMES, "contactMedium") if name in document}
        self.said[identifier] = {name: (value, self.clock, False) for name, value in told.items()}
        self.parent[identifier] = None

    def edit(self, identifier: str, patch: dict[str, Any]) -> None:
        root, old = self.root(identifier), self.shown(identifier)
        self.clock += 1
        for name, value in patch.items():
            if old.get(name) != value:
                # Of a record that was always one, nothing else is there to be covered.
                if value is None and root not in self.grouped:
                    del self.said[root][name]
                else:
                    self.said[root][name] = (value, self.clock, root in self.grouped)

    def capture(self, identifier: str, document: dict[str, Any]) -> None:
        own = self.said[identifier]
        self.clock += 1
        for name in (*NAMES, "contactMedium"):
            value, before = document.get(name), own.get(name, (None, 0, False))[0]
            if value is None and before is not None:
                del own[name]
            elif value is not None and value != before:
                own[name] = (value, self.clock, False)


class Walk:
    """A random walk through the inventory and the model, side by side."""

    def __init__(self, inventory: Inventory, database: Database, seed: int) -> None:
        self.inventory, self.database = inventory, database
        self.identity = inventory.identity
        self.draw, self.model = random.Random(seed), Model()
        self.known: list[tuple[datetime, dict[str, dict[str, Any]]]] = []

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            name: f"{self.draw.random():.4f}" for name in self.draw.sample(NAMES, 2)
        }
        if self.draw.random() < 0.6:
            picked = self.draw.sample(range(6), self.draw.randint(1, 3))
            told["contactMedium"] = [mail(f"m{n}@x.se") for n in sorted(picked)]
        return told

    async def step(self) -> None:
        actions = [self.add, self.edit, self.edit, self.capture, self.merge, self.merge, self.part]
        action = self.add if len(self.model.said) < 3 else self.draw.choice(actions)
        await action(self.draw.choice([CRM, WEB]))

    async def add(self, actor: Actor) -> None:
        if len(self.model.said) < 12:
            given = {**person(), **self.told()}
            version = await self.inventory.create(INDIVIDUAL, given, actor=actor)
            self.model.add(version.id, given)

    async def edit(self, actor: Actor) -> None:
        chosen, patch = self.draw.choice(list(self.model.said)), self.told()
        if self.draw.random() < 0.3 and "title" in self.model.shown(chosen):
            patch["title"] = None
        await edit(self.inventory, chosen, actor, **patch)
        self.model.edit(chosen, patch)

    async def capture(self, actor: Actor) -> None:
        if self.model.grouped:
            chosen = self.draw.choice(sorted(self.model.grouped))
            document = {"id": chosen, **person(), **self.told()}
            await captured(self.database, chosen, document, actor)
            self.model.capture(chosen, document)

    async def merge(self, actor: Actor) -> None:
        roots = [each for each, above in self.model.parent.items() if above is None]
        if len(roots) > 2:
            survivor, other = self.draw.sample(roots, 2)
            await self.identity.merge(INDIVIDUAL, survivor, [other], actor=actor)
            self.model.parent[other] = survivor
            self.model.grouped |= {survivor, other}

    async def part(self, actor: Actor) -> None:
        merged = [each for each, above in self.model.parent.items() if above is not None]
        if merged:
            chosen = self.draw.choice(merged)
            await self.identity.part(INDIVIDUAL, chosen, actor=actor)
            self.model.parent[chosen] = None

    async def compare(self) -> None:
        shown = {each: self.model.shown(each) for each in self.model.said}
        for each, document in shown.items():
            assert await seen(self.inventory, each) == document, each
        self.known.append((await self.database.value("SELECT clock_timestamp()"), shown))

    async def look_back(self) -> None:
        """Compare what was known at some of the instants with what was shown then."""
        for instant, shown in self.draw.sample(self.known, min(len(self.known), 25)):
            for each, document in shown.items():
                then = await self.inventory.at(INDIVIDUAL, each, Moment(known_at=instant))
                assert json.loads(then.body) == document, (each, instant)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_any_sequence_is_as_the_model_says(
    inventory: Inventory, database: Database, seed: int
) -> None:
    walk = Walk(inventory, database, seed)
    for number in range(STEPS):
        await walk.step()
        if number % 10 == 0:
            await walk.compare()
    await walk.compare()
    await walk.look_back()
