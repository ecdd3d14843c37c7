"""How many rows the server expects of a statement, by the plan that it makes; nothing is run."""

from collections.abc import Mapping
from typing import Any

import msgspec

from customer_inventory.store.database import Database


async def expected_rows(database: Database, statement: str, *arguments: Any) -> int:
    """Return how many rows the server, asked for a plan, expects of a statement."""
    told = await database.value(f"EXPLAIN (FORMAT JSON) {statement}", *arguments)
    return _rows_of(msgspec.json.decode(told)[0]["Plan"])


def _rows_of(plan: Mapping[str, Any]) -> int:
    """Return how many rows a plan expects; of shards, what is told of one stands for each."""
    if "Distributed Query" not in plan:
        return int(plan["Plan Rows"])
    job = plan["Distributed Query"]["Job"]
    return int(job["Task Count"]) * int(job["Tasks"][0]["Remote Plan"][0][0]["Plan"]["Plan Rows"])
