"""How the facilities stand: whether all is well, and what is wrong with an installation.

`line` is what both tell, line by line. `status` is of the inventory as it runs: `server`, `saved`
(backups and drills) and `work` (jobs, events, ledger, partitions). `doctor` looks at the
installation itself: `home` and `settings`; it needs no running database.
"""
