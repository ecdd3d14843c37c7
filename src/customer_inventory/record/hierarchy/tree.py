"""Trees as of a date: who is above a record and below it, and all that hangs on them together.

Which references make a tree is declared on the types (`Branch`). The edges are kept as rows
(`record.edge`), so that a tree is read in one statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.declare import RecordType
from customer_inventory.record.hierarchy import masked
from customer_inventory.record.hierarchy.cycle import MOST_LEVELS
from customer_inventory.record.identity.origin import roots_of
from customer_inventory.record.mask.plan import NotGranted
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.shown import MOST_KEPT, Shown, Statement
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.subject.withholding import refuse_if_withheld
from customer_inventory.record.types import TYPES, over_every_type
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_MOST_ABOVE = 1000
_OWN = {"relatives": 10, "one_of_tree": 2}
"""How many parameters each statement has of its own."""
_OTHER = ("other_id", "other_bucket")

IN_TREES = tuple(name for name, declared in TYPES.items() if declared.branches)
"""The record types that can be in a tree."""
KINDS = tuple(sorted({branch.kind for declared in TYPES.values() for branch in declared.branches}))
"""The kinds of trees there are."""
ROLLED_UP = tuple(
    name for name, declared in TYPES.items() if declared.subject and name not in IN_TREES
)
"""The record types that are rolled up, beside those in the trees themselves."""


@dataclass(frozen=True, slots=True)
class Node:
    """A record in a tree, seen from another.

    `level` is how far away it is and `from_id` the neighbour on the way there (None for the
    record that was asked for), `kind` the tree of the last edge. `name` is None for a record that
    is only referred to.
    """

    id: str
    type: str
    name: str | None
    status: str | None
    level: int = 0
    from_id: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """A record with those above it, the nearest first, and a page of those below it.

    `known` says how many are below, down to the depth that was asked for.
    """

    node: Node
    above: Sequence[Node]
    below: Sequence[Node]
    known: int


@dataclass(frozen=True, slots=True)
class Span:
    """What of trees is asked for: of which kinds and record types, at which instant.

    Whoever is of another type is left out, with all that only leads on from there.
    """

    instant: datetime
    types: Sequence[str] = IN_TREES
    kinds: Sequence[str] = KINDS


@dataclass(frozen=True, slots=True)
class RollUp:
    """What hangs on a record and on whoever is below it.

    `nodes` counts the records of the tree, `records` those of each type, by status ("" for none).
    """

    node: Node
    nodes: int
    records: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk from a record: up or down, how far, and which page of whom it meets."""

    upward: bool
    depth: int
    after: tuple[int, str]
    limit: int


async def tree(
    database: Database,
    identifier: str,
    span: Span,
    *,
    depth: int = MOST_LEVELS,
    limit: int = 100,
    after: tuple[int, str] = (0, ""),
    sight: Sight = EVERYTHING,
) -> Tree:
    """Return the tree around a record: `limit` of those below, after that level and id.

    Raises NoSuchRecord when no record of the types asked for has the id.
    """
    node = await _node(database, identifier, span, sight)
    up = _Walk(upward=True, depth=MOST_LEVELS, after=(0, ""), limit=_MOST_ABOVE)
    above, _ = await _relatives(database, node.id, span, up, sight)
    down = _Walk(upward=False, depth=depth, after=after, limit=limit)
    below, known = await _relatives(database, node.id, span, down, sight)
    return Tree(node, above, below, known)


async def rolled_up(
    database: Database,
    identifier: str,
    span: Span,
    types: Sequence[str] = ROLLED_UP,
    *,
    sight: Sight = EVERYTHING,
) -> RollUp:
    """Return what of `types` hangs on a record and on whoever is below it, in one statement.

    Raises NoSuchRecord when no record of the types asked for has the id.
    """
    node = await _node(database, identifier, span, sight)
    asked = rollup_statement(sight.rows)
    rows = await database.fetch(
        asked.text,
        *asked.arguments(
            sight,
            node.id,
            bucket_of(node.id),
            list(span.kinds),
            _types(span, sight),
            span.instant,
            list(types),
        ),
    )
    nodes = 0
    records: dict[str, dict[str, int]] = {}
    for kind, status, count in rows:
        if kind is None:
            nodes = count
        else:
            word = masked.status(kind, status, sight) or ""
            of_kind = records.setdefault(kind, {})
            of_kind[word] = of_kind.get(word, 0) + count
    return RollUp(node, nodes, records)


