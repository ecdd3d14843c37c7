"""What a caller under a mask may ask of a list: conditions and orders on what it sees alone.

Who may filter or sort by an attribute learns its values, one question after another. So nothing may
be asked of one that is hidden or shown in part.
"""

from collections.abc import Sequence

from customer_inventory.record.mask.node import CLEAR
from customer_inventory.record.mask.plan import Mask, NotGranted
from customer_inventory.record.page import Query
from customer_inventory.store.predicate import (
    Both,
    Compared,
    Either,
    Every,
    Exists,
    Matches,
    Not,
    Path,
    Predicate,
)
from customer_inventory.store.where import Term


def demand_askable(mask: Mask, query: Query) -> None:
    """Raise NotGranted, naming the attribute, where `query` asks for what is not seen as it is."""
    for term in query.terms:
        _term(mask, term)
    for order in query.order:
        mask.demand_clear(order.path)
    if query.filter is not None:
        _path(mask, query.filter, (), selects=True)


def _term(mask: Mask, term: Term) -> None:
    mask.demand_clear(term.path)
    if term.otherwise is not None:
        _term(mask, term.otherwise)


def _path(mask: Mask, path: Path, element: Sequence[str], *, selects: bool) -> None:
    """Check a path from `element`, or from the document: of what it merely selects, its parts."""
    at = list(element) if path.root == "@" else []
    for step in path.steps:
        match step:
            case str():
                at.append(step)
                _demand_some(mask, at)
            case Every("object"):
                # Whatever the object has is asked for.
                _demand_all(mask, at)
            case int() | Every():
                pass
            case _:
                _predicate(mask, step, at)
    if not selects:
        _demand_all(mask, at)


def _predicate(mask: Mask, predicate: Predicate, element: Sequence[str]) -> None:
    match predicate:
        case Not(part):
            _predicate(mask, part, element)
        case Both(parts) | Either(parts):
            for part in parts:
                _predicate(mask, part, element)
        case Exists(path):
            _path(mask, path, element, selects=True)
        case Matches(path, _, _):
            _path(mask, path, element, selects=False)
        case Compared():
            _compared(mask, predicate, element)


def _compared(mask: Mask, predicate: Compared, element: Sequence[str]) -> None:
    for side in (predicate.left, predicate.right):
        if isinstance(side, Path):
            _path(mask, side, element, selects=False)


def _demand_some(mask: Mask, steps: Sequence[str]) -> None:
    node = mask.node(steps)
    if not node.is_open:
        raise NotGranted(".".join(steps))


def _demand_all(mask: Mask, steps: Sequence[str]) -> None:
    if mask.node(steps) is not CLEAR:
        raise NotGranted(".".join(steps) or "filter")
