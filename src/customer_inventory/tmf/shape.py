"""The shape in which an API version shows and takes the records of one type."""

from collections.abc import Sequence

from customer_inventory.kit.errors import InventoryError
from customer_inventory.record.declare import ApiVersion, Document
from customer_inventory.record.document import parse
from customer_inventory.record.read import Query
from customer_inventory.record.schema import Schema
from customer_inventory.tmf import render


class Shape:
    """The shape of version 5: records are shown and taken as they are kept."""

    version: ApiVersion = "v5"

    def shown(self, body: bytes, href: bytes, fields: Sequence[str] | None) -> bytes:
        """Return the stored document `body` as callers see it, or those `fields` of it."""
        if fields is None:
            return render.whole(body, href)
        return render.selected(render.addressed(parse(body), href), fields)

    def seen(self, document: Document) -> Document:
        """Return a stored document as callers see it, without its `href`."""
        return document

    def made(self, given: Document) -> Document:
        """Return what is kept of a document that a caller makes a record of."""
        return given

    def changed(self, old: Document, new: Document) -> Document:  # noqa: ARG002 - for others
        """Return what is kept of `new`, which a caller made of the stored document `old`."""
        return new

    def asked(self, query: Query) -> Query:
        """Return the query of a caller with attributes where they are kept.

        Raises Invalid for what the version does not serve.
        """
        return query

    def kept(self, path: str) -> str:
        """Return where the attribute at the dotted `path` that callers see is kept."""
        return path

    def described(self, schema: Schema) -> Schema:
        """Return the schema of what callers see, given that of what is kept."""
        return schema

    def tell(self, error: InventoryError) -> None:
        """Name the attributes of `error` as callers know them."""


AS_KEPT = Shape()
