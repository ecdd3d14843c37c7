"""Access as it is now, in the form of a file that declares it."""

from typing import Any

import yaml

from customer_inventory.access.declared.form import Process, Purpose, written
from customer_inventory.access.grant import granting, people
from customer_inventory.access.registration import HOUSE, processes
from customer_inventory.kit.clock import now
from customer_inventory.record.document import parse
from customer_inventory.store.database import Database, Row

Grants = dict[tuple[str, str, str], list[Row]]
"""Grants by process, purpose and part."""


async def processes_now(database: Database) -> dict[str, Process]:
    """Return the processes that are not revoked, but the house's own, by id."""
    return {
        row["id"]: Process(
            row["name"], row["owner"], row["kind"], row["etom_id"], row["owner_person"],
            row["contact"],
        )
        for row in await processes(database)
        if row["id"] != HOUSE and row["state"] != "revoked"
    }  # fmt: skip


async def purposes_now(database: Database) -> dict[str, Purpose]:
    """Return the registered purposes by code."""
    return {
        row["code"]: Purpose(
            row["title"],
            row["legal_basis"],
            row["requires_consent"],
            row["state"],
            row["despite_restriction"],
            row["despite_objection"],
            tuple(row["privacy_purposes"]),
        )
        for row in await people.purposes(database)
    }


async def people_now(database: Database) -> dict[str, tuple[str, ...]]:
    """Return the capacities that people have now, by person."""
    found: dict[str, list[str]] = {}
    for row in await people.people(database):
        if row["valid_from"] <= now() and (row["valid_to"] is None or row["valid_to"] > now()):
            found.setdefault(row["person"], []).append(row["capacity"])
    return {person: tuple(sorted(capacities)) for person, capacities in found.items()}


async def grants_now(database: Database) -> Grants:
    """Return the grants in force or under way, by process, purpose and part, latest first."""
    found: Grants = {}
    for row in await granting.grants(database):
        if row["state"] in ("requested", "reviewed", "approved", "active"):
            found.setdefault((row["process"], row["purpose"], row["part"]), []).append(row)
    return found


async def exported(database: Database) -> str:
    """Return a file that declares access as it is: applied here, it changes nothing."""
    whole: dict[str, Any] = {
        "processes": {
            name: written(process) for name, process in (await processes_now(database)).items()
        },
        "purposes": {
            code: written(purpose) for code, purpose in (await purposes_now(database)).items()
        },
        "people": {
            person: list(capacities) for person, capacities in (await people_now(database)).items()
        },
        "grants": [
            _grant(row)
            for rows in (await grants_now(database)).values()
            for row in rows
            if row["state"] == "active"
        ],
    }
    told = {name: part for name, part in whole.items() if part}
    return str(yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=100))


def _grant(row: Row) -> dict[str, Any]:
    told = {
        "process": row["process"],
        "purpose": row["purpose"],
        "part": row["part"],
        "allow": parse(row["permissions"].encode()),
        "terms": parse(row["terms"].encode()),
        "reason": row["reason"],
        "until": row["valid_to"].isoformat(),
    }
    return {name: value for name, value in told.items() if value}
