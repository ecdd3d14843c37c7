"""The jobs of the house and when they are due, wired over all rooms."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from customer_inventory.access.download import downloads
from customer_inventory.access.download.downloads import Downloads
from customer_inventory.access.grant.watching import WATCH, keep_watch, patience_of
from customer_inventory.access.house import PROCESS, PURPOSE
from customer_inventory.access.log.house import do_ledger_jobs
from customer_inventory.access.person import account as accounts
from customer_inventory.access.reporting import watching as reporting
from customer_inventory.audit.job import AUDIT, NIGHTLY, auditing
from customer_inventory.background.cataloguing import check_catalogue
from customer_inventory.background.handing_over import hand_over
from customer_inventory.background.origins import origins_of
from customer_inventory.background.tasks import tasks_of
from customer_inventory.capture import brought
from customer_inventory.capture.matching import pair
from customer_inventory.capture.process import scheduling
from customer_inventory.capture.process.scheduling import at_own_times
from customer_inventory.capture.quarantine import job as quarantine
from customer_inventory.capture.reconcile import job as reconcile
from customer_inventory.capture.stream import seen
from customer_inventory.facilities.repository.finding import CHECK as CHECK_CATALOGUE
from customer_inventory.facilities.standing.server import MEASURE, measure
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.settings import Settings
from customer_inventory.monthly.delivering import MONTH_REPORT
from customer_inventory.record.choice.job import CHOICES, settle_at_first
from customer_inventory.record.choice.settling import settle_all
from customer_inventory.record.finding import CHECK_REFERENCES, check_references
from customer_inventory.record.identity import trust
from customer_inventory.record.job import Handler, Jobs
from customer_inventory.record.retention.run import RETAIN, Retainer
from customer_inventory.record.search import word
from customer_inventory.record.subject.erasing import Eraser
from customer_inventory.record.subject.job import (
    ERASE,
    ERASE_ONE,
    OVERDUE,
    RESTRICTIONS,
    erase_one,
    look_for_overdue,
    settle_restrictions,
)
from customer_inventory.requirements.following import FOLLOW as FOLLOW_EDITION
from customer_inventory.requirements.following import follow
from customer_inventory.store.database import Database
from customer_inventory.tmf.events import PRUNE, Events
from customer_inventory.usage.anomaly import job as anomaly
from customer_inventory.usage.cost import alerting
from customer_inventory.usage.last_read import FOLLOW as FOLLOW_READS
from customer_inventory.usage.last_read import follow_reads
from customer_inventory.usage.metering import job as metering

EVERY_NIGHT = "17 3 * * *"
FIRST_OF_MONTH = "30 6 1 * *"
EVERY_HOUR = "47 * * * *"
EVERY_MINUTE = "* * * * *"
EVERY_TEN_MINUTES = "*/10 * * * *"

_HOUSE = Actor(PROCESS, PURPOSE)
Work = Callable[[Mapping[str, Any], Actor], Awaitable[None]]


def jobs_of(
    database: Database,
    settings: Settings,
    *,
    events: Events,
    eraser: Eraser,
    retainer: Retainer,
    downloads_here: Downloads,
    around: Callable[[str, Handler], Handler] = lambda _, do: do,
) -> Jobs:
    """Return the queue of `database` with everything that the rooms do in it."""
    jobs = Jobs(database, around)

    def regularly(when: str, name: str, work: Work) -> None:
        jobs.handle(name, work)
        jobs.every(when, name, actor=_HOUSE)

    async def ended(_: Mapping[str, Any], __: Actor) -> None:
        await accounts.forget_expired(database, now())

    jobs.handle(trust.FOLLOW, trust.following(database))
    jobs.handle(ERASE_ONE, erase_one(eraser))
    for name, work in (
        (quarantine.REPLAY, quarantine.replaying(database, settings)),
        (reconcile.REPAIR, reconcile.repairing(database, settings)),
        (FOLLOW_EDITION, _over(database, follow)),
    ):
        jobs.handle(name, work)
    tasks = tasks_of(database, settings, eraser=eraser, retainer=retainer)
    jobs.handle(AUDIT, auditing(database, origins_of(database)))
    jobs.handle(NIGHTLY, at_own_times(database, "audit", tasks["audit"]))
    if settings.audit:
        jobs.every(EVERY_NIGHT, NIGHTLY, actor=_HOUSE)
    jobs.handle(scheduling.RUN, scheduling.running(database, settings, tasks))
    regularly(EVERY_MINUTE, scheduling.LOOK, scheduling.looking(database))
    jobs.handle(downloads.MAKE, downloads_here.make)
    regularly(EVERY_NIGHT, CHECK_REFERENCES, _over(database, check_references))
    regularly(EVERY_NIGHT, MEASURE, _over(database, partial(measure, settings=settings)))
    regularly(EVERY_NIGHT, CHECK_CATALOGUE, _over(database, check_catalogue))
    regularly(EVERY_NIGHT, PRUNE, events.prune)
    regularly(EVERY_NIGHT, seen.FORGET, _over(database, seen.forget))
    regularly(EVERY_NIGHT, brought.PUT_IN_ORDER, _over(database, brought.put_in_order))
    regularly(EVERY_NIGHT, pair.FORGET, _over(database, pair.forget_checked))
    regularly(EVERY_NIGHT, word.MEND_WORDS, _over(database, word.mend))
    regularly(EVERY_NIGHT, OVERDUE, look_for_overdue(database))
    regularly(EVERY_NIGHT, accounts.FORGET_EXPIRED, ended)
    regularly(EVERY_HOUR, ERASE, at_own_times(database, "erasure", tasks["erasure"]))
    regularly(EVERY_HOUR, RESTRICTIONS, settle_restrictions(database))
    regularly(EVERY_NIGHT, CHOICES, _over(database, settle_all))
    regularly(EVERY_HOUR, WATCH, keep_watch(database, patience_of(settings)))
    regularly(EVERY_HOUR, FOLLOW_READS, _over(database, follow_reads))
    regularly(EVERY_HOUR, anomaly.LOOK, _over(database, anomaly.look_for_anomalies))
    regularly(EVERY_HOUR, metering.MEASURE, _over(database, metering.measure))
    regularly(EVERY_NIGHT, metering.LOOK, _over(database, metering.look_at_storage))
    regularly(EVERY_HOUR, alerting.WATCH, _over(database, alerting.watch))
    regularly(EVERY_TEN_MINUTES, metering.METER, _over(database, metering.meter_ledger))
    regularly(EVERY_TEN_MINUTES, reporting.WATCH, _over(database, reporting.watch))
    hand_over(jobs, database, settings, _HOUSE)
    regularly(EVERY_TEN_MINUTES, downloads.SWEEP, downloads_here.sweep)
    jobs.handle(RETAIN, at_own_times(database, "retention", tasks["retention"]))
    if settings.retention is not None:
        jobs.every(EVERY_NIGHT, RETAIN, actor=_HOUSE)
    jobs.handle(MONTH_REPORT, at_own_times(database, "monthReport", tasks["monthReport"]))
    if settings.reports is not None:
        jobs.every(FIRST_OF_MONTH, MONTH_REPORT, actor=_HOUSE)
    retire = at_own_times(database, "ledgerRetention", tasks["ledgerRetention"])
    do_ledger_jobs(jobs, database, settings, EVERY_NIGHT, retire=retire)
    return jobs


async def begin(database: Database) -> None:
    """Put in the queue what an inventory has to do once: it may be older than this version."""
    await settle_at_first(database, _HOUSE)


def _over(database: Database, work: Callable[[Database], Awaitable[object]]) -> Work:
    """Return the job that does `work` over a database."""

    async def job(_: Mapping[str, Any], __: Actor) -> None:
        await work(database)

    return job
