"""Vacuum: what it must not be too late for, and what keeps it from its work."""

from customer_inventory.shortcomings.check import Check
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHECKS = (
    Check(
        "VAC01", "Transaction numbers run out", SQL.wraparound, "%", 50, 75,
        risk="The database takes no writes any more when they have.",
        remedy="VACUUM FREEZE the oldest tables; look what holds it back (VAC03).",
    ),
    Check(
        "VAC02", "Numbers of shared locks run out", SQL.multixact_wraparound, "%", 50, 75,
        risk="The database takes no writes any more when they have.",
        remedy="VACUUM FREEZE the oldest tables; look what holds it back (VAC03).",
    ),
    Check(
        "VAC03", "Dead rows are kept from removal", SQL.held_back, "transactions",
        1_000_000, 100_000_000,
        floor=1000, floor_unit="transactions",
        risk="All tables bloat, whatever vacuum does.",
        remedy="End the session, commit or undo the prepared transaction, drop the slot.",
    ),
    Check(
        "VAC04", "The automatic vacuum is off", SQL.switched_off, "place", 1, None,
        risk="Dead rows stay, and in the end transaction numbers run out.",
        remedy="Switch it on; slow it down instead, where it hurts.",
    ),
)  # fmt: skip
