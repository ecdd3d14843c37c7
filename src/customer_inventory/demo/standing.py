"""Where a customer stands in its life cycle, and since when."""

from typing import NamedTuple

from customer_inventory.demo.dates import YEAR
from customer_inventory.demo.draw import SLOTS, Draw, uniform, weighted

LONGEST = 12 * YEAR

# Growing: half of the customers came in the last three eighths of the time.
_TENURES = tuple(30 + slot * (slot + SLOTS) * LONGEST // (2 * SLOTS**2) for slot in range(SLOTS))
_STATUSES = weighted(
    [("active", 856), ("closed", 78), ("suspended", 36), ("validated", 18), ("initialized", 12)]
)
_REASONS = {
    "suspended": weighted([("nonPayment", 70), ("customerRequest", 20), ("suspectedFraud", 10)]),
    "closed": weighted(
        [("customerNotice", 55), ("movedAbroad", 15), ("nonPayment", 16), ("deceased", 14)]
    ),
}
_BUSINESS_REASONS = {
    "suspended": uniform(["nonPayment", "customerRequest"]),
    "closed": uniform(["customerNotice", "nonPayment", "insolvency", "merger"]),
}


class Standing(NamedTuple):
    """A customer's status, its reason (or empty), first day, and day it ended (None: lasting)."""

    status: str
    reason: str
    since: int
    until: int | None

    @property
    def last(self) -> int:
        """The last day on which anything happened: the end or the reference day."""
        return 0 if self.until is None else self.until

    @property
    def prospective(self) -> bool:
        """Whether the customer is still on the way in."""
        return self.status in ("initialized", "validated")


def draw_standing(draw: Draw, *, business: bool) -> Standing:
    """Return how a customer stands on the reference day."""
    status = draw.pick(_STATUSES)
    since = -draw.pick(_TENURES)
    if status in ("initialized", "validated"):
        return Standing(status, "", -draw.below(30), None)
    if status == "active":
        return Standing(status, "", since, None)
    reason = draw.pick((_BUSINESS_REASONS if business else _REASONS)[status])
    until = since + draw.below(-since) if status == "closed" else None
    return Standing(status, reason, since, until)
