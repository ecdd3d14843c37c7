"""Measurements of the customer inventory against its database and a typical service."""
