"""Configuration: what does not fit the machine, or does not hold yet."""

from customer_inventory.shortcomings.check import Check
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHECKS = (
    Check(
        "CFG01", "The cache is small for what is held", SQL.small_cache, "times", 4, None,
        floor=1000, floor_unit="MB of the database",
        risk="Most reads go to the system's cache or the disk.",
        remedy="Give it a quarter of the memory (shared_buffers).",
    ),
    Check(
        "CFG02", "The server is not mended any more", SQL.old_server, "state", 1, 2,
        risk="Faults that are known, in safety too, stay.",
        remedy="Move to a newer major version.",
    ),
    Check(
        "CFG03", "A setting waits for a restart", SQL.waiting_for_restart, "setting", 1, None,
        risk="What is configured is not what holds.",
        remedy="Start the server again at a quiet time.",
    ),
    Check(
        "CFG04", "The server does not keep what tells of its use",
        SQL.statistics_off, "source", 1, None,
        risk="Shortcomings stay unseen, and cost cannot be told.",
        remedy="CREATE EXTENSION pg_stat_statements; switch the setting on.",
    ),
)  # fmt: skip
