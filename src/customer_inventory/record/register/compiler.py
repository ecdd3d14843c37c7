"""How conditions on records become SQL, in whichever dialect: what they are made of, part by part.

A dialect says how related records are found, what documents hold, and how it counts time back.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from customer_inventory.record.register.crossing import (
    AlsoNames,
    Another,
    AnotherSubject,
    Beside,
    ComesBack,
    Crossed,
    Joined,
    Lacks,
    LeadsNowhere,
    Misnames,
    Names,
    Not,
    Period,
    Related,
    Unchanged,
    Unlike,
    Within,
)

_PERIODS = {
    "ended": "({0}.valid_to <= now())",
    "toCome": "({0}.valid_from > now())",
    "running": "(({0}.valid_from IS NULL OR {0}.valid_from <= now())"
    " AND ({0}.valid_to IS NULL OR {0}.valid_to > now()))",
    "overlapping": "(({0}.valid_from IS NULL OR {1}.valid_to IS NULL"
    " OR {0}.valid_from < {1}.valid_to)"
    " AND ({1}.valid_from IS NULL OR {0}.valid_to IS NULL OR {1}.valid_from < {0}.valid_to))",
}


class InStatement(Protocol):
    """A record in a statement."""

    @property
    def alias(self) -> str:
        """What the statement calls it."""


Record = TypeVar("Record", bound=InStatement)


@dataclass(slots=True)
class Compiler(ABC, Generic[Record]):
    """Compiles one condition; `values` are those that its SQL is sent with."""

    values: list[Any] = field(default_factory=list)
    count: int = 0

    def sql(self, crossed: Crossed, rows: Sequence[Record]) -> str:
        """Return the SQL that `crossed` holds for the last of `rows`; the others are around it."""
        match crossed:
            case Joined(how, parts):
                sign = " AND " if how == "all" else " OR "
                return f"({sign.join(self.sql(part, rows) for part in parts)})"
            case Not(part):
                return f"(NOT coalesce({self.sql(part, rows)}, FALSE))"
            case Names() | AlsoNames() | Another():
                return self._related(crossed, rows)
            case LeadsNowhere() | ComesBack() | Misnames():
                return self._of_references(crossed, rows[-1])
            case Within() | Lacks() | Unlike() | Beside():
                return self._of_document(crossed, rows)
        return self._of_row(crossed, rows)

    def _of_document(
        self, crossed: Within | Lacks | Unlike | Beside, rows: Sequence[Record]
    ) -> str:
        if isinstance(crossed, Beside):
            return self._beside(crossed, rows)
        return self._of_values(crossed, rows[-1])

    def _of_row(self, crossed: Period | Unchanged | AnotherSubject, rows: Sequence[Record]) -> str:
        row, around = rows[-1].alias, rows[-2].alias if len(rows) > 1 else ""
        match crossed:
            case Period(when):
                return _PERIODS[when].format(row, around)
            case Unchanged():
                return f"({row}.recorded_at < {self._ago(crossed)})"
            case AnotherSubject():
                return f"({row}.subject_id <> {around}.subject_id)"

    @abstractmethod
    def _related(self, related: Related, rows: Sequence[Record]) -> str: ...

    @abstractmethod
    def _of_references(self, crossed: LeadsNowhere | ComesBack | Misnames, row: Record) -> str: ...

    @abstractmethod
    def _of_values(self, crossed: Within | Lacks | Unlike, row: Record) -> str: ...

    @abstractmethod
    def _beside(self, beside: Beside, rows: Sequence[Record]) -> str: ...

    @abstractmethod
    def _ago(self, unchanged: Unchanged) -> str: ...
