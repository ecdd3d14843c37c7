"""What calls return: records with their revision, hits of a search, versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a type, as the process may see it: its document, and the revision that this is.

    `etag` is empty where the revision is not known: as of a moment, and in lists.
    """

    type: str
    document: Document
    etag: str = ""

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.document["id"])

    def __getitem__(self, name: str) -> Any:
        """Return an attribute of the document; KeyError if it has none of that name."""
        return self.document[name]


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that answers a search: what matched, how well, and the customer it leads to."""

    type: str
    id: str
    name: str
    score: float
    matched: tuple[str, ...]
    customer: str | None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Hit":
        """Return a hit as the service tells it."""
        kinds = tuple(str(each["kind"]) for each in told["matched"])
        customer = told.get("customer", {}).get("id")
        return cls(told["type"], told["id"], told["name"], told["score"], kinds, customer)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a record: from when to when it was held, and who made it for what."""

    revision: int
    operation: str
    recorded_from: str
    recorded_to: str | None
    process: str
    purpose: str
    document: Document | None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Version":
        """Return a version as the service tells it."""
        return cls(
            int(told["revision"]),
            told["operation"],
            told["recordedFrom"],
            told.get("recordedTo"),
            told["process"],
            told["purpose"],
            told.get("document"),
        )
