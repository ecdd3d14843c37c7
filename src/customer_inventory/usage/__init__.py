"""Usage: what the access ledger tells of who used the inventory, how, and for what."""
