"""What is withheld from a purpose, and why: processing is restricted, or the subject chose so.

The statements that read keep it out (`record/shown.py`); here it is said of one record, and asked
of several that are about to be told of.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from customer_inventory.kit.errors import Refused
from customer_inventory.kit.ids import is_id
from customer_inventory.record.shown import shown_of
from customer_inventory.record.sight import CHOICE, Sight
from customer_inventory.record.subject.restriction import refuse_if_restricted
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Database


class NotChosen(Refused):
    """The subject did not agree to this purpose, or refused it."""

    code = CHOICE

    @classmethod
    def of(cls, sight: Sight) -> "NotChosen":
        """Return the failure of whoever has this sight."""
        needs_consent = sight.rows.choice is not None and sight.rows.choice.needs_consent
        said = (
            f"only with the consent of the subject to {sight.purpose}, which is not there."
            if needs_consent
            else f"for {sight.purpose} no more: the subject objected."
        )
        return cls(
            f"The data is processed {said}",
            hint="What the subject chose is in its privacy agreements and profiles (TMF644).",
        )


async def refuse_if_withheld(
    database: Database, types: Collection[str], identifier: str, sight: Sight
) -> None:
    """Raise ProcessingRestricted or NotChosen when that is why a record of `types` is not shown.

    A record that is out of the caller's rows besides is simply not there.
    """
    await refuse_if_restricted(database, types, identifier, sight)
    if sight.rows.choice is None or not is_id(identifier):
        return
    for name in sorted(TYPES.keys() & types):
        if await chosen_against(database, {identifier: name}, sight):
            raise NotChosen.of(sight)


async def chosen_against(
    database: Database | Connection, kinds: Mapping[str, str], sight: Sight
) -> set[str]:
    """Return those of some records, with their types by id, that choices alone keep out."""
    if sight.rows.choice is None or not kinds:
        return set()
    otherwise = await shown_of(database, kinds, whatever_is_chosen(sight))
    return otherwise - await shown_of(database, kinds, sight) if otherwise else set()


def whatever_is_chosen(sight: Sight) -> Sight:
    """Return what a sight would be if nobody were asked to choose."""
    return replace(sight, rows=sight.rows.whatever_is_chosen)
