"""The life of what is declared and decided on: versions, their states, and who took which step.

proposed, reviewed, approved, enforced, retired: who reviews did not propose, who approves did
neither. What is enforced can be suspended, and is superseded by the next version that is. The
database holds the law of it (migration 0054): what a version says never changes, steps are those
of the life cycle, and each is decided by somebody with the capacity.

Each room keeps its objects in three tables of one form: the objects, their versions, the decisions.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from customer_inventory.access.decision import Decision
from customer_inventory.kit.errors import Conflict, Invalid, NotFound, Refused
from customer_inventory.record.document import encode
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

State = Literal[
    "proposed", "reviewed", "approved", "enforced", "suspended", "rejected", "superseded", "retired"
]
STATES: tuple[State, ...] = get_args(State)
UNDER_WAY: tuple[State, ...] = ("proposed", "reviewed")
IN_FORCE: tuple[State, ...] = ("enforced", "suspended")
SHIPPED = "customer-inventory"
"""Who proposed and decided what ships with the product."""
_CONTENT, _HASH = "v.content::json AS content", "v.sha256"
"""What statements tell of what a version says."""


@dataclass(frozen=True)
class Lifecycle:
    """The life of objects of one kind: the tables they are in, and how people speak of them.

    `missing` makes the failure for an id that no object has; `command` is what tells more.
    """

    objects: str
    versions: str
    decisions: str
    command: str
    missing: Callable[[str], NotFound]

    async def latest(self, database: Database, states: Sequence[State] = ()) -> Sequence[Row]:
        """Return the latest version of every object, or of those in `states`, by id.

        Rows, here and below, are of id, version, content, state, proposed_by, proposed_at.
        """
        return await database.fetch(self._sql("latest_versions"), list(states) or None)

    async def in_state(self, database: Database, *states: State) -> Sequence[Row]:
        """Return every version that is in one of `states`, by id."""
        return await database.fetch(self._sql("versions_in_state"), list(states))

    async def latest_heads(self, database: Database, states: Sequence[State] = ()) -> Sequence[Row]:
        """Return `latest` with sha256 instead of content."""
        return await database.fetch(self._sql("latest_versions", _HASH), list(states) or None)

    async def heads_in_state(self, database: Database, *states: State) -> Sequence[Row]:
        """Return `in_state` with sha256 instead of content."""
        return await database.fetch(self._sql("versions_in_state", _HASH), list(states))

    async def contents(self, database: Database, heads: Sequence[Row]) -> Sequence[Row]:
        """Return the contents of versions: rows of sha256 and content."""
        ids, numbers = [row["id"] for row in heads], [row["version"] for row in heads]
        return await database.fetch(self._sql("contents"), ids, numbers)

    async def versions_of(self, database: Database, identifier: str) -> Sequence[Row]:
        """Return the versions of an object, latest first; raise what is `missing`."""
        rows = await database.fetch(self._sql("versions_of"), identifier)
        if not rows:
            raise self.missing(identifier)
        return rows

    async def steps(self, database: Database, identifier: str | None = None) -> Sequence[Row]:
        """Return every step of an object, or of all: who decided what, when and why."""
        return await database.fetch(self._sql("steps"), identifier)

    async def held(self, connection: Connection, identifier: str) -> Row | None:
        """Return an object with its latest version, held until the transaction ends."""
        return await connection.fetchrow(self._sql("hold_object"), identifier)

    async def propose(
        self, connection: Connection, identifier: str, content: Any, *, by: Decision
    ) -> int | None:
        """Propose that an object, which its room has made, be as `content` says.

        Returns the number of the version, None if the latest says the same. Raises Conflict while
        one is under way, and for an object that is retired.
        """
        text = encode(content)
        sha256 = hashlib.sha256(text).digest()
        known = await self.held(connection, identifier)
        if known is None:
            raise self.missing(identifier)
        if known["retired_at"] is not None:
            raise Conflict(f"{identifier} is retired.", hint="Take a new id.")
        if known["sha256"] == sha256:
            return None
        if known["state"] in UNDER_WAY:
            raise Conflict(
                f"Version {known['latest_version']} of {identifier} is under way.",
                hint="Approve or reject it first.",
            )
        version: int = known["latest_version"] + 1
        said = (text.decode(), sha256, by.person)
        await connection.execute(self._sql("propose"), identifier, version, *said)
        await self._decide(connection, identifier, version, "proposed", by)
        return version

    async def review(self, database: Database, identifier: str, *, by: Decision) -> None:
        """Find a proposal in order; `by.person` is a reviewer, and not who proposed it.

        Raises Conflict when nothing is proposed, Refused, and what is `missing`.
        """
        await self._step(database, identifier, ("proposed",), "reviewed", by)

    async def approve(self, database: Database, identifier: str, *, by: Decision) -> None:
        """Approve what was reviewed; `by.person` owns the data, and did nothing of that."""
        await self._step(database, identifier, ("reviewed",), "approved", by)

    async def reject(self, database: Database, identifier: str, *, by: Decision) -> None:
        """Reject what is proposed or reviewed; a reason is due."""
        if not by.reason.strip():
            raise Invalid("A rejection has a reason.", hint="Give --reason.")
        await self._step(database, identifier, UNDER_WAY, "rejected", by)

    async def suspend(self, database: Database, identifier: str, *, by: Decision) -> None:
        """Let what is enforced not hold for a while."""
        await self._step(database, identifier, ("enforced",), "suspended", by)

    async def resume(self, database: Database, identifier: str, *, by: Decision) -> None:
        """Let what is suspended hold again."""
        await self._step(database, identifier, ("suspended",), "enforced", by)

    async def version_in(self, connection: Connection, identifier: str, *states: State) -> Row:
        """Return the latest version in one of `states`, held; raise Conflict when there is none."""
        row = await connection.fetchrow(self._sql("hold_version_in"), identifier, list(states))
        if row is None:
            if await self.held(connection, identifier) is None:
                raise self.missing(identifier)
            raise Conflict(
                f"No version of {identifier} is {' or '.join(states)}.",
                hint=f"`{self.command} show {identifier}` tells its state.",
            )
        return row

    async def enforce(
        self, connection: Connection, identifier: str, version: int, *, by: Decision
    ) -> None:
        """Put a version that is approved in force, in place of the one that was."""
        for row in await connection.fetch(self._sql("hold_standing"), identifier, list(IN_FORCE)):
            await self.mark(connection, identifier, row["version"], "superseded", by=by)
        await self.mark(connection, identifier, version, "enforced", by=by)

    async def retire(self, connection: Connection, identifier: str, *, by: Decision) -> None:
        """Let an object be no more; its history stays, and its id is not used again.

        Raises Conflict when a version is under way, or none is approved or in force.
        """
        known = await self.held(connection, identifier)
        if known is not None and known["state"] in UNDER_WAY:
            raise Conflict(
                f"Version {known['latest_version']} of {identifier} is under way.",
                hint="Reject it first.",
            )
        standing = ("approved", *IN_FORCE)
        await self.version_in(connection, identifier, *standing)
        for row in await connection.fetch(self._sql("hold_standing"), identifier, list(standing)):
            await self.mark(connection, identifier, row["version"], "retired", by=by)

    async def mark(
        self, connection: Connection, identifier: str, version: int, state: State, *, by: Decision
    ) -> None:
        """Let a version be in `state`, with the decision that makes it so; raise Refused."""
        tables = (self.objects, self.decisions)
        hindrance = await connection.fetchval(
            SQL.hindrance, *tables, identifier, version, state, by.person
        )
        if hindrance is not None:
            message, hint = _HINDRANCES[hindrance]
            raise Refused(message, hint=hint)
        await self._decide(connection, identifier, version, state, by)
        await connection.execute(self._sql("set_state"), identifier, version, state)

    async def _step(
        self, database: Database, identifier: str, before: Sequence[State], after: State,
        by: Decision,
    ) -> None:  # fmt: skip
        async with database.transaction() as connection:
            row = await self.version_in(connection, identifier, *before)
            await self.mark(connection, identifier, row["version"], after, by=by)

    async def _decide(
        self, connection: Connection, identifier: str, version: int, state: State, by: Decision
    ) -> None:
        who = (by.person, by.entered_by, by.reason)
        await connection.execute(self._sql("decide"), identifier, version, state, *who)

    def _sql(self, name: str, said: str = _CONTENT) -> str:
        return SQL[name].format(
            objects=self.objects, versions=self.versions, decisions=self.decisions, said=said
        )


_HINDRANCES = {
    "samePerson": (
        "Who proposes, reviews and approves are different people.",
        "Ask another one to decide.",
    ),
    "noCapacity": (
        "It takes a reviewer to review, and an owner of the data to approve.",
        "`cinv access person add PERSON reviewer`, or `dataOwner:TYPE`.",
    ),
}
"""Why somebody may not decide."""


def every_statement() -> dict[str, str]:
    """Return every statement over the tables of requirements; those of others have their form."""
    tables = {
        "objects": "requirements.requirement",
        "versions": "requirements.version",
        "decisions": "requirements.decision",
    }
    whole = {name: text.format(**tables, said=_CONTENT) for name, text in SQL.items()}
    heads = {
        f"{name}:heads": SQL[name].format(**tables, said=_HASH)
        for name in ("latest_versions", "versions_in_state")
    }
    return {**whole, **heads}
