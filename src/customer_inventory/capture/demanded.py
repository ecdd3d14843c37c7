"""Rows that refer to what must be there: refused where it is neither in the inventory nor brought.

Only types that declare it (`Reference.dangling`) are looked at; a load of others pays nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from customer_inventory.capture.work import Work
from customer_inventory.record.lines import named_in
from customer_inventory.record.reference import Dangling, Target, demands, is_demanding, there
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection


@dataclass(frozen=True, slots=True)
class Demanded:
    """What the rows of a chunk demand: each reference with its line, and what they bring.

    `brought` is the line that brings a record, by type and id.
    """

    targets: tuple[tuple[int, Target], ...] = ()
    brought: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def ids(self) -> frozenset[str]:
        """The ids that must be there."""
        return frozenset(target.id for _, target in self.targets)

    async def missing(
        self, connection: Connection, refused: Collection[int]
    ) -> dict[int, Dangling]:
        """Return why rows cannot be taken, by line, when those of `refused` are not.

        A record that the inventory has is held until the transaction ends. Whoever refers to
        what a refused row would have brought is refused with it.
        """
        if not self.targets:
            return {}
        known = await there(connection, [target for _, target in self.targets])
        lost: dict[int, Dangling] = {}
        while True:
            more = {
                line: Dangling(target.path)
                for line, target in self.targets
                if line not in lost
                and line not in refused
                and (target.type, target.id) not in known
                and self._bringer(target) in {None, *refused, *lost}
            }
            if not more:
                return lost
            lost |= more

    def _bringer(self, target: Target) -> int | None:
        return self.brought.get((target.type, target.id))


def demanded(work: Work) -> Demanded:
    """Return what the rows of `work` demand."""
    targets = [
        (line, target)
        for name, batch in work.batches.items()
        if is_demanding(TYPES[name])
        for line, lines in zip(work.lines[name], batch.taken_apart().values(), strict=True)
        for target in demands(TYPES[name], named_in(lines))
    ]
    if not targets:
        return Demanded()
    wanted = {target.type for _, target in targets} & work.batches.keys()
    brought = {
        (name, identifier): line
        for name in wanted
        for identifier, line in zip(work.batches[name].ids, work.lines[name], strict=True)
    }
    return Demanded(tuple(targets), brought)
