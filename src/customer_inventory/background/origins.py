"""Where audits are told from where values and records came: what captures know of it."""

from customer_inventory.audit.origin import Origins
from customer_inventory.capture.loads import brought_by, sources_of
from customer_inventory.capture.reconcile.agreement import agreements
from customer_inventory.store.database import Database


def origins_of(database: Database) -> Origins:
    """Return what is known of the origins of values and records in a database."""
    return Origins(sources_of(database), brought_by, agreements)
