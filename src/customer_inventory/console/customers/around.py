"""What screens of a customer ask first: the customer whole, as whoever looks may see it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.console.customers.gone import told_when_gone
from customer_inventory.console.screen import View
from customer_inventory.record.customer360 import MOST_OF_A_KIND
from customer_inventory.record.declare import Document
from customer_inventory.record.document import parse_object
from customer_inventory.record.time.moment import Moment, moment_of
from customer_inventory.record.types import named

PARTIES = ("individual", "organization")


@dataclass(frozen=True)
class Around:
    """A customer and the records around it, by type, of those types that may be read."""

    id: str
    customer: Document
    parts: Mapping[str, Sequence[Document]]
    known: Mapping[str, int]
    moment: Moment

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all of them."""
        return (self.id, *(part["id"] for each in self.parts.values() for part in each))

    @property
    def types(self) -> dict[str, str]:
        """The type of each, by id."""
        found = {part["id"]: kind for kind, each in self.parts.items() for part in each}
        return {self.id: "customer", **found}

    @property
    def party(self) -> tuple[str, Document] | None:
        """The person or organisation that is the customer, with its type; None where unknown."""
        engaged: Any = self.customer.get("engagedParty")
        named = engaged.get("id") if isinstance(engaged, dict) else None
        for kind in PARTIES:
            for part in self.parts.get(kind, ()):
                if part["id"] == named:
                    return kind, part
        return None

    @property
    def name(self) -> str:
        """What the customer is called."""
        told = self.customer.get("name")
        party = self.party
        return str(told or (party[1].get("name") if party else "") or self.id)


async def around(view: View, *, most: int = MOST_OF_A_KIND) -> Around:
    """Return the customer that the path names, as of `asOf` and as known at `knownAt`, if given.

    Raises NoSuchRecord, RecordGone, and Invalid for what is no instant.
    """
    as_of, known_at = view.query.get("asOf") or None, view.query.get("knownAt") or None
    moment = moment_of(as_of, known_at)
    async with told_when_gone(view, named("customer"), view.path["id"]):
        seen = await view.rooms.inventory.around(
            view.path["id"], most=most, moment=moment, sight=view.sight
        )
    parts = {
        kind: [parse_object(body) for _, body in part]
        for kind, part in seen.parts.items()
        if kind != "customer" and view.may(Operation.READ, kind)
    }
    known = {kind: seen.known[kind] for kind in parts}
    return Around(seen.id, parse_object(seen.customer), parts, known, moment)


def groups_in_words(view: View, groups: Iterable[str]) -> str:
    """Return groups of attributes as people read them: every one of them, or their names."""
    return ", ".join(view.say("every attribute") if each == "*" else each for each in groups)
