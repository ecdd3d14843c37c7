"""Capture: pairs to decide on, rows in quarantine, processes, jobs."""
