"""Restriction of processing (GDPR article 18): what belongs to a subject is kept back.

While one is in force, the subject's records are shown for no purpose but those it names, and those
that may always process (legal claims). Which records it keeps back is kept in `record.restricted`:
found by `belongings` when it is placed, followed by every write of records since.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid, NotFound, Refused
from customer_inventory.kit.ids import bucket_of, is_id, new_id
from customer_inventory.record.shown import shown_of
from customer_inventory.record.sight import Sight
from customer_inventory.record.subject.belonging import NoSuchSubject, belongings, check_known
from customer_inventory.record.subject.reason import check_case
from customer_inventory.record.subject.request import note
from customer_inventory.record.subject.request import one as one_request
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.replica import tell_protected
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MOST_PURPOSES = 20
_LONGEST_PURPOSE = 63
_MOST_PAUSES = 500
_PAUSE_SECONDS = 0.02


class ProcessingRestricted(Refused):
    """The data of the subject may not be processed for this purpose."""

    code = "processingRestricted"

    def __init__(self, since: datetime | None = None, purposes: Sequence[str] = ()) -> None:
        named = f"Allowed by it: {', '.join(purposes)}. " if purposes else ""
        begun = f" since {since:%Y-%m-%d}" if since else ""
        super().__init__(
            f"Processing is restricted{begun} (GDPR article 18).",
            hint=f"{named}Otherwise it may only be processed for purposes declared as allowed "
            "despite a restriction, such as legal claims.",
        )


class NoSuchRestriction(NotFound):
    """There is no restriction of that id in force."""

    def __init__(self) -> None:
        super().__init__("There is no restriction with this id in force.", path="id")


@dataclass(frozen=True, slots=True)
class Restriction:
    """A restriction: of whom, for which case, which purposes may process all the same.

    `informed` is the reference to how the subject was told before it was lifted (article 18(3)).
    """

    id: str
    subject_id: str
    reason: str
    request_id: str | None
    purposes: tuple[str, ...]
    process: str
    person: str | None
    placed_at: datetime
    lifted_at: datetime | None
    lifted_process: str | None
    lifted_person: str | None
    lifted_reason: str | None
    informed: str | None
    records: int

    @classmethod
    def of(cls, row: Row) -> "Restriction":
        """Return the restriction of a row."""
        return cls(**{**dict(row), "purposes": tuple(row["purposes"])})


async def restrict(
    database: Database,
    subject_id: str,
    *,
    reason: str,
    purposes: Collection[str] = (),
    request: str | None = None,
    actor: Actor,
) -> Restriction:
    """Restrict the processing of a subject's data to `purposes`, and return the restriction.

    `reason` is a reference to a case, `request` the id of the subject's request that it answers:
    that keeps the step. It holds for all readers when this returns. Raises Invalid for another
    reason or a purpose that is no word, NoSuchSubject when nothing is known under the id,
    NoSuchRequest.
    """
    check_case(reason)
    allowed = sorted(set(purposes))
    if len(allowed) > MOST_PURPOSES or not all(0 < len(p) <= _LONGEST_PURPOSE for p in allowed):
        raise Invalid(f"must be {MOST_PURPOSES} purposes at most, a word each.", path="purposes")
    await check_known(database, subject_id)
    if request is not None:
        await one_request(database, request)
    owned = await belongings(database, subject_id)
    bucket = bucket_of(subject_id)
    identifier, at = new_id(bucket), now()
    who = (actor.process, actor.person, actor.purpose)
    row = await database.row(
        SQL.place_restriction,
        identifier,
        bucket,
        subject_id,
        reason,
        request,
        allowed,
        *who,
        at,
        *_columns(owned.own),
    )
    # A write that began before may have made a record of the subject meanwhile.
    await _end_of_earlier(database, int(row["xid"]))  # type: ignore[index]
    await settle(database, identifier)
    if request is not None:
        await note(database, request, "restrict", identifier, actor=actor)
    return await one(database, identifier)


async def lift(
    database: Database, identifier: str, *, reason: str, informed: str, actor: Actor
) -> Restriction:
    """Lift a restriction and return it; its records are shown again at once.

    `informed` refers to how the subject was told of it before, as article 18(3) demands. Raises
    NoSuchRestriction when none of that id is in force, Invalid for a reference that is none.
    """
    check_case(reason)
    check_case(informed, "informed")
    row = await database.row(
        SQL.lift_restriction,
        identifier,
        bucket_of(identifier),
        now(),
        actor.process,
        actor.person,
        reason,
        informed,
    )
    if row is None:
        raise NoSuchRestriction
    lifted = Restriction.of(row)
    if lifted.request_id is not None:
        await note(database, lifted.request_id, "lift", informed, actor=actor)
    return lifted


async def one(database: Database, identifier: str) -> Restriction:
    """Return a restriction, in force or lifted; raise NoSuchRestriction."""
    row = await database.row(SQL.one_restriction, identifier, bucket_of(identifier))
    if row is None:
        raise NoSuchRestriction
    return Restriction.of(row)


async def restrictions(
    database: Database, *, in_force: bool = True, limit: int = 1000
) -> list[Restriction]:
    """Return restrictions, newest first: those in force, or all."""
    rows = await database.fetch(SQL.list_restrictions, in_force, limit)
    return [Restriction.of(row) for row in rows]


async def settle(database: Database, identifier: str) -> None:
    """Let a restriction keep back what belongs to its subject now: no more, no less."""
    row = await database.row(SQL.restriction_to_settle, identifier, bucket_of(identifier))
    if row is None:
        return
    try:
        owned = await belongings(database, row["subject_id"])
    except NoSuchSubject:
        return
    await database.execute(
        SQL.settle_restriction,
        identifier,
        bucket_of(identifier),
        row["snapshot"],
        *_columns(owned.own),
        now(),
    )
    await tell_protected(database)


async def settle_around(database: Database, ids: Iterable[str]) -> None:
    """Settle the restrictions that keep back any of these records: they changed hands."""
    for row in await database.fetch(SQL.restrictions_on, list(ids)):
        await settle(database, row["restriction"])


async def settle_all(database: Database) -> None:
    """Settle every restriction in force."""
    for each in await restrictions(database, limit=1_000_000):
        await settle(database, each.id)


async def spread(connection: Connection, ids: Sequence[str], shown: str, kind: str) -> None:
    """Let what keeps back any of `ids` keep back `shown` too, which is shown for them."""
    await connection.execute(SQL.spread_restrictions, list(ids), shown, bucket_of(shown), kind)
    await tell_protected(connection)


async def refuse_if_restricted(
    database: Database, types: Collection[str], identifier: str, sight: Sight
) -> None:
    """Raise ProcessingRestricted when that is why a record of `types` is not shown.

    For a refusal only: a record that is out of the caller's rows besides is simply not there.
    """
    if sight.kept_from is None or not is_id(identifier):
        return
    row = await database.row(
        SQL.restriction_of_record,
        identifier,
        bucket_of(identifier),
        sight.kept_from,
        sorted(types),
    )
    if row is None:
        return
    is_scoped = sight.rows.of(row["type"]) is not None
    unrestricted = Sight(rows=sight.rows)
    if not is_scoped or await shown_of(database, {identifier: row["type"]}, unrestricted):
        raise ProcessingRestricted(row["since"], row["purposes"])


async def kept_back(
    database: Connection | Database, ids: Collection[str], sight: Sight
) -> set[str]:
    """Return those of `ids` that a restriction keeps from the purpose of a sight."""
    if sight.kept_from is None or not ids:
        return set()
    rows = await database.fetch(SQL.restricted_among, list(ids), sight.kept_from)
    return {row["id"] for row in rows}


async def _end_of_earlier(database: Database, xid: int) -> None:
    """Wait until every transaction that began before `xid` has ended, or for long enough.

    What a longer one makes is found by the job that settles every restriction.
    """
    for _ in range(_MOST_PAUSES):
        if await database.value(SQL.oldest_running) >= xid:
            return
        await asyncio.sleep(_PAUSE_SECONDS)


def _columns(kinds: Mapping[str, str]) -> tuple[list[str], list[int], list[str]]:
    return list(kinds), [bucket_of(each) for each in kinds], list(kinds.values())
