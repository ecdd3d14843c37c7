"""Durability: whether what was acknowledged stays."""

from customer_inventory.shortcomings.check import Check
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHECKS = (
    Check(
        "DUR01", "A setting may lose what was acknowledged", SQL.not_durable, "setting", 1, 2,
        risk="A loss of power costs customers' data, or damages it unnoticed.",
        remedy="Switch it on; checksums need pg_checksums on a stopped server.",
    ),
    Check(
        "DUR02", "Checkpoints are forced", SQL.forced_checkpoints, "%", 20, 80,
        floor=50, floor_unit="checkpoints", least_days=7,
        risk="Writes wait, and the log carries more images of pages.",
        remedy="Allow a longer log (max_wal_size).",
    ),
    Check(
        "DUR03", "The log is not archived", SQL.archive_fails, "segments", 1, 10,
        floor=1, floor_unit="segments",
        risk="The inventory cannot be restored to a later instant, and the disk fills.",
        remedy="Look at what archive_command says in the server's log.",
    ),
    Check(
        "DUR04", "A replica is behind", SQL.replicas_behind, "s", 30, 600,
        risk="It answers with what was, and a loss of the primary costs what it has not got.",
        remedy="Look at its disk and network, and at long statements there.",
    ),
    Check(
        "DUR06", "Nobody receives from a slot", SQL.lost_slots, "slot", 1, 2,
        risk="The log is kept for it until the disk is full, or it is lost to it.",
        remedy="Start what receives from it (cinv serve with CINV_BACKUP), or drop it.",
    ),
)  # fmt: skip
