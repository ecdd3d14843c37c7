"""Brokers that streams are taken from, one module each. The library is the extra `broker`."""
