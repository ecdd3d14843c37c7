"""Edges of trees: the references between parents and children that a type declares, dated."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.declare import Branch, Document, Period, RecordType
from customer_inventory.record.place import places
from customer_inventory.record.types import of_entity

_Said = tuple[str, str, str, datetime | None, datetime | None]
"""By which record, at which path, in which role, from when until before when."""


class Edge(NamedTuple):
    """One end of an edge, as it is kept in the bucket of `id`.

    In an `upward` row the other is the parent. `said_by` is the record whose document says so.
    It holds from `valid_from` until before `valid_to`; None is open.
    """

    bucket: int
    id: str
    upward: bool
    kind: str
    other_id: str
    other_bucket: int
    other_type: str
    said_by: str
    path: str
    role: str
    valid_from: datetime | None
    valid_to: datetime | None


class Cycle(Conflict):
    """A record would be its own ancestor."""

    code = "hierarchyCycle"

    def __init__(self, path: str | None = None) -> None:
        super().__init__(
            "The record would be its own ancestor.",
            path=path,
            hint="End the relationship that leads back before this one starts.",
        )


class TooHigh(Conflict):
    """A tree would have more levels than are kept."""

    code = "hierarchyTooHigh"

    def __init__(self, most: int, path: str) -> None:
        super().__init__(f"The tree would have more than {most} levels.", path=path)


def edges(declared: RecordType, document: Document) -> set[Edge]:
    """Return the edges that `document` says, both ends; raise Invalid for one to itself."""
    # By what tells edges apart: of two with one start the longer holds.
    found: dict[tuple[Any, ...], Edge] = {}
    for branch in declared.branches:
        for edge in _of_branch(declared, branch, document):
            key = edge[:-1]
            there = found.get(key)
            if there is None or _is_longer(edge, there):
                found[key] = edge
    return set(found.values())


def _of_branch(declared: RecordType, branch: Branch, document: Document) -> Iterator[Edge]:
    first, *rest = branch.path.split(".")
    holders = document.get(first)
    for holder in holders if isinstance(holders, list) else [holders]:
        if not isinstance(holder, dict):
            continue
        role = holder.get(branch.role)
        if branch.roles and role not in branch.roles:
            continue
        said = (document["id"], branch.path, role if isinstance(role, str) else "")
        for other in places(holder, tuple(rest)):
            if isinstance(other, dict) and is_id(str(other.get("id"))):
                yield from _ends(declared, branch, other, (*said, *_period(holder)))


def _ends(declared: RecordType, branch: Branch, other: Document, said: _Said) -> Iterator[Edge]:
    identifier, other_id = said[0], other["id"]
    if other_id == identifier:
        raise Invalid("A record cannot be its own parent.", path=branch.path, code="hierarchyCycle")
    starts, ends = said[-2:]
    if starts and ends and ends <= starts:
        return
    here, there = bucket_of(identifier), bucket_of(other_id)
    is_up = branch.names == "parent"
    other_type = _type_of(other, branch)
    yield Edge(here, identifier, is_up, branch.kind, other_id, there, other_type, *said)
    yield Edge(there, other_id, not is_up, branch.kind, identifier, here, declared.name, *said)


def _period(holder: Document) -> Period:
    period = holder.get("validFor")
    if not isinstance(period, dict):
        return None, None
    return parse_instant(period.get("startDateTime")), parse_instant(period.get("endDateTime"))


def _type_of(other: Document, branch: Branch) -> str:
    for word in (other.get("@referredType"), other.get("@type")):
        declared = of_entity(word)
        if declared is not None:
            return declared.name
    return branch.target


def _is_longer(edge: Edge, other: Edge) -> bool:
    return other.valid_to is not None and (edge.valid_to is None or edge.valid_to > other.valid_to)
