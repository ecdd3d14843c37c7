"""What the caller of a read is shown: for which purpose, which records, with which masks.

Whoever verifies a caller makes one (a door's session has it) and hands it to every read. What it
keeps out is kept out by the statement that reads, so that nothing is counted, ranked or told that
is not shown. Work of the house itself, which shows nothing to anybody, sees EVERYTHING.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.mask.plan import Mask
from customer_inventory.record.mask.restore import refuse_masks
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.version import Version
from customer_inventory.record.writable import Writable

RESTRICTION, CHOICE = "restriction", "privacyChoice"
"""Why records are withheld: their processing is restricted, or their subjects chose so."""

ALL = ("*",)
"""Stands for every group of attributes."""


@dataclass(frozen=True, eq=False)
class Sight:
    """What a caller is shown.

    `purpose` is what it asks for; None is the house itself, which no restriction keeps out, as
    none keeps out a purpose that reads `despite_restriction`. `rows` has a condition by record
    type (a type without: all its records), `masks` what is done to the documents of a type before
    they are shown (a type without: nothing), `writes` what may be written of a type (a type
    without: all). Two sights are never equal; what statements are kept by is `rows`, which is
    compared by what it says.
    """

    purpose: str | None = None
    rows: Rows = EVERY_ROW
    masks: Mapping[str, Mask] = field(default_factory=lambda: MappingProxyType({}))
    writes: Mapping[str, Writable] = field(default_factory=lambda: MappingProxyType({}))
    despite_restriction: bool = False

    @property
    def kept_from(self) -> str | None:
        """The purpose that restricted records are kept from; None: they are not."""
        return None if self.despite_restriction else self.purpose

    def shown(self, declared: RecordType, version: Version) -> Version:
        """Return a version of a record of a type as it is shown."""
        mask = self.masks.get(declared.name)
        return version if mask is None else mask.version(version)

    def groups(self, *record_types: str) -> tuple[str, ...]:
        """Return the groups of attributes of these types that are shown, for the ledger."""
        masks = self.masks
        for name in record_types:
            if name not in masks:
                return ALL
        return tuple(sorted({group for name in record_types for group in self.masks[name].groups}))

    def demand_clear(self, record_type: str, *paths: str) -> None:
        """Raise NotGranted unless the attributes at `paths` are shown as they are."""
        mask = self.masks.get(record_type)
        if mask is not None:
            for path in paths:
                mask.demand_clear(path)

    def demand_created(self, declared: RecordType, document: Document) -> None:
        """Raise NotWritable or IsMask for what a new record may not be made of."""
        writable = self.writes.get(declared.name)
        if writable is not None:
            writable.demand_created(declared, document)
        mask = self.masks.get(declared.name)
        if mask is not None:
            refuse_masks(mask, document)

    def demand_changed(self, declared: RecordType, old: Document, new: Document) -> None:
        """Raise NotWritable for a change from `old` to `new` that may not be made."""
        writable = self.writes.get(declared.name)
        if writable is not None:
            writable.demand_changed(declared, old, new)


EVERYTHING = Sight()
"""All records as they are."""
