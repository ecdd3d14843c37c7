"""PostgreSQL: the embedded server, connections, statements and migrations."""
