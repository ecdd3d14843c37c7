"""An edition put in force: what it demands, and the record types that it declares."""

from customer_inventory.record import types
from customer_inventory.record.register import edition as editions
from customer_inventory.record.register.declaring import declared_by
from customer_inventory.record.register.edition import Edition


def put_in_force(edition: Edition) -> None:
    """Let `edition` be the one in force in this process, its record types included."""
    types.put(declared_by(edition))
    editions.put_in_force(edition)
