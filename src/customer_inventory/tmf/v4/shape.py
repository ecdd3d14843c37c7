"""The shape of version 4: made of what is kept, by the declared differences."""

import re
from collections.abc import Sequence
from dataclasses import replace

from customer_inventory.kit.errors import InventoryError
from customer_inventory.record.declare import ApiVersion, Document
from customer_inventory.record.document import encode, parse
from customer_inventory.record.read import Query
from customer_inventory.record.schema import Schema
from customer_inventory.record.validate import MISSING, MOST_PROBLEMS, Problem, Rejected, dotted
from customer_inventory.store.where import Order, Term
from customer_inventory.tmf import render
from customer_inventory.tmf.shape import Shape
from customer_inventory.tmf.v4.filter import turned
from customer_inventory.tmf.v4.mapping import Differences
from customer_inventory.tmf.v4.rule import Steps
from customer_inventory.tmf.v4.schema import described

_STEP = re.compile(r"\[([0-9]+)\]|([^.\[\]]+)")


class ShapeOf4(Shape):
    """The shape of one record type in version 4."""

    version: ApiVersion = "v4"

    def __init__(self, entity: str, differences: Differences) -> None:
        self._entity = entity
        self._differences = differences

    def shown(self, body: bytes, href: bytes, fields: Sequence[str] | None) -> bytes:
        """Return the stored document `body` in version 4, or those `fields` of it."""
        document = render.addressed(self.seen(parse(body)), href)
        return encode(document) if fields is None else render.selected(document, fields)

    def seen(self, document: Document) -> Document:
        """Return a stored document in version 4, without its `href`."""
        return self._differences.shown(document)

    def made(self, given: Document) -> Document:
        """Return what is kept of a document of version 4 that a record is made of.

        Raises Rejected when an object in it lacks what version 4 demands of it.
        """
        missing = [Problem(dotted(path), MISSING) for path in self._differences.missing(given)]
        if missing:
            raise Rejected(self._entity, missing[:MOST_PROBLEMS])
        return self._differences.made(given)

    def changed(self, old: Document, new: Document) -> Document:
        """Return what is kept of `new`, in version 4 made of the stored document `old`."""
        return self._differences.changed(old, new)

    def asked(self, query: Query) -> Query:
        """Return a query in version 4's names with attributes where they are kept."""
        return replace(
            query,
            terms=tuple(map(self._term, query.terms)),
            order=tuple(map(self._order, query.order)),
            filter=query.filter and turned(query.filter, self._differences.place),
        )

    def kept(self, path: str) -> str:
        """Return where the attribute at the dotted `path` of version 4 is kept."""
        return _path(self._differences.place(path).steps)

    def described(self, schema: Schema) -> Schema:
        """Return the schema of version 4, given that of what is kept."""
        return described(self._differences.rules, schema, demanded=self._differences.demanded)

    def tell(self, error: InventoryError) -> None:
        """Name the attributes of `error` as version 4 knows them."""
        if isinstance(error, Rejected):
            error.problems = tuple(
                replace(problem, path=self._named(problem.path)) for problem in error.problems
            )
        if error.path:
            error.path = self._named(error.path)

    def _term(self, term: Term) -> Term:
        place = self._differences.place(term.path)
        if place.by_word and place.by_word.words.keys() >= {*term.values}:
            place = place.by_word
        kept = replace(
            term,
            path=_path(place.steps),
            values=tuple(place.words.get(value, value) for value in term.values),
        )
        if place.otherwise is None:
            return kept
        return replace(kept, otherwise=replace(kept, path=_path(place.otherwise)))

    def _order(self, order: Order) -> Order:
        place = self._differences.place(order.path)
        # One column orders: the one that version 5 demands, so that every record has it.
        return replace(order, path=_path(place.otherwise or place.steps))

    def _named(self, path: str) -> str:
        steps: Steps = tuple(
            int(position) if position else name for position, name in _STEP.findall(path)
        )
        return dotted(self._differences.named(steps))


def _path(steps: Steps) -> str:
    return ".".join(map(str, steps))
