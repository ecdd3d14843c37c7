"""What holds of the choices of subjects is kept where reads look: by the writes that concern it.

A subject is a party with the roles that it plays, and what was merged with it. Whoever writes a
privacy document, lets a role change hands, or merges, settles the subjects concerned in the same
transaction: the choice holds for every reader once the write is answered.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

from customer_inventory.kit.clock import now
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.choice.condition import ROLES
from customer_inventory.record.choice.said import (
    AGREEMENT,
    MOST_SAID,
    PROFILE,
    Held,
    Source,
    held,
    said,
)
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import Change
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.replica import tell_protected
from customer_inventory.store.sql import beside

SQL = beside(__name__)

PRIVACY = (AGREEMENT, PROFILE)
"""The record types in which subjects choose."""

_AT_ONCE = 500
_PLAIN = (
    "near_subjects",
    "subjects_named",
    "hold_subjects",
    "privacy_documents",
    "kept_choices",
    "drop_choices",
    "keep_choices",
    "any_choice",
)

Groups = Mapping[str, frozenset[str]]
"""The ids of one subject, by each of them."""


def concerns_choices(declared: RecordType, changes: Iterable[Change]) -> bool:
    """Tell whether changes of records of a type concern choices: they need a transaction then.

    That a role is made does not: its own statement lets it follow its party.
    """
    if declared.name in PRIVACY:
        return True
    return declared.name in ROLES and any(c.revision and c.subjects for c in changes)


async def named_by(
    connection: Connection, declared: RecordType, ids: Collection[str]
) -> frozenset[str]:
    """Return the subjects that records of a type name."""
    buckets = [bucket_of(each) for each in ids]
    rows = await connection.fetch(SQL.subjects_named, list(ids), buckets, list(declared.subject))
    return frozenset(row["id"] for row in rows)


async def settle_written(
    connection: Connection, declared: RecordType, ids: Collection[str], before: Collection[str]
) -> None:
    """Settle the subjects that written records name, and those that they named `before`."""
    concerned = {*before, *await named_by(connection, declared, ids)}
    if declared.name in ROLES:
        concerned.update(ids)
    await settle(connection, concerned)


def is_choice(loaded: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether there is anything to settle of records that were loaded: their ids by type."""
    return any(loaded.get(name) for name in (*ROLES, *PRIVACY))


async def settle_loaded(connection: Connection, loaded: Mapping[str, Sequence[str]]) -> None:
    """Settle the subjects of records that were loaded: their ids by type."""
    for name in ROLES:
        ids = loaded.get(name)
        if ids:
            buckets = [bucket_of(each) for each in ids]
            await connection.execute(_of("follow_loaded", TYPES[name]), ids, buckets)
    concerned: set[str] = set()
    for name in PRIVACY:
        ids = loaded.get(name)
        if ids:
            concerned |= await named_by(connection, TYPES[name], ids)
    await settle(connection, concerned)


async def settle_all(database: Database) -> None:
    """Settle every subject that ever chose, a few at a time."""
    for name in PRIVACY:
        after = ""
        while True:
            rows = await database.fetch(_of("next_documents", TYPES[name]), after, _AT_ONCE)
            if not rows:
                break
            ids = [row["id"] for row in rows]
            async with database.transaction() as connection:
                await settle(connection, await named_by(connection, TYPES[name], ids))
            after = ids[-1]


async def is_anything_settled(database: Database) -> bool:
    """Tell whether choices of anybody were settled."""
    return bool(await database.value(SQL.any_choice))


async def settle(connection: Connection, ids: Iterable[str], *, following: bool = False) -> None:
    """Let the choices of the subjects of `ids` hold, as their documents say by now.

    In the open transaction. With `following` no document changed, only what belongs together: where
    nothing was chosen there is nothing to do.
    """
    groups = await _groups(connection, ids)
    everyone = sorted(groups)
    if not everyone or (following and not await _kept(connection, everyone)):
        return
    heads = sorted({min(group) for group in groups.values()})
    await connection.execute(SQL.hold_subjects, heads, _buckets(heads))
    chosen = await _chosen(connection, groups)
    there = await _kept(connection, everyone)
    await _keep(connection, {each: chosen[min(groups[each])] for each in everyone}, there)


async def _groups(connection: Connection, ids: Iterable[str]) -> Groups:
    """Return what is one subject with each of `ids`."""
    groups: dict[str, set[str]] = {each: {each} for each in ids}
    fresh = list(groups)
    while fresh:
        rows = await connection.fetch(SQL.near_subjects, fresh, _buckets(fresh), list(ROLES))
        fresh = []
        for row in rows:
            one, other = row["id"], row["other_id"]
            if other not in groups:
                groups[other] = {other}
                fresh.append(other)
            if groups[one] is not groups[other]:
                joined = groups[one] | groups[other]
                groups.update(dict.fromkeys(joined, joined))
    return {each: frozenset(group) for each, group in groups.items()}


