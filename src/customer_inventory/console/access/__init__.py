"""Screens of access: processes, grants, recertification, downloads, the ledger."""
