"""Access declared in a file: read, compared with what is there, applied, exported."""
