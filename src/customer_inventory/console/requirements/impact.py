"""What a requirement would mean for what is held, told by the code that judges it in force."""

from typing import Any

from customer_inventory.requirements.applying import dry_run
from customer_inventory.requirements.requirement import Requirement
from customer_inventory.store.database import Database

_MOST = 10


async def impact(database: Database, draft: Requirement) -> dict[str, Any]:
    """Return how many records would fail it, from which sources, in which segments, and some."""
    judged = await dry_run(database, [draft])
    if not judged:
        return {"isNew": False, "lookedAt": 0, "failed": 0, "share": 0.0}
    (each,) = judged
    return {
        "isNew": True,
        "lookedAt": each.looked_at,
        "failed": each.failed,
        "share": each.share,
        "bySource": dict(each.by_source.most_common(_MOST)),
        "bySegment": dict(each.by_segment.most_common(_MOST)),
        "type": each.record_type,
        "records": each.named,
    }
