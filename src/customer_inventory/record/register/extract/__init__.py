"""Rules asked of an extract in DuckDB, when the database must be spared (extra `matching`)."""
