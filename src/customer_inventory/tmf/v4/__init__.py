"""Version 4 of the APIs: the records, which are kept in the shape of version 5, shown and taken."""
