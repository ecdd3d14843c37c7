"""Trees: households and corporate groups, through dated relationships."""
