"""A process that dispatches events and nothing else, under a clock that runs fast.

`python -m tests.faults.dispatching DSN START FACTOR`: simulated time begins at START (seconds of
Unix time) and runs FACTOR times as fast as the wall clock's. A line on standard output says that it
has begun.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from customer_inventory.access.guard import Guard
from customer_inventory.access.ledger import Ledger
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database
from customer_inventory.tmf.events import Events

SETTINGS = Settings(home=Path("unused"), callback_allow="127.0.0.0/8")


async def dispatch(dsn: str, start: float, factor: float) -> None:
    def clock() -> datetime:
        return datetime.fromtimestamp(start, UTC) + timedelta(
            seconds=(time.time() - start) * factor
        )

    async with Database(dsn, pool_size=4) as database:
        events = Events(
            database, Guard(database), Ledger(database), SETTINGS, "http://here", clock=clock
        )
        await events.start()
        sys.stdout.write("dispatching\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(dispatch(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))
