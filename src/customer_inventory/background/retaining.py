"""All that the house lets go of in time, in one list: what by which rule, what is due, and how.

What is removed by a policy of retention, and what is kept for some days only. Each has a name by
which it can be run by itself; the service runs all of them.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from customer_inventory.access.download import ending
from customer_inventory.access.log.house import retirer_of
from customer_inventory.access.log.retiring import DUE, HELD
from customer_inventory.access.person import account
from customer_inventory.capture.matching import pair
from customer_inventory.capture.stream import seen
from customer_inventory.facilities.backup.catalogue import Folder
from customer_inventory.facilities.backup.expiring import expire
from customer_inventory.holding import retainer_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import nearest
from customer_inventory.kit.settings import Settings
from customer_inventory.record.event import announcing, outbox, progress
from customer_inventory.record.retention.policy import policy_of
from customer_inventory.record.retention.run import runs
from customer_inventory.store.database import Database

_DEAD_LETTERS = timedelta(days=30)
"""As the service keeps them (`tmf.events`)."""
Due = Callable[[], Awaitable[str]]
Run = Callable[[Actor], Awaitable[str]]


@dataclass(frozen=True)
class Retained:
    """Something that goes in time: what, by which rule and setting, how often the service looks.

    `due` says what would go now, `run` lets it go and says what went. `held` tells that a legal
    hold is honoured; without a rule `is_on` is false, and nothing ever goes.
    """

    name: str
    what: str
    rule: str
    every: str
    due: Due
    run: Run
    is_on: bool = True
    heeds_holds: bool = False


def retained(database: Database, settings: Settings) -> Mapping[str, Retained]:
    """Return all that goes in time, by name."""
    return {
        each.name: each
        for each in (
            _records(database, settings),
            _ledger(database, settings),
            _events(database, settings),
            _backups(settings),
            _downloads(database, settings),
            _forgotten("seen", "events of streams that were taken in, to know them again",
                       "7 weeks", lambda: seen.forget(database)),
            _forgotten("checked", "documents that were only checked for duplicates",
                       f"{pair.CHECKED_DAYS} days", lambda: pair.forget_checked(database)),
            _forgotten("sessions", "sessions and enrolments of people that have ended",
                       "at once", lambda: account.forget_expired(database, now())),
        )
    }  # fmt: skip


def chosen(every: Mapping[str, Retained], names: tuple[str, ...]) -> list[Retained]:
    """Return those of these names, all that are on without any; raise Invalid for another name."""
    for name in names:
        if name not in every:
            raise Invalid(f"Nothing is called {name}.{nearest(name, every)}", path="name")
    return [every[name] for name in names] or [each for each in every.values() if each.is_on]


def _records(database: Database, settings: Settings) -> Retained:
    policy = policy_of(settings.retention)

    async def due() -> str:
        last = await runs(database, limit=1)
        if not last:
            return "it has never run"
        counts = last[0].lines()
        told = ", ".join(
            f"{sum(each['count'] for each in counts if each['state'] == state)} {state}"
            for state in ("removed", "held", "waiting")
        )
        return f"last run {last[0].begun_at:%Y-%m-%d}: {told}"

    async def run(actor: Actor) -> str:
        done = await retainer_of(database, settings).run(actor=actor)
        return (
            f"{sum(each['count'] for each in done.lines() if each['state'] == 'removed')} removed"
        )

    rule = f"{len(policy.rules)} rules of {policy.origin}" if policy else "none (CINV_RETENTION)"
    return Retained("records", "records and groups of attributes past their time", rule, "night",
                    due, run, policy is not None, heeds_holds=True)  # fmt: skip


def _ledger(database: Database, settings: Settings) -> Retained:
    retirer = retirer_of(database, settings)

    async def due() -> str:
        standing = await retirer.plan()
        counted = [sum(each.state == state for each in standing) for state in (DUE, HELD)]
        return f"{counted[0]} months due, {counted[1]} held, of {len(standing)}"

    async def run(actor: Actor) -> str:
        return f"{len(await retirer.run(actor=actor))} months retired"

    rule = f"{retirer.rule.name}" if retirer.rule else "none ([ledger] in CINV_RETENTION)"
    return Retained("ledger", "months of the access ledger", rule, "night", due, run,
                    retirer.rule is not None, heeds_holds=True)  # fmt: skip


def _events(database: Database, settings: Settings) -> Retained:
    kept = timedelta(days=settings.event_retention_days)

    async def due() -> str:
        return f"what every listener has and is from before {now() - kept:%Y-%m-%d}"

    async def run(_: Actor) -> str:
        gone = await outbox.prune(database, before=now() - kept)
        dead = await progress.forget_dead(database, before=now() - _DEAD_LETTERS)
        await announcing.forget(database, before=now() - max(kept, _DEAD_LETTERS))
        return f"{gone} events, {dead} dead letters"

    rule = f"{kept.days} days (CINV_EVENT_RETENTION_DAYS), dead letters {_DEAD_LETTERS.days}"
    return Retained("events", "events of the outbox, and dead letters", rule, "night", due, run)


def _backups(settings: Settings) -> Retained:
    keep = timedelta(days=settings.backup_days)

    def gone(*, dry_run: bool) -> str:
        if settings.backup is None:
            return "nothing"
        found = expire(Folder(settings.backup), keep, dry_run=dry_run)
        return f"{len(found.backups)} backups, {found.segments} segments of log"

    async def due() -> str:
        return gone(dry_run=True)

    async def run(_: Actor) -> str:
        return gone(dry_run=False)

    is_on = settings.backup is not None and not settings.database_url
    rule = f"{keep.days} days (CINV_BACKUP_DAYS)" if is_on else "none (CINV_BACKUP)"
    return Retained("backups", "backups that no restore needs", rule, "backup", due, run, is_on)


def _downloads(database: Database, settings: Settings) -> Retained:
    async def due() -> str:
        return "files past their time"

    async def run(actor: Actor) -> str:
        await ending.expire(database, settings.home, by=actor.process)
        return "files past their time are gone"

    rule = f"{settings.download_hours} hours (CINV_DOWNLOAD_HOURS)"
    return Retained("downloads", "files of downloads", rule, "10 minutes", due, run)


def _forgotten(name: str, what: str, rule: str, work: Callable[[], Awaitable[None]]) -> Retained:
    async def due() -> str:
        return "what is older"

    async def run(_: Actor) -> str:
        await work()
        return "done"

    return Retained(name, what, rule, "night", due, run)
