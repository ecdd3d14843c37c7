"""Legal holds: while one is in force, nothing of its subject is erased or deleted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record.subject.belonging import check_known
from customer_inventory.record.subject.reason import check_case
from customer_inventory.record.types import subject_paths
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_LEVELS = 4
"""How far up it is looked for whom a record belongs to: an account, a customer, a party."""


class Held(Conflict):
    """A legal hold keeps what was to be erased or deleted."""

    code = "legalHold"

    def __init__(self, reason: str, until: datetime | None) -> None:
        end = f"until {until:%Y-%m-%d}" if until else "until it is lifted"
        super().__init__(
            f"A legal hold keeps this: {reason}, {end}.",
            hint="Who placed the hold can lift it.",
        )


class NoSuchHold(NotFound):
    """There is no legal hold of that id in force."""

    def __init__(self) -> None:
        super().__init__("There is no legal hold with this id in force.", path="id")


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: on whom, for which case, until when, placed and lifted by whom."""

    id: str
    subject_id: str
    reason: str
    until: datetime | None
    process: str
    person: str | None
    placed_at: datetime
    lifted_at: datetime | None
    lifted_reason: str | None


async def place(
    database: Database,
    subject_id: str,
    *,
    reason: str,
    until: datetime | None = None,
    actor: Actor,
) -> Hold:
    """Place a hold on a subject, or on one record, and return it.

    `reason` is a reference to a case. Raises Invalid for another and for an end that has
    passed, NoSuchSubject when nothing is known under the id.
    """
    check_case(reason)
    await check_known(database, subject_id)
    if until is not None and until <= now():
        raise Invalid("has passed.", path="until")
    bucket = bucket_of(subject_id)
    arguments = (new_id(bucket), bucket, subject_id, reason, until)
    row = await database.row(
        SQL.place_hold, *arguments, actor.process, actor.person, actor.purpose, now()
    )
    return Hold(*row.values())  # type: ignore[union-attr]


async def lift(database: Database, identifier: str, *, reason: str, actor: Actor) -> Hold:
    """Lift a hold and return it; raise NoSuchHold when none of that id is in force."""
    check_case(reason)
    row = await database.row(
        SQL.lift_hold, identifier, bucket_of(identifier), actor.process, actor.person, reason, now()
    )
    if row is None:
        raise NoSuchHold
    return Hold(*row.values())


async def holds(database: Database, *, in_force: bool = True, limit: int = 1000) -> Sequence[Hold]:
    """Return holds, newest first: those in force, or all."""
    return [Hold(*row.values()) for row in await database.fetch(SQL.list_holds, in_force, limit)]


async def refuse_if_held(database: Database, ids: Iterable[str]) -> None:
    """Raise Held when a hold is in force on one of these records, or on whom one belongs to."""
    listed = list(ids)
    row = await database.row(
        _with_levels("hold_on"), listed, [bucket_of(each) for each in listed], subject_paths()
    )
    if row is not None:
        raise Held(row["reason"], row["until"])


async def held_among(database: Database, ids: Sequence[str]) -> frozenset[str]:
    """Return which of these records a hold in force keeps."""
    if not ids:
        return frozenset()
    rows = await database.fetch(
        _with_levels("held_among"), ids, [bucket_of(each) for each in ids], subject_paths()
    )
    return frozenset(row["record_id"] for row in rows)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    own = ("place_hold", "lift_hold", "list_holds")
    return {name: SQL[name] for name in own} | {
        name: _with_levels(name) for name in ("hold_on", "held_among")
    }


@cache
def _with_levels(name: str) -> str:
    whose, of_level = SQL.part("whom_they_belong_to"), SQL.part("of_level")
    selected = [SQL.part("records_asked"), *(whose.format(below=n) for n in range(_LEVELS))]
    levels = ",\n".join(
        f"level_{number} AS MATERIALIZED (\n{text}\n)" for number, text in enumerate(selected)
    )
    union = "\nUNION\n".join(of_level.format(level=n) for n in range(_LEVELS + 1))
    return SQL[name].format(above=f"WITH {levels}\n{union}")
