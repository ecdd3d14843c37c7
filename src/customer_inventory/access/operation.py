"""What can be done to customer data, in the words of the process framework."""

from collections.abc import Collection
from enum import StrEnum

ACCESS = "access"
"""What is permitted beside record types: to administer access itself."""
REQUIREMENT = "requirement"
"""To read the register of requirements."""
AUDIT = "audit"
"""To read how audits went and what they ask, and to begin one."""
AUDIT_CAMPAIGN = "auditCampaign"
"""To declare and run audit campaigns (create, modify), and to audit in them (update)."""
RECERTIFICATION = "recertification"
"""To open campaigns of recertification, and to decide in them."""
BREAK_GLASS = "breakGlass"
"""To break the glass in an emergency, to end that, and to review it."""
USAGE = "usage"
"""To read what was used and what it cost, and figures to monitor."""
RECONCILIATION = "reconciliation"
"""To look at what reconciliations found, and to decide of it."""
CAPTURE_PROCESS = "captureProcess"
"""To see, propose and decide on processes of capture and of management, and to run them."""
FACILITY = "facility"
"""To read the catalogue of repositories, and how the facilities of this one are."""
SHORTCOMING = "shortcoming"
"""To look at shortcomings of the repository, to hand them over, and to decide on them."""
FUNCTIONS = frozenset(
    {
        ACCESS,
        AUDIT,
        AUDIT_CAMPAIGN,
        BREAK_GLASS,
        CAPTURE_PROCESS,
        FACILITY,
        RECERTIFICATION,
        RECONCILIATION,
        REQUIREMENT,
        SHORTCOMING,
        USAGE,
    }
)
"""What permissions name beside record types. `*`, which is every type, covers none of them."""

UNGRANTED = "permission"
"""The ledger's rule for what nobody granted: that of the house's own process, and in a sandbox."""


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


def joined(operations: Collection[str]) -> str:
    """Return operations as the ledger writes several of one access: `modify,update`."""
    return ",".join(word for word in Operation if word in operations) if operations else ""


def told(text: str) -> tuple[Operation, ...]:
    """Return the operations that the ledger's text names; raise ValueError for another word."""
    return tuple(map(Operation, text.split(",")))
