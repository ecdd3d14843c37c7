"""What can be done to customer data, in the words of the process framework."""

from enum import StrEnum

ACCESS = "access"
"""What is permitted beside record types: to administer access itself."""
FUNCTIONS = frozenset({ACCESS})
"""What permissions name beside record types. `*`, which is every type, covers none of them."""


class Operation(StrEnum):
    """The operations that a process is granted, one by one."""

    READ = "read"
    """See records, one or a page at a time."""
    CREATE = "create"
    """Bring in records that were not there."""
    MODIFY = "modify"
    """Change classification, relations or identity."""
    UPDATE = "update"
    """Bring facts about the customer up to date."""
    DELETE = "delete"
    """Remove records."""
    DOWNLOAD = "download"
    """Take records away in bulk."""
