"""The tasks that the house does to keep the inventory in order, wired over all rooms."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from customer_inventory.access.decision import Decision
from customer_inventory.access.grant import recertifying
from customer_inventory.access.house import PURPOSE, trace
from customer_inventory.access.log.house import retirer_of
from customer_inventory.access.log.partition import Month
from customer_inventory.access.operation import Operation
from customer_inventory.audit.job import audited
from customer_inventory.background.advising import tried_on
from customer_inventory.background.assessing import assessment_task
from customer_inventory.background.handing_over import register_task
from customer_inventory.background.origins import origins_of
from customer_inventory.background.restoring import audit_errors
from customer_inventory.capture.matching.finding import find_pairs
from customer_inventory.capture.matching.normal import MATCHED
from customer_inventory.capture.matching.threshold import Thresholds
from customer_inventory.capture.process.task import Figures, Name, Work
from customer_inventory.facilities.backup import drilled
from customer_inventory.facilities.backup.drilling import drill
from customer_inventory.facilities.backup.expiring import expire
from customer_inventory.facilities.backup.taking import back_up
from customer_inventory.facilities.backup.vault import vault_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.settings import Settings
from customer_inventory.monthly import keeping
from customer_inventory.monthly.delivering import deliver
from customer_inventory.record.retention.run import Retainer
from customer_inventory.record.sight import Sight
from customer_inventory.record.subject.erasing import Eraser
from customer_inventory.record.subject.job import LONG_ENOUGH
from customer_inventory.record.subject.request import overdue
from customer_inventory.record.types import named
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.store.together import together

_MEGABYTE = 1_000_000
_TO_DECIDE = timedelta(days=30)
"""How long owners of data have to confirm grants."""


def tasks_of(
    database: Database, settings: Settings, *, eraser: Eraser, retainer: Retainer
) -> Mapping[Name, Work]:
    """Return what the house does of each task that is its own."""
    return {
        "duplicates": _duplicates(database, settings),
        "audit": _audit(database),
        "retention": _retention(retainer),
        "ledgerRetention": _ledger_retention(database, settings),
        "erasure": _erasure(database, eraser),
        "baseBackup": _base_backup(settings),
        "drill": _drill(database, settings),
        "assessment": assessment_task(database, settings),
        "shortcomingRegister": register_task(database, settings),
        "recertification": _recertification(database),
        "monthReport": _month_report(database, settings),
    }


def _base_backup(settings: Settings) -> Work:
    async def work(_: Actor) -> Figures:
        vault = vault_of(settings)
        taken = await back_up(EmbeddedServer(settings.home), vault)
        gone = expire(vault.folder, timedelta(days=settings.backup_days))
        return {
            "megabytes": round(taken.size / _MEGABYTE, 1),
            "stored": round(taken.stored / _MEGABYTE, 1),
            "expired": len(gone.backups),
        }

    return work


def _drill(database: Database, settings: Settings) -> Work:
    async def work(actor: Actor) -> Figures:
        async def look(dsn: str) -> int:
            errors = await audit_errors(dsn)
            # The copy is there: indexes that the workload lacks are tried on it as well.
            await tried_on(database, settings, dsn, actor=actor)
            return errors

        vault = vault_of(settings)
        done = await drill(EmbeddedServer(settings.home), vault, audit=look)
        await drilled.keep(database, done, actor=actor)
        return {
            "recovery": round(done.recovery_seconds, 1),
            "point": round(done.point_seconds, 2),
            "different": len(done.differences),
            "errors": done.audit_errors or 0,
        }

    return work


def _retention(retainer: Retainer) -> Work:
    async def work(actor: Actor) -> Figures:
        counted: Counter[str] = Counter()
        for line in (await retainer.run(actor=actor)).lines():
            counted[line["state"]] += line["count"]
        return {state: counted[state] for state in ("removed", "held", "waiting")}

    return work


def _ledger_retention(database: Database, settings: Settings) -> Work:
    retirer = retirer_of(database, settings)

    async def work(actor: Actor) -> Figures:
        retired = await retirer.run(actor=actor)
        return {"months": len(retired), "entries": sum(each.entries or 0 for each in retired)}

    return work


def _erasure(database: Database, eraser: Eraser) -> Work:
    async def work(actor: Actor) -> Figures:
        finished = await eraser.resume(begun_before=now() - LONG_ENOUGH, actor=actor)
        return {"finished": finished, "overdue": len(list(await overdue(database)))}

    return work


def _recertification(database: Database) -> Work:
    async def work(actor: Actor) -> Figures:
        lapsed = await recertifying.lapse(database, process=actor.process)
        by = Decision(actor.person or actor.process, actor.process, "is due")
        due = now() + _TO_DECIDE
        title = f"Recertification of {now():%Y-%m-%d}"
        async with together(database) as within:
            opened = await recertifying.open_campaign(within, title, due_at=due, by=by)
            ids = [opened[0]] if opened else []
            await trace(within, actor, Operation.CREATE, "campaign", ids, reason=title)
        return {"asked": opened[1] if opened else 0, "lapsed": len(lapsed)}

    return work


def _month_report(database: Database, settings: Settings) -> Work:
    async def work(actor: Actor) -> Figures:
        month = Month.of(now()).before
        made = await deliver(database, settings, month, actor=actor)
        await keeping.forget(database)
        return {"delivered": len(made)}

    return work


def _audit(database: Database) -> Work:
    async def work(actor: Actor) -> Figures:
        outcomes = (await audited(database, origins_of(database), actor=actor)).outcomes
        return {
            "rules": len(outcomes),
            "failed": sum(each.failed for each in outcomes),
            "breached": sum(each.is_breached for each in outcomes),
            "errors": sum(each.error is not None for each in outcomes),
        }

    return work


def _duplicates(database: Database, settings: Settings) -> Work:
    async def work(actor: Actor) -> Figures:
        counted: Counter[str] = Counter(records=0, pairs=0, merged=0)
        for kind in MATCHED:
            made = await find_pairs(
                database,
                named(kind),
                actor=actor,
                thresholds=Thresholds.of(settings),
                sight=Sight(PURPOSE),
            )
            said = f"{made.records} records, {made.pairs} pairs, {made.merged} merged"
            await trace(database, actor, Operation.READ, "pair", (), reason=said)
            counted.update(records=made.records, pairs=made.pairs, merged=made.merged)
        return dict(counted)

    return work
