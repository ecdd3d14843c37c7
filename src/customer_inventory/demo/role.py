"""Roles of people who work at the console: processes with what each may, as an operator has them.

They are declared once here, for the demonstration and for the tests that walk every screen as each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from customer_inventory.access.operation import (
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
    Operation,
)
from customer_inventory.access.registration import EVERY_TYPE, Permission, register
from customer_inventory.store.database import Database

_READ = (Operation.READ, Operation.DOWNLOAD)
_WORK = (Operation.READ, Operation.CREATE, Operation.MODIFY, Operation.UPDATE, Operation.DOWNLOAD)
_DECIDE = (*_READ, Operation.MODIFY)
_ALL = tuple(Operation)
_OWNED = (
    "customer", "individual", "organization", "billingAccount", "agreement", "product",
    "partyInteraction",
)  # fmt: skip


@dataclass(frozen=True)
class Role:
    """A role: the process that its people act through, for which purpose, with which permissions.

    `person` is who has it in the demonstration, `capacities` are those in which they decide.
    """

    process: str
    name: str
    purpose: str
    person: str
    person_name: str
    permits: tuple[tuple[str, tuple[Operation, ...]], ...]
    capacities: tuple[str, ...] = ()


ROLES = (
    Role(
        "stewardship",
        "Data stewardship",
        "customerDataQuality",
        "stella",
        "Stella Steward",
        (
            (EVERY_TYPE, _WORK),
            (REQUIREMENT, (*_READ, Operation.CREATE)),
            (CAPTURE_PROCESS, _WORK),
            (RECONCILIATION, _WORK),
            (AUDIT, _WORK),
            (AUDIT_CAMPAIGN, _WORK),
        ),
    ),
    Role(
        "access-management",
        "Access management",
        "accessGovernance",
        "akira",
        "Akira Access",
        ((ACCESS, _ALL), (RECERTIFICATION, _ALL), (BREAK_GLASS, _ALL), (USAGE, _READ)),
        ("security",),
    ),
    Role(
        "data-protection",
        "Data protection office",
        "dataProtection",
        "dana",
        "Dana Protection",
        (
            (EVERY_TYPE, (Operation.READ, Operation.DOWNLOAD, Operation.DELETE)),
            (REQUIREMENT, (*_READ, Operation.MODIFY)),
            (ACCESS, _DECIDE),
            (BREAK_GLASS, _DECIDE),
            (AUDIT, _READ),
            (USAGE, _READ),
        ),
        ("dpo", "reviewer"),
    ),
    Role(
        "data-ownership",
        "Ownership of customer data",
        "dataOwnership",
        "omar",
        "Omar Owner",
        (
            (EVERY_TYPE, _READ),
            (REQUIREMENT, _ALL),
            (ACCESS, _DECIDE),
            (RECERTIFICATION, _DECIDE),
            (AUDIT, _READ),
            (AUDIT_CAMPAIGN, _READ),
            (USAGE, _READ),
        ),
        tuple(f"dataOwner:{kind}" for kind in (EVERY_TYPE, *_OWNED)),
    ),
    Role(
        "platform-operation",
        "Platform operation",
        "operations",
        "petra",
        "Petra Platform",
        (
            (FACILITY, _ALL),
            (SHORTCOMING, _ALL),
            (USAGE, _ALL),
            (CAPTURE_PROCESS, _READ),
            (AUDIT, _READ),
            (ACCESS, _READ),
        ),
    ),
)


async def register_roles(
    database: Database, *, registered_by: str, roles: Sequence[Role] = ROLES
) -> None:
    """Register the processes of roles, each with what it may (in a sandbox, where it is given)."""
    for role in roles:
        await register(
            database,
            role.process,
            name=role.name,
            owner=role.person_name,
            permissions=[Permission(kind, words, role.purpose) for kind, words in role.permits],
            registered_by=registered_by,
        )
