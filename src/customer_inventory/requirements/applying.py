"""What is approved is put in force: judged on what is held first, then at once and everywhere.

An edition is made of what is in force and what is newly approved. From the moment it is committed
every service holds writes to it; what is held already stays readable, and what of it falls short
becomes findings.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from customer_inventory.access.decision import Decision
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict
from customer_inventory.record import finding
from customer_inventory.record.finding import Finding
from customer_inventory.record.register.declaring import has_records
from customer_inventory.record.register.edition import Edition
from customer_inventory.record.register.keeping import keep
from customer_inventory.record.register.scan import failing
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import register
from customer_inventory.requirements.compiling import compiled
from customer_inventory.requirements.judging import Judgement, Progress, judge
from customer_inventory.requirements.register import LIFE, SHIPPED, Versioned
from customer_inventory.requirements.requirement import Requirement
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

NOT_FULFILLED = "requirements.notFulfilled"
"""The kind of findings that say which record falls short of which requirement."""


@dataclass(frozen=True)
class Applied:
    """What was put in force: the number of the edition, and the requirements that are new in it."""

    number: int
    requirements: tuple[str, ...]


async def candidate(
    database: Database, drafts: Iterable[Requirement] = (), only: Iterable[str] = ()
) -> tuple[Edition, frozenset[str]]:
    """Return the edition that would come, and the ids of what would be new in it.

    New are `drafts`, taken as if they were approved; without any, what people approved, or those
    of `only`.
    """
    enforced = {each.requirement.id: each.requirement for each in await in_force(database)}
    wanted = {each.id: each for each in drafts}
    if not wanted:
        chosen = await _approved(database, tuple(only))
        wanted = {each.requirement.id: each.requirement for each in chosen}
    new = frozenset(key for key, each in wanted.items() if enforced.get(key) != each)
    return compiled({**enforced, **wanted}.values()), new


async def in_force(database: Database) -> list[Versioned]:
    """Return the versions that are in force, by id."""
    return await register.in_state(database, "enforced")


async def dry_run(
    database: Database,
    drafts: Iterable[Requirement] = (),
    only: Iterable[str] = (),
    *,
    progress: Progress = lambda *_: None,
) -> list[Judgement]:
    """Return how what is held stands to what would be new in force; nothing changes."""
    edition, new = await candidate(database, drafts, only)
    return await judge(database, edition, only=new, progress=progress)


async def apply(
    database: Database, only: Iterable[str] = (), *, by: Decision, actor: Actor
) -> Applied:
    """Put in force what people approved, or what is approved of `only`, in one step.

    What ships with the product is put in force by its id alone. Raises Conflict when nothing is
    approved, NoSuchRequirement for an id that is not known.
    """
    async with database.transaction() as connection:
        await hold(connection)
        chosen = await _approved(database, tuple(only))
        if not chosen:
            raise Conflict("Nothing is approved.", hint="`cinv req list` tells states.")
        before = {each.requirement.id: each for each in await in_force(database)}
        for each in chosen:
            await LIFE.enforce(connection, each.requirement.id, each.version, by=by)
            before[each.requirement.id] = each
        number = await _keep(connection, before.values(), actor)
    return Applied(number, tuple(each.requirement.id for each in chosen))


async def retire(database: Database, identifier: str, *, by: Decision, actor: Actor) -> None:
    """Let a requirement hold no more; its history stays, and its id is not used again.

    Raises NoSuchRequirement, and Conflict when none of it is approved or in force, when a version
    is under way, and for a declared type of which there are records.
    """
    async with database.transaction() as connection:
        await hold(connection)
        await _refuse_if_kept(connection, await register.versions(database, identifier))
        await LIFE.retire(connection, identifier, by=by)
        rest = [each for each in await in_force(database) if each.requirement.id != identifier]
        await _keep(connection, rest, actor)


async def find_failing(
    database: Database, *, owner: str | None = None, progress: Progress = lambda *_: None
) -> tuple[int, int]:
    """Make findings of what falls short of what is in force; return how many are open and closed.

    What falls short no more is closed.
    """
    edition = compiled(each.requirement for each in await in_force(database))
    begun, opened = await finding.clock(database), 0
    for name, enforced in edition.types.items():
        looked_at = 0
        async for count, failed in failing(database, TYPES[name], enforced):
            looked_at += count
            found = [
                Finding(
                    key=(each.id, requirement),
                    evidence={"requirement": requirement, "source": each.source},
                    record_type=name,
                    record_id=each.id,
                )
                for each in failed
                for requirement in each.requirements
            ]
            await finding.raised(database, NOT_FULFILLED, found, owner=owner)
            opened += len(found)
            progress(name, looked_at)
    return opened, await finding.close_older(database, NOT_FULFILLED, begun)


async def _refuse_if_kept(connection: Connection, ending: Iterable[Versioned]) -> None:
    """Raise Conflict for a declared record type of which there are records: they would be lost."""
    for each in ending:
        declared = TYPES.get(each.requirement.type)
        if each.state != "enforced" or each.requirement.declares is None or declared is None:
            continue
        if await has_records(connection, declared):
            raise Conflict(
                f"There are records of {declared.name}.", hint="Remove or erase them first."
            )


async def hold(connection: Connection) -> None:
    """Let no other edition be made until the transaction ends."""
    await connection.execute(SQL.hold_register)


async def _keep(connection: Connection, versions: Iterable[Versioned], actor: Actor) -> int:
    return await keep(connection, compiled(each.requirement for each in versions), actor=actor)


async def _approved(database: Database, only: Sequence[str]) -> list[Versioned]:
    approved = await register.in_state(database, "approved")
    if not only:
        return [each for each in approved if each.proposed_by != SHIPPED]
    chosen = {each.requirement.id: each for each in approved}
    for identifier in only:
        if identifier not in chosen:
            await register.versions(database, identifier)
            raise Conflict(
                f"{identifier} is not approved.", hint=f"`cinv req show {identifier}` tells more."
            )
    return [chosen[identifier] for identifier in dict.fromkeys(only)]
