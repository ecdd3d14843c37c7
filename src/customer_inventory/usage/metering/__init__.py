"""Metering: what was used, counted from the ledger and from the database's own figures."""
