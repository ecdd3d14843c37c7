"""The inventory itself: records of declared types, their history, links and events."""
