"""Events: from the outbox to whoever listens, at least once, in order per record."""
