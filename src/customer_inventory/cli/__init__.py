"""The command line: one group a room."""
