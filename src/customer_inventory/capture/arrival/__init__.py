"""What arrives, however it comes, becomes text: CSV or NDJSON in a file that can be read again."""
