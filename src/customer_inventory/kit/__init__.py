"""What every room needs and no I/O does: errors, ids, clock, settings, actor."""
