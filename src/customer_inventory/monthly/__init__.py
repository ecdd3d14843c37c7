"""The report of a month: quality, usage, access and cost on one page, and who gets it."""
