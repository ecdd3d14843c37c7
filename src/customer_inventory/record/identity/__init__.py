"""Identity: records of one subject shown as one, each origin kept as it is, and parted again."""
