"""Facilities: the repository itself, kept and brought back."""
