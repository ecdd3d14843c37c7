"""Advice on indexes: found in the workload, proved before it is given, no advice rather than wrong.

Statements are known by their normalised text alone: no value that a caller bound is ever read, kept
or told. Where the server has hypopg, an index is tried without being built; otherwise on a restored
copy of the last backup, where it is built, measured and thrown away.
"""
