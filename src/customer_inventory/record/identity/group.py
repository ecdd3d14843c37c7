"""One change of groups, within a transaction that holds the lock: joined, parted, written to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.choice.settling import settle
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import is_same, parse_object
from customer_inventory.record.identity import origin
from customer_inventory.record.identity.survivorship import (
    Survivor,
    View,
    contributed,
    edited,
    shown,
)
from customer_inventory.record.patch import check_size
from customer_inventory.record.subject.restriction import spread
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import (
    Change,
    NoSuchRecord,
    RevisionPassed,
    Version,
    creation,
    removal,
    replacement,
)
from customer_inventory.record.writable import operations_of
from customer_inventory.record.write import write_all
from customer_inventory.store.database import Connection, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)


Become = Callable[[Document, Document], Document]
"""Returns what becomes of a document where another is given for it; raises what forbids it."""


def as_given(_: Document, given: Document) -> Document:
    """Return the document that is given, whatever was there."""
    return given


@dataclass(frozen=True)
class Merged:
    """What a merge or a parting made: the document shown, and why each attribute is as it is.

    `ids` are those shown as it now, the survivor first; `parted` is what stands for itself again.
    """

    document: Document
    why: Mapping[str, Survivor]
    views: Mapping[str, View]
    ids: tuple[str, ...]
    parted: Document | None = None


class IsMerged(Conflict):
    """A record that is shown as another, or for others, cannot be treated as one."""


class Groups:
    """The groups of one type, as `actor` changes them in a transaction that holds the lock."""

    def __init__(self, connection: Connection, declared: RecordType, actor: Actor) -> None:
        self._connection = connection
        self._declared = declared
        self._actor = actor

    async def merge(self, survivor: str, merged: Sequence[str]) -> Merged:
        """Show `merged` as `survivor`, or as what that is shown as."""
        known = await origin.roots_of(self._connection, [survivor, *merged])
        root = known[survivor]["root"] if survivor in known else survivor
        wanted = [each for each in merged if each not in known or known[each]["root"] != root]
        for each in wanted:
            if each in known and known[each]["parent"] is not None:
                raise IsMerged(
                    f"{each} is merged into {known[each]['parent']}.",
                    path="merged",
                    hint="Merge that one, or part them first.",
                )
        rows = await self._held([root, *wanted])
        groups = await origin.groups(self._connection, [root, *wanted])
        views = {each: view for each, (view, _) in groups.items()}
        for each in (root, *wanted):
            if each not in views:
                document = parse_object(rows[each]["body"])
                views[each] = await origin.traced(self._connection, self._declared, each, document)
                await self._keep(views[each], each, None)
        for each in wanted:
            await self._hide(rows[each])
            await self._join(each, root, [k for k, (_, r) in groups.items() if r["root"] == each])
        await spread(self._connection, [root, *wanted], root, self._declared.name)
        made = await self._show(rows[root], views, "merge", changed=bool(wanted))
        await settle(self._connection, [root, *wanted], following=True)
        if wanted:
            await self._tell(root, "merge", wanted)
        return made

    async def part(self, identifier: str) -> Merged:
        """Let a merged record stand for itself, with what was merged into it."""
        known = (await origin.roots_of(self._connection, [identifier])).get(identifier)
        if known is None or known["type"] != self._declared.name:
            raise NoSuchRecord(self._declared)
        if known["parent"] is None:
            raise IsMerged(f"{identifier} is not merged into another.", path="id", hint="See it.")
        root = known["root"]
        groups = await origin.groups(self._connection, [root])
        below = _below(identifier, groups)
        rows = await self._held([root])
        await self._stand_alone(identifier, below)
        apart = {each: groups[each][0] for each in below}
        document, _ = await self._shown(identifier, apart)
        made_again = creation(self._declared, document, self._actor)
        await self._write("create_records", replace(made_again, operation="unmerge"))
        await self._leave(identifier)
        rest = {each: view for each, (view, _) in groups.items() if each not in below}
        made = await self._show(rows[root], rest, "unmerge", changed=True)
        await settle(self._connection, [root, identifier], following=True)
        await self._tell(root, "unmerge", [identifier])
        return Merged(made.document, made.why, made.views, made.ids, document)

    async def edit(self, version: Version, new: Document) -> Version:
        """Let the root say what was changed of what is shown."""
        rows = await origin.held(self._connection, self._declared, [version.id])
        row = rows.get(version.id)
        if row is None or row["revision"] != version.revision:
            raise RevisionPassed
        groups = await origin.groups(self._connection, [version.id])
        view = groups[version.id][0]
        at = _next_instant(groups)
        edited(view, parse_object(row["body"]), new, source=self._actor.process, at=at)
        await self._keep(view, version.id, None)
        views = {each: kept for each, (kept, _) in groups.items()}
        await self._show(row, views, "update", changed=True)
        after = await origin.held(self._connection, self._declared, [version.id])
        return Version(version.id, after[version.id]["revision"], after[version.id]["body"])

    async def contribute(
        self, identifier: str, given: Document, source: str, become: Become
    ) -> frozenset[str]:
        """Let an origin say what its source says; return the operations, none for nothing new."""
        known = (await origin.roots_of(self._connection, [identifier]))[identifier]
        root = known["root"]
        rows = await self._held([root])
        groups = await origin.groups(self._connection, [root])
        view, row = groups[identifier]
        at, old = _next_instant(groups), dict(view.document)
        if not contributed(view, become(old, given), source=source, at=at):
            return frozenset()
        await self._keep(view, root, row["parent"])
        if identifier != root:
            await origin.keep_version(self._connection, self._declared, view, at, self._actor)
        views = {each: kept for each, (kept, _) in groups.items()}
        await self._show(rows[root], views, "contribute", changed=False)
        return operations_of(self._declared, old, view.document)

    async def reshow(self, root: str) -> bool:
        """Show a group by the rules and ranks of now; return whether that is anything else."""
        rows = await origin.held(self._connection, self._declared, [root])
        groups = await origin.groups(self._connection, [root])
        if root not in rows or root not in groups:
            return False
        views = {each: view for each, (view, _) in groups.items()}
        made = await self._show(rows[root], views, "trust", changed=False)
        return not is_same(parse_object(rows[root]["body"]), made.document)

    async def _held(self, ids: Sequence[str]) -> dict[str, Row]:
        rows = await origin.held(self._connection, self._declared, ids)
        if any(each not in rows for each in ids):
            raise NoSuchRecord(self._declared)
        return rows

    async def _keep(self, view: View, root: str, parent: str | None) -> None:
        await origin.keep(self._connection, self._declared, view, root=root, parent=parent)

    async def _join(self, each: str, root: str, group: Sequence[str]) -> None:
        place = (each, bucket_of(each))
        await self._connection.execute(SQL.set_parent, *place, root, root)
        others = [member for member in group if member != each]
        if others:
            buckets = [bucket_of(member) for member in others]
            await self._connection.execute(SQL.move_origins, others, buckets, root)
        who = (self._actor.process, self._actor.person, self._actor.purpose)
        await self._connection.execute(
            SQL.begin_membership, *place, self._declared.name, root, *who
        )

    async def _stand_alone(self, identifier: str, below: Sequence[str]) -> None:
        place = (identifier, bucket_of(identifier))
        await self._connection.execute(SQL.set_parent, *place, None, identifier)
        others = [each for each in below if each != identifier]
        buckets = [bucket_of(each) for each in others]
        await self._connection.execute(SQL.move_origins, others, buckets, identifier)

    async def _leave(self, identifier: str) -> None:
        place, who = (identifier, bucket_of(identifier)), (self._actor.process, self._actor.person)
        since = await self._connection.fetchval(SQL.end_of_history, *place)
        await self._connection.execute(SQL.end_membership, *place, *who, since)

    async def _tell(self, root: str, event: str, others: Sequence[str]) -> None:
        """Tell, after the change of what is shown, that it was a merge or a parting."""
        statement = _telling(self._declared)
        await self._connection.execute(statement, root, bucket_of(root), event, " ".join(others))

    async def _hide(self, row: Row) -> None:
        """Take the record of an origin away: another is shown for it."""
        gone = removal(
            self._declared,
            row["id"],
            revision=row["revision"],
            actor=self._actor,
            operation="merge",
            is_grouped=True,
        )
        await self._write("remove_records", gone)

    async def _show(
        self, row: Row, views: Mapping[str, View], operation: str, *, changed: bool
    ) -> Merged:
        """Write what is shown of `views` over the record in `row`, where it differs."""
        document, why = await self._shown(row["id"], views)
        old = parse_object(row["body"])
        if changed or not is_same(old, document):
            change = replacement(
                self._declared,
                old,
                document,
                revision=row["revision"],
                operation=operation,
                actor=self._actor,
                is_grouped=True,
            )
            check_size(len(change.body or b""))
            await self._write("change_records", change)
        others = sorted(each for each in views if each != row["id"])
        return Merged(document, why, views, (row["id"], *others))

    async def _shown(
        self, root: str, views: Mapping[str, View]
    ) -> tuple[Document, dict[str, Survivor]]:
        ranks = await origin.trust(self._connection)
        return shown(self._declared, root, list(views.values()), ranks)

    async def _write(self, name: str, change: Change) -> None:
        (result,) = await write_all(self._connection, name, self._declared, [change])
        if isinstance(result, Exception):
            raise result


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    plain = {name: text for name, text in SQL.items() if name != "tell"}
    return plain | {f"tell:{name}": _telling(declared) for name, declared in TYPES.items()}


@cache
def _telling(declared: RecordType) -> str:
    return SQL.tell.format(table=declared.table, type=declared.name)


def _below(identifier: str, groups: Mapping[str, tuple[View, Row]]) -> list[str]:
    """Return an origin and all that was merged into it, at any remove."""
    found, last = [identifier], [identifier]
    while last:
        last = [each for each, (_, row) in groups.items() if row["parent"] in last]
        found += last
    return found


def _next_instant(groups: Mapping[str, tuple[View, Row]]) -> datetime:
    """Return now, or just after the latest fact: what is said last is last."""
    latest = [fact.at for view, _ in groups.values() for fact in view.facts.values()]
    return max([now(), *(at + timedelta(microseconds=1) for at in latest)])
