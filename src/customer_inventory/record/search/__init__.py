"""Search: the keys that records are found by, the dictionary of name words, and the finding."""
