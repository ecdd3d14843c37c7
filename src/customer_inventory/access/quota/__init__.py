"""Quotas: how much a process may ask for, read and take away, and how services keep count."""
