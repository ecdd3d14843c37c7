"""Sessions: how many there are, and who keeps whom waiting."""

from customer_inventory.shortcomings.check import Check
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHECKS = (
    Check(
        "CON01", "Sessions are nearly used up", SQL.sessions_used, "%", 80, 90,
        risk="Services are refused when there is none left.",
        remedy="Make pools smaller (CINV_POOL_SIZE), or allow more (max_connections).",
    ),
    Check(
        "CON02", "A session does nothing in a transaction", SQL.idle_in_transaction, "s", 60, 600,
        risk="What it locks stays locked, and dead rows cannot be removed.",
        remedy="Find whose it is and end it; set idle_in_transaction_session_timeout.",
    ),
    Check(
        "CON03", "A statement runs for long", SQL.long_statements, "s", 60, 1800,
        risk="It holds back what others need, and the removal of dead rows.",
        remedy="Look what it does, end it if nobody waits for it (pg_cancel_backend).",
    ),
    Check(
        "CON04", "A session waits for another", SQL.blocked_sessions, "s", 5, 60,
        risk="Callers wait, and those behind them.",
        remedy="Look at the session that is waited for, end it if it does nothing.",
    ),
    Check(
        "CON06", "Transactions are undone", SQL.rolled_back, "%", 5, 25,
        floor=1000, floor_unit="transactions", least_days=1,
        risk="Work is done twice, or a process fails without anybody noticing.",
        remedy="Look into the log of the service for what fails.",
    ),
)  # fmt: skip
