"""Any sequence of steps with grants leaves what a plain model says, and permits what it says."""

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from customer_inventory.access.grant import granting
from customer_inventory.access.registration import Permission
from customer_inventory.kit.errors import Conflict, Refused
from customer_inventory.store.database import Database
from tests.access.grant.office import Office, by, made_office
from tests.conftest import PROFILE

STEPS = 4_000 if PROFILE == "long" else 200
PEOPLE = ("rob", "rita", "ada", "ben", "sue", "dan", "olga")
ALLOWED = {
    "customer:read": {"dataOwner:customer": "ada"},
    "billingAccount:read,modify": {"dataOwner:billingAccount": "ben"},
    "customer:read,update": {"dataOwner:customer": "ada"},
}
ENDED = {"revoked", "rejected", "withdrawn", "superseded", "expired"}


class Model:
    """What should be: the state of each grant, who took part, who must still agree."""

    def __init__(self) -> None:
        self.state: dict[str, str] = {}
        self.allowed: dict[str, str] = {}
        self.agreed: dict[str, set[str]] = {}

    def open(self) -> list[str]:
        return [each for each, state in self.state.items() if state not in ENDED]

    def permitted(self) -> dict[str, list[str]]:
        """Return what is permitted: that of the one grant in force, if there is one."""
        (text,) = [self.allowed[each] for each, s in self.state.items() if s == "active"] or [""]
        if not text:
            return {}
        kind, _, operations = text.partition(":")
        return {kind: sorted(operations.split(","))}

    def step(self, what: str, grant: str, person: str) -> bool:
        """Take a step if it may be taken; tell whether it may."""
        if not self._may(what, grant, person):
            return False
        if what == "approve":
            self.agreed[grant].add(person)
        for each, state in self.state.items():
            if what == "activate" and each != grant and state in ("active", "suspended"):
                self.state[each] = "superseded"
        self.state[grant] = REACHED[what]
        return True

    def _may(self, what: str, grant: str, person: str) -> bool:
        state = self.state[grant]
        if state not in FROM[what] or (what in DECIDED and person == "rob"):
            return False
        if what == "review":
            return person == "rita"
        if what == "approve":
            return person in ALLOWED[self.allowed[grant]].values()
        if what == "withdraw":
            return person == "rob"
        return True


DECIDED = ("review", "approve")
FROM = {
    "review": {"requested"},
    "approve": {"reviewed"},
    "activate": {"approved"},
    "suspend": {"active"},
    "revoke": {"approved", "active", "suspended"},
    "reject": {"requested", "reviewed"},
    "withdraw": {"requested", "reviewed", "approved"},
}
REACHED = {
    "review": "reviewed",
    "approve": "approved",
    "activate": "active",
    "suspend": "suspended",
    "revoke": "revoked",
    "reject": "rejected",
    "withdraw": "withdrawn",
}
TAKEN: dict[str, Callable[..., Awaitable[object]]] = {
    name: getattr(granting, name) for name in REACHED
}


class Walk:
    """Steps drawn by a seed, taken by the office and by the model alike."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office = office
        self.model = Model()
        self.draw = random.Random(seed)
        self.taken = self.refused = 0
        self.reached: set[str] = set()

    async def step(self) -> None:
        waiting = [each for each in self.model.open() if self.model.state[each] in UNDER_WAY]
        if not self.model.open() or (not waiting and self.draw.random() < 0.8):
            await self.ask()
            return
        grants = self.model.open() if self.draw.random() < 0.7 else list(self.model.state)
        chosen = self.draw.choice((waiting or grants) if self.draw.random() < 0.85 else grants)
        likely = [
            name
            for name, states in FROM.items()
            for _ in range(9 if name in ONWARDS else 1)
            if self.model.state[chosen] in states
        ]
        what = self.draw.choice(likely if likely and self.draw.random() < 0.8 else list(FROM))
        await self.take(what, chosen, self.draw.choice((*PEOPLE, *HELPFUL.get(what, ()))))

    async def ask(self) -> None:
        text = self.draw.choice(list(ALLOWED))
        grant = await granting.request(
            self.office.database, "billing", permissions=[Permission.parse(text, "billing")],
            valid_until=datetime.now(UTC) + timedelta(days=30), by=by("rob", "invoices"),
        )  # fmt: skip
        self.model.state[grant] = "requested"
        self.model.allowed[grant] = text
        self.model.agreed[grant] = set()

    async def take(self, what: str, grant: str, person: str) -> None:
        told = (what, self.model.state[grant], person, self.model.allowed[grant])
        if self.model.step(what, grant, person):
            await TAKEN[what](self.office.database, grant, by=by(person))
            self.taken += 1
            return
        with pytest.raises((Conflict, Refused)):
            pytest.fail(
                f"taken: {told} {await TAKEN[what](self.office.database, grant, by=by(person))}"
            )
        self.refused += 1

    async def compare(self) -> None:
        self.reached |= set(self.model.state.values())
        rows = await granting.grants(self.office.database)
        assert {row["id"]: row["state"] for row in rows} == self.model.state
        permitted = await self.office.permitted()
        assert {kind: sorted(some) for kind, some in permitted.items()} == self.model.permitted()


ONWARDS = ("review", "approve", "activate")
UNDER_WAY = ("requested", "reviewed", "approved")
HELPFUL = {"review": ("rita",) * 9, "approve": ("ada", "ben") * 7, "withdraw": ("rob",) * 3}


@pytest.mark.parametrize("seed", [1, 2] if PROFILE == "ci" else range(8))
async def test_any_sequence_is_as_the_model_says(database: Database, seed: int) -> None:
    walk = Walk(await made_office(database), seed)
    for number in range(STEPS):
        await walk.step()
        if number % 3 == 0:
            await walk.compare()
    await walk.compare()
    assert walk.taken > STEPS / 4
    assert walk.refused > STEPS / 10
    assert walk.reached >= {"active", "suspended", "superseded", "withdrawn"}
