"""Services that others would write for the same table, to measure ours against."""
