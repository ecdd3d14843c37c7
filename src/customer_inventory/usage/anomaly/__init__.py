"""Anomalies: use outside the habit of a process, found with its evidence and decided by people."""
