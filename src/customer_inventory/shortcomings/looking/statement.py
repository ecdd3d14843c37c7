"""Statements: slow ones, those that take most, those that look at much for little."""

from customer_inventory.shortcomings.check import Check
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHECKS = (
    Check(
        "STM01", "A statement is slow", SQL.slow_statements, "ms", 20, 1000,
        floor=100, floor_unit="calls", least_days=7,
        risk="Callers wait for it.",
        remedy="Look at its plan; an index may help (IDX02), or current statistics (TBL04).",
    ),
    Check(
        "STM02", "One statement takes most of the time", SQL.share_of_time, "%", 50, 80,
        floor=600, floor_unit="seconds of the database", least_days=7,
        risk="What it costs, all pay; it decides how far the machine reaches.",
        remedy="Ask it less often, or make it cheaper: look at its plan.",
    ),
    Check(
        "STM04", "A statement looks at much for a row", SQL.pages_a_row, "pages a row",
        1000, 20_000,
        floor=100, floor_unit="calls", least_days=7,
        risk="It gets slower as the inventory grows.",
        remedy="An index on what it selects by; on a bloated table or index, VACUUM or REINDEX.",
    ),
    Check(
        "STM05", "Statistics of statements are thrown away", SQL.evicted, "times", 1, None,
        floor=1, floor_unit="times", least_days=7,
        risk="What a process costs cannot be told in full.",
        remedy="Keep more of them (pg_stat_statements.max).",
    ),
)  # fmt: skip


def every_statement() -> dict[str, str]:
    """Return what can be planned in every database: statistics of statements are an extension."""
    return {}
