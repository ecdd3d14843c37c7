"""Reports for people: what was used and what it cost, as a page."""
