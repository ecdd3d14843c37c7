"""Attachments: contracts, evidence and other files that belong to records."""
