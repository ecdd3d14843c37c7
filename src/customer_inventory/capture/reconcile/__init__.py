"""Reconciliation: what sources hold compared with what is held here, both ways."""
