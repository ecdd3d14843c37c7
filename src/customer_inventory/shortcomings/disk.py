"""The disk that the database is on, as the system tells of it."""

import shutil
from pathlib import Path

from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings.assessing import judged, skipped
from customer_inventory.shortcomings.check import Check, Outcome

DISK = Check(
    "CAP03", "The disk is nearly full", "", "% used", 80, 90,
    risk="The database takes no writes any more when it is full.",
    remedy="Make it larger, or remove what is past its time (cinv subject retention).",
)  # fmt: skip
CHECKS = (DISK,)

ELSEWHERE = "CINV_DATABASE_URL names another PostgreSQL, whose disk is not seen from here"


def of_disk(settings: Settings, check: Check = DISK) -> Outcome:
    """Return what came of the check of the disk."""
    if settings.database_url:
        return skipped(check, ELSEWHERE)
    try:
        used, free = room(settings.home)
    except OSError as error:
        return skipped(check, f"{settings.home} cannot be looked at: {error.strerror}")
    share = round(100 * used / max(used + free, 1), 1)
    row = {"object": "disk", "value": share, "figures": {"used": used, "free": free}}
    return judged(check, [row])


def room(home: Path) -> tuple[int, int]:
    """Return what is used of the disk on which `home` lies, and what is free to us, in bytes."""
    usage = shutil.disk_usage(home)
    return usage.used, usage.free
