"""Shortcomings of the repository: found, proved, handed over, and measured again after the fix."""
