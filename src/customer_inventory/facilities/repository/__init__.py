"""The catalogue of repositories: where the enterprise holds facts about its customers, ours first.

`declared` is what a repository is said to be, in files that people review; `catalogue` keeps it
with what was before; `shipped` is our own, in it from the beginning. `coverage` says which
repository is the system of record of every requirement, and where there is none, or two; `finding`
has somebody look at it.
"""
