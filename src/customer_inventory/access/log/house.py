"""The sealer as this installation's settings want it."""

from customer_inventory.access.log.anchor import Anchors
from customer_inventory.access.log.note import Signer
from customer_inventory.access.log.sealing import Sealer
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database


def anchors_of(database: Database, settings: Settings) -> Anchors:
    """Return the anchors of `database`, as `settings` name them.

    Raises Invalid for an address that is none.
    """
    declared = [target.strip() for target in settings.ledger_anchors.split(",")]
    return Anchors(settings.home, [target for target in declared if target], place=database.place)


def sealer_of(database: Database, settings: Settings) -> Sealer:
    """Return the sealer of `database`; its key is made at the first use.

    Raises Unavailable when the key cannot be read or made.
    """
    return Sealer(database, Signer.kept_in(settings.home), anchors_of(database, settings))
