"""Which rows of each record type a caller is shown: conditions that become SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from customer_inventory.record.choice.asked import Asked
from customer_inventory.record.declare import RecordType

Parameter = Callable[[Any], str]
"""Takes a value into the statement and returns the placeholder that stands for it."""


class Named(NamedTuple):
    """The records that a statement is about, by SQL of an array of ids and one of buckets."""

    ids: str
    buckets: str


class Sharded(NamedTuple):
    """What a condition asks for beforehand where records lie in shards.

    Other records are those that have to do with the subjects `among` (SQL of their ids), or with
    any subject; who made records is asked of those `named`, where they are known.
    """

    among: str = ""
    named: Named | None = None


class Condition(Protocol):
    """A condition on the records of one type, compared and hashed by what it says."""

    def sql(
        self,
        declared: RecordType,
        alias: str,
        parameter: Parameter,
        sharded: Sharded | None = None,
    ) -> str:
        """Return the SQL that it holds for the row `alias` of the table of `declared`."""


@dataclass(frozen=True)
class Rows:
    """The conditions of the record types that have one, by name and in the order of names.

    `choice` is what the purpose asks of the choices of subjects, of records of every type;
    `is_spread` says that records lie in shards, where conditions are written in another way.
    """

    by_type: tuple[tuple[str, Condition], ...] = ()
    choice: Asked | None = None
    is_spread: bool = False

    @cached_property
    def _conditions(self) -> dict[str, Condition]:
        return dict(self.by_type)

    @cached_property
    def _hash(self) -> int:
        return hash((self.by_type, self.choice, self.is_spread))

    def __hash__(self) -> int:
        return self._hash

    def of(self, record_type: str) -> Condition | None:
        """Return the condition of a record type; None: every row is shown."""
        return self._conditions.get(record_type)

    def narrows(self, declared: RecordType) -> bool:
        """Tell whether rows of a type are kept out: by its condition, or by choices."""
        return self.of(declared.name) is not None or self.withholds(declared)

    def withholds(self, declared: RecordType) -> bool:
        """Tell whether choices of subjects keep rows of a type out."""
        return self.choice is not None and not declared.is_catalogue

    def sharded(self, among: str = "", named: Named | None = None) -> Sharded | None:
        """Return what conditions ask for beforehand: None where records lie on one node."""
        return Sharded(among, named) if self.is_spread else None

    @property
    def whatever_is_chosen(self) -> "Rows":
        """The same conditions, whatever subjects chose."""
        return Rows(self.by_type, is_spread=self.is_spread)


EVERY_ROW = Rows()
