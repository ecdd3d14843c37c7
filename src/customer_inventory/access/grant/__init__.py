"""Grants: what a process asks for and for what purpose, and who decides it."""
