"""An explanation of one decision: the doors' own functions are asked, and each is named.

Nothing is decided here. What is permitted is asked of a session, what is left of a quota of its
row, whether a record is shown of the read that would show it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from customer_inventory.access.explain.scope import scope_steps
from customer_inventory.access.explain.step import Step
from customer_inventory.access.explain.withheld import withheld_steps
from customer_inventory.access.guard import Session, session_for
from customer_inventory.access.operation import Operation
from customer_inventory.access.quota.use import Use, use_of
from customer_inventory.access.registration import EVERY_TYPE, NoSuchProcess
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid, NotFound, Refused
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.sight import Sight
from customer_inventory.record.types import TYPES, named
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether it is permitted, by which rule, and every rule that was asked, in order.

    The deciding rule is the first that refuses; where none does, the permission.
    """

    permitted: bool
    rule: str
    steps: tuple[Step, ...]


async def explain(
    inventory: Inventory,
    database: Database,
    *,
    process: str,
    purpose: str,
    operation: Operation,
    record_type: str,
    identifier: str | None = None,
) -> Explanation:
    """Explain whether `process` may do `operation` on records of a type, or on one of them, now.

    Raises NoSuchProcess, and Invalid for a record type that is none.
    """
    _check_type(record_type)
    state = await database.value(SQL.state_of_process, process)
    if state is None:
        raise NoSuchProcess(process)
    steps = [Step("process", state == "active", f"{process} is {state}.")]
    session = await session_for(database, process=process, purpose=purpose)
    permissions = await database.fetch(SQL.permissions_of, process, purpose)
    steps.append(_permission(session, permissions, operation, record_type))
    if not steps[-1].permits:
        steps += [_grant(row) for row in await database.fetch(SQL.latest_grant, process, purpose)]
    steps += await _quotas(database, Actor(process, purpose), record_type)
    if session is not None:
        steps += await scope_steps(database, session, record_type, identifier)
        steps += await withheld_steps(database, session, record_type, identifier)
    if identifier is not None and session is not None:
        steps.append(await _record(inventory, record_type, identifier, session.sight))
    return _concluded(steps)


async def explain_to(
    session: Session,
    inventory: Inventory,
    database: Database,
    *,
    operation: Operation,
    record_type: str,
    identifier: str | None = None,
) -> Explanation:
    """Explain to whoever has `session` what it may do, as `explain` does.

    Raises Invalid for a record type that is none.
    """
    _check_type(record_type)
    actor = session.actor
    permissions = await database.fetch(SQL.permissions_of, actor.process, actor.purpose)
    steps = [_permission(session, permissions, operation, record_type)]
    steps += await _quotas(database, actor, record_type)
    # Why a record is not there is not for who may not see it.
    steps += await scope_steps(database, session, record_type, None)
    if identifier is None or session.may(Operation.READ, record_type):
        steps += await withheld_steps(database, session, record_type, identifier)
    if identifier is not None and session.may(Operation.READ, record_type):
        steps.append(await _record(inventory, record_type, identifier, session.sight))
    return _concluded(steps)


def _check_type(record_type: str) -> None:
    if record_type not in TYPES:
        raise Invalid(
            f"There is no record type {record_type!r}.",
            path="type",
            hint=f"Known: {', '.join(TYPES)}.",
        )


async def _quotas(database: Database, actor: Actor, record_type: str) -> list[Step]:
    return [
        _quota(use)
        for use in await use_of(database, actor.process)
        if use.purpose == actor.purpose and use.record_type in (record_type, EVERY_TYPE)
    ]


def _concluded(steps: Sequence[Step]) -> Explanation:
    refusing = next((step.rule for step in steps if not step.permits), None)
    return Explanation(refusing is None, refusing or "permission", tuple(steps))


def _permission(
    session: Session | None, rows: Sequence[Row], operation: Operation, record_type: str
) -> Step:
    """Ask the session, and name the permission that answers."""
    wanted = [row for row in rows if row["record_type"] in (record_type, EVERY_TYPE)]
    if session is not None and session.may(operation, record_type):
        row = next(row for row in wanted if operation in row["operations"] and _is_in_force(row))
        return Step("permission", True, f"{_named(row)} permits {operation}.")
    said = [_why_not(row, operation) for row in wanted]
    return Step(
        "permission",
        False,
        "; ".join(said) or f"Nothing is permitted on {record_type} for this purpose.",
    )


def _is_in_force(row: Row) -> bool:
    return row["valid_from"] <= now() and (row["valid_to"] is None or row["valid_to"] > now())


def _named(row: Row) -> str:
    """Say which permission it is: of which grant, on which type, until when."""
    source = f"grant {row['grant_id']}" if row["grant_id"] else "a permission without grant"
    named = f"{source} on {row['record_type']}"
    return f"{named} until {row['valid_to']:%Y-%m-%d %H:%M} UTC" if row["valid_to"] else named


def _why_not(row: Row, operation: Operation) -> str:
    named = _named(row)
    if row["valid_from"] > now():
        return f"{named} begins only on {row['valid_from']:%Y-%m-%d %H:%M} UTC."
    if not _is_in_force(row):
        return f"{named} has ended."
    if operation not in row["operations"]:
        return f"{named} permits {', '.join(row['operations'])} only."
    return f"{named} would permit {operation}."


def _grant(row: Row) -> Step:
    """Tell what became of the latest grant, when nothing is permitted."""
    return Step(
        "grant",
        row["state"] == "active",
        f"The latest grant, {row['id']} (version {row['version']}), is {row['state']} since "
        f"{row['changed_at']:%Y-%m-%d %H:%M} UTC, by {row['changed_by']}: {row['change_reason']}",
    )


def _quota(use: Use) -> Step:
    name = f"{use.budget} of {use.record_type}" if use.record_type != EVERY_TYPE else use.budget
    if use.most is None:
        return Step("quota", True, f"{name}: {use.taken:,} taken.")
    left = max(0, use.most - use.taken)
    said = f"{name}: {left:,} of {use.most:,} left."
    if use.resets_at:
        said = f"{name}: {left:,} of {use.most:,} left, anew at {use.resets_at:%H:%M:%S} UTC."
    return Step("quota", left > 0, said)


async def _record(inventory: Inventory, record_type: str, identifier: str, sight: Sight) -> Step:
    """Read the record as the caller would, and tell what came of it."""
    try:
        version = await inventory.get(named(record_type), identifier, sight=sight)
    except NotFound as error:
        return Step(_ABSENT, False, error.message)
    except Refused as error:
        return Step(error.code, False, str(error))
    return Step("record", True, f"{version.id} is shown, at revision {version.revision}.")
