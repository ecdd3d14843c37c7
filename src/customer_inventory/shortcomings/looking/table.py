"""Tables: dead rows, statistics, rules that are not held."""

from customer_inventory.shortcomings.check import Check
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHECKS = (
    Check(
        "TBL02", "A table holds many dead rows", SQL.dead_rows, "%", 20, 50,
        floor=10_000, floor_unit="dead rows",
        risk="Scans and the cache carry what is gone.",
        remedy="VACUUM it; look what holds the removal back (VAC03, CON02).",
    ),
    Check(
        "TBL03", "Vacuum is behind", SQL.vacuum_behind, "times the due point", 2, 10,
        floor=10_000, floor_unit="dead rows",
        risk="The table grows although nothing is added.",
        remedy="Let autovacuum do more (autovacuum_vacuum_cost_limit), look at VAC03 and VAC04.",
    ),
    Check(
        "TBL04", "The planner's statistics are old", SQL.stale_statistics, "%", 20, None,
        floor=10_000, floor_unit="changed rows",
        risk="Plans are chosen for a table that is not like that any more.",
        remedy="ANALYZE it.",
    ),
    Check(
        "TBL05", "Tables are read from disk", SQL.missed_cache, "%", 5, 20,
        floor=1_000_000, floor_unit="pages", least_days=7,
        risk="Every read waits for the disk.",
        remedy="More memory for the database (shared_buffers).",
    ),
    Check(
        "TBL06", "Updates write indexes that do not change", SQL.cold_updates, "%", 50, None,
        floor=10_000, floor_unit="updates", least_days=7,
        risk="Updates cost more than they need, and indexes bloat.",
        remedy="Leave room in pages (fillfactor), or drop an index on what changes often.",
    ),
    Check(
        "TBL07", "A table has no key", SQL.no_primary_key, "table", 1, None,
        risk="Rows cannot be told apart, nor replicated one by one.",
        remedy="Add a primary key.",
    ),
    Check(
        "TBL08", "A rule is not held", SQL.rules_not_held, "rule", 1, None,
        risk="Rows may break what everybody relies on.",
        remedy="VALIDATE CONSTRAINT, or ENABLE TRIGGER, after a look at who switched it off.",
    ),
    Check(
        "TBL09", "A table that only grows has no partitions", SQL.giants, "GB", 50, 500,
        floor=10, floor_unit="GB", least_days=7,
        risk="Old rows can only be removed one by one, and every index holds them all.",
        remedy="Partition it by time.",
    ),
)  # fmt: skip
