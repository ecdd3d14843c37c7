"""An office that decides on grants: a process, a purpose, people, and the steps that lead on."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from customer_inventory.access import registration
from customer_inventory.access.decision import Decision
from customer_inventory.access.grant import granting, people
from customer_inventory.access.registration import Permission
from customer_inventory.store.database import Database

CAPACITIES = {
    "rita": "reviewer",
    "ada": "dataOwner:customer",
    "ben": "dataOwner:billingAccount",
    "sue": "security",
    "dan": "dpo",
}


def by(person: str, reason: str = "as agreed") -> Decision:
    return Decision(person, "terminal", reason)


@dataclass(frozen=True)
class Office:
    """A process, a purpose, and people who decide."""

    database: Database

    async def ask(self, *allowed: str, **more: datetime) -> str:
        """Ask for `allowed`; return the id of the grant."""
        return await granting.request(
            self.database,
            "billing",
            permissions=[Permission.parse(t, "billing") for t in allowed or ("customer:read",)],
            valid_until=more.get("until", datetime.now(UTC) + timedelta(days=30)),
            by=by("rob", "invoices"),
        )

    async def bring(self, state: str) -> str:
        """Return a grant that is in `state`, by the steps that lead there."""
        grant = await self.ask()
        for step in PATHS[state]:
            await step(self.database, grant)
        return grant

    async def state(self, grant: str) -> str:
        (row,) = await granting.grants(self.database, grant=grant)
        return str(row["state"])

    async def permitted(self) -> dict[str, list[str]]:
        """What the process may do now, as the guard reads it."""
        text = await self.database.value(
            "SELECT permissions FROM access.in_force('billing', 'billing')"
        )
        return dict(json.loads(text))


Step = Callable[[Database, str], Awaitable[object]]


def step_by(step: Callable[..., Awaitable[object]], person: str) -> Step:
    return lambda database, grant: step(database, grant, by=by(person))


async def _direct(database: Database, grant: str, state: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE access.process_grant SET state = $2, changed_by = 'x' WHERE id = $1",
            grant,
            state,
        )


REVIEWED = [step_by(granting.review, "rita")]
APPROVED = [*REVIEWED, step_by(granting.approve, "ada")]
ACTIVE = [*APPROVED, step_by(granting.activate, "olga")]
PATHS: dict[str, list[Step]] = {
    "requested": [],
    "reviewed": REVIEWED,
    "approved": APPROVED,
    "active": ACTIVE,
    "suspended": [*ACTIVE, step_by(granting.suspend, "olga")],
    "revoked": [*ACTIVE, step_by(granting.revoke, "olga")],
    "rejected": [step_by(granting.reject, "olga")],
    "withdrawn": [step_by(granting.withdraw, "rob")],
    "expired": [*ACTIVE, lambda database, grant: _direct(database, grant, "expired")],
    "superseded": [*ACTIVE, lambda database, grant: _direct(database, grant, "superseded")],
}


async def made_office(database: Database) -> Office:
    """A registered process that may do nothing yet, and people who decide."""
    await registration.register(
        database, "billing", name="Billing", owner="Finance", owner_person="bea", registered_by="it"
    )
    await people.register_purpose(
        database, "billing", title="Billing", legal_basis="contract", registered_by="it"
    )
    for person, capacity in CAPACITIES.items():
        await people.register_capacity(database, person, capacity, registered_by="it")
    return Office(database)
