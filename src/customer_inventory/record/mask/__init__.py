"""What of a record a caller sees, what it may ask for, and what a change of what it sees means."""
