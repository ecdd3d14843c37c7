"""Audit: whether the inventory holds what is required of it, and how accurately."""
