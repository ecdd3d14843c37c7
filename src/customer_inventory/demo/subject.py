"""The party that a customer is, as the records about the customer need to know it."""

from typing import NamedTuple

from customer_inventory.demo.countries import Country
from customer_inventory.demo.parts import Document


class Subject(NamedTuple):
    """A party with all that belongs to it.

    `kind` is Individual or Organization, `ref` the reference to it; `people` are roles and
    references of household members or contacts; `documents` are all parties' documents, in
    an order in which each follows those it refers to.
    """

    country: Country
    kind: str
    id: str
    name: str
    ref: Document
    media: list[Document]
    people: list[tuple[str, Document]]
    documents: list[Document]
