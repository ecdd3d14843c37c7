"""What goes on in the background: jobs, events, the ledger, its partitions, retention."""

from datetime import timedelta

from customer_inventory.access.log import partition, sealing
from customer_inventory.access.log.partition import Month
from customer_inventory.facilities.standing.line import Line, aged, graded
from customer_inventory.kit.clock import now
from customer_inventory.kit.settings import Settings
from customer_inventory.record import job
from customer_inventory.record.event import subscription
from customer_inventory.record.retention.run import runs
from customer_inventory.store.database import Database

_WAITING_SECONDS = (300, 3600)
_BEHIND_EVENTS = (10_000, 1_000_000)
_UNSEALED_SECONDS = (300, 3600)
_CHECKPOINT = timedelta(days=2)
_MONTHS = (1, 0)
_RETENTION = timedelta(days=2)


async def of_work(database: Database, settings: Settings) -> list[Line]:
    """Return how the work in the background goes."""
    return [
        *await _jobs(database),
        await _events(database),
        await _ledger(database),
        await of_partitions(database),
        await _retention(database, settings),
    ]


async def _jobs(database: Database) -> list[Line]:
    row = await job.standing(database)
    serve = "Jobs are done by a service: cinv serve."
    oldest = 0.0 if row["oldest"] is None else (now() - row["oldest"]).total_seconds()
    state = graded(oldest, *_WAITING_SECONDS)
    said = f"{row['waiting']} wait, {row['running']} run"
    if row["oldest"] is not None:
        said = f"{said}; the oldest is due since {aged(oldest)}"
    failed = row["failed"]
    held = Line(
        "failed jobs",
        "attention" if failed else "ok",
        f"{failed} are held" if failed else "none",
        "The service's log tells why each failed.",
        failed,
    )
    return [Line("jobs", state, said, serve, oldest, "s"), held]


async def _events(database: Database) -> Line:
    rows = await subscription.standing(database)
    if not rows:
        return Line("events", "ok", "nobody listens", value=0)
    behind = max(row["behind"] for row in rows)
    dead = sum(row["dead"] for row in rows)
    ill = [row["id"] for row in rows if row["health"] != "healthy"]
    said = f"{len(rows)} listeners, {behind} events behind at most"
    if ill or dead:
        said = f"{said}; {len(ill)} not healthy, {dead} dead letters"
    state = graded(behind, *_BEHIND_EVENTS)
    if state == "ok" and (ill or dead):
        state = "attention"
    return Line("events", state, said, "cinv event health, cinv event dead", behind, "events")


async def _ledger(database: Database) -> Line:
    since = await sealing.waiting_since(database)
    waiting = 0.0 if since is None else (now() - since).total_seconds()
    latest = await sealing.latest(database)
    state = graded(waiting, *_UNSEALED_SECONDS)
    hint = "A service seals the ledger: cinv serve; then cinv usage ledger verify."
    if latest is None:
        return Line("ledger", state, "no checkpoint yet", hint, waiting, "s")
    age = now() - latest["signed_at"]
    said = (
        f"sealed up to {aged(waiting)} ago, {latest['size']} entries under a checkpoint of "
        f"{aged(age.total_seconds())} ago"
    )
    if state == "ok" and since is not None and age > _CHECKPOINT:
        state = "attention"
    return Line("ledger", state, said, hint, waiting, "s")


async def of_partitions(database: Database) -> Line:
    """Return how far ahead the partitions of the ledger are made."""
    async with database.connection() as connection:
        there = await partition.partitions(connection)
    current, ahead = Month.of(now()), 0
    while current in there:
        current, ahead = current.next, ahead + 1
    said = f"the ledger has {len(there)}: months ahead that are made, this one among them: {ahead}"
    return Line(
        "partitions",
        graded(ahead, *_MONTHS, low_is_bad=True),
        said,
        "cinv db partition",
        ahead,
        "months",
    )


async def _retention(database: Database, settings: Settings) -> Line:
    if settings.retention is None:
        return Line(
            "retention",
            "attention",
            "no policy is in force (CINV_RETENTION)",
            "Nothing is removed when its time has come: cinv subject retention policy.",
        )
    last = await runs(database, limit=1)
    if not last:
        return Line("retention", "attention", "it has never run", "cinv db retain")
    begun = last[0].begun_at
    age = now() - begun
    said = f"the last run began {aged(age.total_seconds())} ago"
    late = age > _RETENTION or last[0].ended_at is None
    return Line(
        "retention", "attention" if late else "ok", said, "cinv db retain", age.total_seconds(), "s"
    )
