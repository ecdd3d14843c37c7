"""Whether a record is kept from a purpose: by a restriction, or as its subjects choose."""

from customer_inventory.access.explain.step import Step
from customer_inventory.access.guard import Session
from customer_inventory.record.sight import CHOICE, Sight
from customer_inventory.record.subject.restriction import ProcessingRestricted, refuse_if_restricted
from customer_inventory.record.subject.withholding import NotChosen, refuse_if_withheld
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database


async def withheld_steps(
    database: Database, session: Session, record_type: str, identifier: str | None
) -> list[Step]:
    """Return what restriction and choices say: of one record, or of the type where they are asked.

    A record that is restricted is so before anybody asks for choices.
    """
    sight = session.sight
    steps = []
    if identifier is not None:
        try:
            await refuse_if_restricted(database, (record_type,), identifier, sight)
        except ProcessingRestricted as error:
            return [Step(error.code, False, f"{error.message} {error.hint}")]
        steps.append(Step(ProcessingRestricted.code, True, "Its processing is not restricted."))
    if not sight.rows.withholds(TYPES[record_type]):
        return steps
    said = _asked(sight)
    if identifier is not None:
        try:
            await refuse_if_withheld(database, (record_type,), identifier, sight)
        except NotChosen as error:
            return [*steps, Step(CHOICE, False, f"{said} {error.message}")]
    return [*steps, Step(CHOICE, True, said)]


def _asked(sight: Sight) -> str:
    """Say what a purpose asks of the choices of subjects, and by which words."""
    choice = sight.rows.choice
    assert choice is not None  # noqa: S101 - asked where it withholds
    words = ", ".join(choice.words)
    if choice.needs_consent:
        return f"Shown for {sight.purpose} is what belongs to subjects who agreed ({words})."
    return f"Shown for {sight.purpose} is what belongs to nobody who objected ({words})."
