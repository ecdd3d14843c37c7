"""Monitoring: what a monitoring system is told of, when it asks."""