def check_kinds(kinds: Sequence[str]) -> Sequence[str]:
    """Return `kinds`; raise Invalid, naming the parameter, for one that is not declared."""
    for kind in kinds:
        if kind not in KINDS:
            raise Invalid("is no kind of tree.", path="kind", hint=f"Known: {', '.join(KINDS)}.")
    return kinds


async def _node(database: Database, identifier: str, span: Span, sight: Sight) -> Node:
    """Return the record itself, or what it is shown as when it was merged."""
    row = None
    if is_id(identifier):
        row = await _row(database, identifier, sight)
        if row is None and identifier in (known := await roots_of(database, [identifier])):
            row = await _row(database, known[identifier]["root"], sight)
    if row is None or row["type"] not in span.types:
        await refuse_if_withheld(database, span.types, identifier, sight)
        raise NoSuchRecord(TYPES[IN_TREES[0]])
    if masked.hides_relations(row["type"], sight):
        raise NotGranted(TYPES[row["type"]].branches[0].path)
    return _shown(Node(row["id"], row["type"], row["name"], row["status"]), sight)


async def _row(database: Database, identifier: str, sight: Sight) -> Row | None:
    asked = _with_names("one_of_tree", sight.rows)
    arguments = asked.arguments(sight, identifier, bucket_of(identifier))
    return await database.row(asked.text, *arguments)


async def _relatives(
    database: Database,
    identifier: str,
    span: Span,
    walk: _Walk,
    sight: Sight,
) -> tuple[list[Node], int]:
    asked = _with_names("relatives", sight.rows)
    rows = await database.fetch(
        asked.text,
        *asked.arguments(
            sight,
            identifier,
            bucket_of(identifier),
            walk.upward,
            list(span.kinds),
            _types(span, sight),
            span.instant,
            walk.depth,
            *walk.after,
            walk.limit,
        ),
    )
    nodes = [
        Node(
            row["id"],
            row["type"],
            row["name"],
            row["status"],
            row["level"],
            row["from_id"],
            row["kind"],
        )
        for row in rows
    ]
    shown = [_shown(node, sight) for node in nodes]
    return shown, rows[0]["known"] if rows else 0


def _types(span: Span, sight: Sight) -> list[str]:
    """Return the types of `span` whose relations are shown: those of others are no part of it."""
    return [name for name in span.types if not masked.hides_relations(name, sight)]


def _shown(node: Node, sight: Sight) -> Node:
    """Return a node with what is shown of its name and its status."""
    return replace(
        node,
        name=masked.name(node.type, node.name, sight),
        status=masked.status(node.type, node.status, sight),
    )


@over_every_type
@lru_cache(maxsize=MOST_KEPT)
def rollup_statement(rows: Rows = EVERY_ROW) -> Statement:
    """Return the statement over every type that is in trees or rolled up."""
    shown = Shown(rows, 6)
    part = SQL.part("rolled_up_of_type")
    types = [TYPES[name] for name in (*IN_TREES, *ROLLED_UP)]
    text = SQL.rolled_up.format(
        shown=shown.one_of("e", "other_type", _OTHER),
        rolled="".join(f"UNION ALL\n{_filled(part, kind, shown)}\n" for kind in types),
    )
    return Statement(text, tuple(shown.values))


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    return {
        "relatives": _with_names("relatives", EVERY_ROW).text,
        "one_of_tree": _with_names("one_of_tree", EVERY_ROW).text,
        "rolled_up": rollup_statement().text,
    }


@over_every_type
@lru_cache(maxsize=MOST_KEPT)
def _with_names(name: str, rows: Rows) -> Statement:
    shown = Shown(rows, _OWN[name])
    part = SQL.part("named_of_type")
    walked = {"shown": shown.one_of("e", "other_type", _OTHER)} if name == "relatives" else {}
    text = SQL[name].format(
        **walked,
        named="\nUNION ALL\n".join(_filled(part, TYPES[kind], shown) for kind in IN_TREES),
    )
    return Statement(text, tuple(shown.values))


def _filled(part: str, kind: RecordType, shown: Shown) -> str:
    return part.format(type=kind.name, table=kind.table, status=kind.status, shown=shown.of(kind))
