"""Whether a record is in the scope of a grant, and which part of the rule decides."""

from customer_inventory.access.explain.step import Step
from customer_inventory.access.guard import Session
from customer_inventory.record.scoping.condition import Scoped
from customer_inventory.record.scoping.fact import facts_of, told
from customer_inventory.record.scoping.landing import in_scope
from customer_inventory.record.scoping.rule import words
from customer_inventory.record.scoping.truth import deciding
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database

_RULE = "scope"


async def scope_steps(
    database: Database, session: Session, record_type: str, identifier: str | None
) -> list[Step]:
    """Return what the scope says of records of a type, or of one that is there: no step, or one.

    Whether a record is in scope is asked of the database, as by every read; why, of the rule.
    """
    condition = session.sight.rows.of(record_type)
    if not isinstance(condition, Scoped):
        return []
    declared, rule = TYPES[record_type], condition.rule
    whole = f"Bound to records that are {words(rule)}."
    if identifier is None:
        return [Step(_RULE, True, whole)]
    facts = await facts_of(database, declared, identifier, session.actor.process)
    if facts is None:
        return [Step(_RULE, True, whole)]
    shown = (await in_scope(database, [identifier], session.sight.rows)).get(identifier)
    if shown == record_type:
        said = f"Bound to records that are {words(rule)}: {told(rule, facts)}."
        return [Step(_RULE, True, said)]
    part = deciding(rule, facts)
    return [Step(_RULE, False, f"{words(part)} does not hold: {told(part, facts)}.")]
