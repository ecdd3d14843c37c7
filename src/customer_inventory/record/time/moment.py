"""The moment at which a record is looked at, on both axes of time."""

from dataclasses import dataclass
from datetime import datetime

from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid

AS_OF, KNOWN_AT = "asOf", "knownAt"


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant on each axis of time, in UTC; None where the present is meant.

    `as_of` is business time: what held then, by the validity of the record and of its parts.
    `known_at` is system time: what the inventory held of it then. Both together tell what we
    believed at one instant about another.
    """

    as_of: datetime | None = None
    known_at: datetime | None = None

    @property
    def is_present(self) -> bool:
        """Whether the record is meant as it is kept now."""
        return self.as_of is None and self.known_at is None


PRESENT = Moment()


def moment_of(as_of: str | None, known_at: str | None) -> Moment:
    """Return the moment that two texts name; raise Invalid, naming the parameter, for no instant.

    Each is an ISO 8601 date or date-time; a date means its first moment in UTC.
    """
    if as_of is None and known_at is None:
        return PRESENT
    return Moment(_instant(AS_OF, as_of), _instant(KNOWN_AT, known_at))


def _instant(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = parse_instant(text)
    if instant is None:
        raise Invalid(
            "is no date-time.",
            path=name,
            hint="Write it as 2026-01-31T12:00:00Z or 2026-01-31.",
            code="invalidInstant",
        )
    return instant
