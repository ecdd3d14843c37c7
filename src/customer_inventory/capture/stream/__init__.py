"""Streams: events of brokers become records, each with effect exactly once."""
