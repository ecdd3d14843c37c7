"""Retention: how long records must be kept, and when they must be gone."""