async def _chosen(connection: Connection, groups: Groups) -> dict[str, list[Held]]:
    """Return what holds of the choices of each subject, by the least of its ids."""
    found = {min(group): list[Source]() for group in groups.values()}
    sources = await _sources(connection, groups)
    for source in sources.values():
        subjects = source.declared.subjects_of(source.document)
        for head in {min(groups[each]) for each in subjects if each in groups}:
            found[head].append(source)
    agreements = {each: s.document for each, s in sources.items() if s.declared.name == AGREEMENT}
    agreements |= await _agreements(connection, sources.values(), agreements)
    at = now()
    return {head: held(said(of, agreements), since=at) for head, of in found.items()}


async def _sources(connection: Connection, groups: Groups) -> dict[str, Source]:
    """Return the privacy documents of subjects, by id.

    Whoever has more than MOST_SAID is a party to the choices of others, such as the enterprise,
    and chooses nothing itself.
    """
    rows = await connection.fetch(
        SQL.privacy_documents, list(groups), _buckets(groups), list(PRIVACY), 2 * MOST_SAID
    )
    by_subject: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        by_subject[row["subject"]].add((row["id"], row["type"]))
    wanted = {
        each for said_of in by_subject.values() if len(said_of) <= MOST_SAID for each in said_of
    }
    found: dict[str, Source] = {}
    for name in PRIVACY:
        ids = sorted(identifier for identifier, kind in wanted if kind == name)
        found |= await _documents(connection, TYPES[name], ids)
    return found


async def _agreements(
    connection: Connection, sources: Iterable[Source], known: Collection[str]
) -> dict[str, Document]:
    """Return the agreements that profiles refer to, but for those `known`."""
    referred = {
        str(each.document["agreement"].get("id"))
        for each in sources
        if isinstance(each.document.get("agreement"), dict)
    }
    ids = sorted(referred.difference(known))
    found = await _documents(connection, TYPES[AGREEMENT], ids)
    return {each: source.document for each, source in found.items()}


async def _documents(
    connection: Connection, declared: RecordType, ids: Sequence[str]
) -> dict[str, Source]:
    if not ids:
        return {}
    rows = await connection.fetch(_of("documents_of_type", declared), ids, _buckets(ids))
    return {
        row["id"]: Source(declared, parse_object(row["body"]), row["recorded_at"]) for row in rows
    }


async def _kept(connection: Connection, ids: Sequence[str]) -> dict[str, list[Held]]:
    rows: Sequence[Row] = await connection.fetch(SQL.kept_choices, ids)
    found: dict[str, list[Held]] = defaultdict(list)
    for row in rows:
        found[row["id"]].append(
            Held(row["valid_from"], row["valid_to"], tuple(row["agreed"]), tuple(row["refused"]))
        )
    return found


async def _keep(
    connection: Connection, wanted: Mapping[str, Sequence[Held]], there: Mapping[str, list[Held]]
) -> None:
    """Keep what is wanted under each id, where it is not there already."""
    differing = [
        each
        for each, parts in wanted.items()
        if sorted(there.get(each, ()), key=_start) != list(parts)
    ]
    if not differing:
        return
    await connection.execute(SQL.drop_choices, [each for each in differing if each in there])
    rows = [(each, part) for each in differing for part in wanted[each]]
    await connection.execute(
        SQL.keep_choices,
        [each for each, _ in rows],
        [bucket_of(each) for each, _ in rows],
        [part.start for _, part in rows],
        [part.end for _, part in rows],
        ["|".join(part.agreed) for _, part in rows],
        ["|".join(part.refused) for _, part in rows],
    )
    await tell_protected(connection)


def _start(part: Held) -> datetime:
    return part.start


def _buckets(ids: Iterable[str]) -> list[int]:
    return [bucket_of(each) for each in ids]


@cache
def _of(name: str, declared: RecordType) -> str:
    return SQL[name].format(table=declared.table, type=declared.name)


def follow_created() -> str:
    """Return what the statement that makes a role does besides, as a further WITH query."""
    return f",\n\nfollowed AS (\n{SQL.follow_created}\n)"


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    return {
        **{name: SQL[name] for name in _PLAIN},
        **{
            f"{name}:{kind}": _of(name, TYPES[kind])
            for name in ("documents_of_type", "next_documents")
            for kind in PRIVACY
        },
        **{f"follow_loaded:{kind}": _of("follow_loaded", TYPES[kind]) for kind in ROLES},
    }
