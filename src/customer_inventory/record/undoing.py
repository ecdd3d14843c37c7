"""The last change of a record undone: it says again what it said before."""

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict
from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.time.difference import Difference, differences
from customer_inventory.record.version import PastVersion, RevisionPassed, Version


class NothingToUndo(Conflict):
    """A record has not been changed since it was made, or what it said before is gone."""

    code = "nothingToUndo"

    def __init__(self) -> None:
        super().__init__(
            "There is no change to undo.", hint="Only the last change of a record is undone."
        )


async def last_change(
    inventory: Inventory, declared: RecordType, identifier: str, *, sight: Sight = EVERYTHING
) -> tuple[PastVersion, list[Difference]] | None:
    """Return the version that the last change made, and what undoing it alters; None for none."""
    found = await inventory.versions(declared, identifier, limit=2, sight=sight)
    if len(found) < 2 or found[0].body is None or found[1].body is None:  # noqa: PLR2004 - a pair
        return None
    now, before = parse_object(found[0].body), parse_object(found[1].body)
    return found[0], differences(now, before)


async def undo(
    inventory: Inventory,
    declared: RecordType,
    identifier: str,
    *,
    revision: int,
    actor: Actor,
    sight: Sight = EVERYTHING,
) -> Version:
    """Undo the change that made `revision`, if it is the last; that is a change as any other.

    Raises NothingToUndo, RevisionPassed where others have changed the record since, and what
    `Inventory.change` raises: what was fulfilled before may not be permitted any more.
    """
    found = await inventory.versions(declared, identifier, limit=2, sight=sight)
    if found and found[0].revision != revision:
        raise RevisionPassed
    if len(found) < 2 or found[0].body is None or found[1].body is None:  # noqa: PLR2004 - a pair
        raise NothingToUndo
    before = parse_object(found[1].body)
    return await inventory.change(
        declared, identifier, lambda _: before, actor=actor, revision=revision, sight=sight
    )
