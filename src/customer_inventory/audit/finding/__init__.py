"""Findings of automated audits: one a record and rule that it fails, from opened to verified."""
