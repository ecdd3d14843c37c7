"""What holds from a month to a month: periods that neither overlap nor leave a gap."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise
from typing import Generic, TypeVar

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.located import Value

Held = TypeVar("Held")

LAST = Month(9999, 12)


@dataclass(frozen=True, slots=True)
class Span(Generic[Held]):
    """Something that holds from the month `first` through `last`, and where a file says so."""

    first: Month
    last: Month
    held: Held
    said: Value

    def holds_in(self, month: Month) -> bool:
        """Return whether it holds in a month."""
        return self.first <= month <= self.last


def months_in(members: dict[str, Value]) -> tuple[Month, Month]:
    """Return the months of the keys `from` and `through`; raise FileError for what are none."""
    first = month_in(members["from"])
    through = members.get("through")
    last = month_in(through) if through else LAST
    if through and last < first:
        raise through.wrong("is before it begins.")
    return first, last


def month_in(value: Value) -> Month:
    """Return the month that a file names; raise FileError for what is none."""
    text = value.text()
    try:
        return Month.of(datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC))
    except ValueError:
        raise value.wrong(f"{text!r} is no month.", "Write 2026-01.") from None


def in_order(spans: Iterable[Span[Held]], *, may_pause: bool = False) -> tuple[Span[Held], ...]:
    """Return spans by time; raise FileError where two overlap or, unless they may, leave a gap."""
    ordered = sorted(spans, key=lambda span: span.first)
    for before, after in pairwise(ordered):
        if after.first <= before.last:
            raise after.said.wrong(
                f"overlaps what begins in {before.first} (line {before.said.line}).",
                "End that one: through: 2026-06.",
            )
        if not may_pause and before.last.next != after.first:
            raise after.said.wrong(f"leaves a gap: nothing holds from {before.last.next} on.")
    return tuple(ordered)


def one_in(spans: Iterable[Span[Held]], month: Month) -> Iterator[Held]:
    """Yield what holds in a month: one or nothing."""
    return (span.held for span in spans if span.holds_in(month))


def passed(month: Month, at: datetime) -> Fraction:
    """Return which part of a month has passed at an instant, exactly: from 0 to 1."""
    whole = int((month.stop - month.start).total_seconds())
    gone = int((at - month.start).total_seconds())
    return Fraction(min(max(gone, 0), whole), whole)
