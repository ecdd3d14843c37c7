"""PgQueuer, the library of the queue of jobs, as we use it: in a schema of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pgqueuer import PgQueuer
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.db import AsyncpgDriver
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.settings import DBSettings
from pgqueuer.queries import Queries
from pgqueuer.types import Channel

from customer_inventory.store.database import Connection, Database

__all__ = ("RetryRequested", "queries_of", "worker_of")

_SETTINGS = DBSettings(db_schema="job", channel=Channel("job_changed"))


def queries_of(connection: Connection) -> Queries:
    """Return the statements of the queue, run by a connection."""
    return Queries(
        AsyncpgDriver(connection),
        qbe=QueryBuilderEnvironment(_SETTINGS),
        qbq=QueryQueueBuilder(_SETTINGS),
        qbs=QuerySchedulerBuilder(_SETTINGS),
    )


@asynccontextmanager
async def worker_of(database: Database) -> AsyncIterator[PgQueuer]:
    """Lend a worker on the queue, with a connection of its own."""
    async with database.session() as connection:
        driver = AsyncpgDriver(connection)
        queries = queries_of(connection)
        yield PgQueuer(driver, channel=Channel(_SETTINGS.channel), queries=queries)
