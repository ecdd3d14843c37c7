"""Matching: which records are of one subject, at entry and in batch, by one model."""
