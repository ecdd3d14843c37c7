"""Whether there is room: numbers, temporary files, log that is kept."""

from customer_inventory.shortcomings.check import Check
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHECKS = (
    Check(
        "CAP04", "A sequence is near its end", SQL.sequence_exhaustion, "%", 75, 90,
        risk="No row can be added once it is used up.",
        remedy="Widen the column to bigint, or let the sequence begin anew where that is right.",
    ),
    Check(
        "CAP05", "A key is too narrow for a table that grows", SQL.narrow_keys, "%", 50, 80,
        floor=100_000, floor_unit="rows",
        risk="No row can be added once its range is used up.",
        remedy="Widen the key to bigint while the table is small.",
    ),
    Check(
        "CAP07", "Sorts and joins are written to disk", SQL.temporary_files, "GB a day", 1, 20,
        least_days=1,
        risk="Statements are slow, and the disk is busy with what nobody keeps.",
        remedy="Find the statements (STM01), or give more work_mem to those that sort.",
    ),
    Check(
        "CAP08", "A replication slot keeps the log", SQL.log_kept, "GB", 1, 20,
        risk="The disk fills until the slot is received from or dropped.",
        remedy="Start what receives from the slot, or drop the slot if nobody does.",
    ),
)  # fmt: skip
