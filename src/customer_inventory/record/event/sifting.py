"""What of events may be told to a listener: by scope, restrictions and the choices of subjects."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from customer_inventory.record.event.announcing import BULLETINS
from customer_inventory.record.event.progress import Held
from customer_inventory.record.event.scope import in_reach
from customer_inventory.record.shown import shown_of
from customer_inventory.record.sight import Sight
from customer_inventory.record.subject.restriction import kept_back
from customer_inventory.store.database import Database

GONE = "delete"


@dataclass(slots=True)
class Sifted:
    """Events that may be told (`turns`), those that wait (`behind`), those that never may.

    Of those with the numbers `gone` it is told that the record is gone, and its id alone.
    """

    turns: list[Held]
    gone: set[int] = field(default_factory=set)
    behind: list[Held] = field(default_factory=list)
    unwanted: list[Held] = field(default_factory=list)

    def keep(self, numbers: set[int]) -> None:
        """Let what has none of these numbers never be told."""
        self.unwanted += [held for held in self.turns if held.told.seq not in numbers]
        self.turns = [held for held in self.turns if held.told.seq in numbers]


async def sifted(
    database: Database, turns: Sequence[Held], sight: Sight, *, due: datetime
) -> Sifted:
    """Return what may be told of `turns`; what waits is looked at again when it is `due`."""
    about_nobody = [held for held in turns if held.told.type in BULLETINS]
    found = Sifted([held for held in turns if held.told.type not in BULLETINS])
    if sight.rows.by_type:
        events = [held.told for held in found.turns]
        shown, found.gone = await in_reach(database, events, sight.rows)
        found.keep(shown | found.gone)
    await _restrict(database, found, sight, due)
    if sight.rows.choice is not None:
        await _choose(database, found, sight)
    found.turns += about_nobody
    return found


async def _restrict(database: Database, found: Sifted, sight: Sight, due: datetime) -> None:
    """Let what is restricted wait for the lifting.

    It fails nothing: it is never given up, and told in its order when it may be.
    """
    kept = await kept_back(database, {held.told.id for held in found.turns}, sight)
    found.behind += [
        Held(held.told, next_attempt_at=due, reason="Processing is restricted.")
        for held in found.turns
        if held.told.id in kept
    ]
    found.turns = [held for held in found.turns if held.told.id not in kept]


async def _choose(database: Database, found: Sifted, sight: Sight) -> None:
    """Keep what may be told as subjects choose now, and that records are gone.

    Who has a copy must hear of that. It would wait for ever for a choice: so it is never told.
    """
    found.gone |= {held.told.seq for held in found.turns if held.told.event == GONE}
    kinds = {h.told.id: h.told.type for h in found.turns if h.told.seq not in found.gone}
    shown = await shown_of(database, kinds, sight)
    found.keep(found.gone | {held.told.seq for held in found.turns if held.told.id in shown})
