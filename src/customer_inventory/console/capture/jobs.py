"""Loads as they go: how far each is, what it took and refused; and how the streams are."""

from dataclasses import replace
from typing import Any

from customer_inventory.access.operation import CAPTURE_PROCESS, Operation
from customer_inventory.capture.importing import imports
from customer_inventory.capture.stream.running import streams
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.clock import now
from customer_inventory.record.document import parse

_LATEST = 100
_QUIET_SECONDS = 60
"""A load that did not advance for so long, and has not ended, was broken off."""

COLUMNS = (
    Column("file", mark("File"), "name"),
    Column("source", mark("Source")),
    Column("state", mark("State"), "state"),
    Column("rowsRead", mark("Rows read"), "number"),
    Column("rowsRefused", mark("Refused"), "number"),
    Column("records", mark("Records"), "number"),
    Column("process", mark("As")),
    Column("person", mark("By")),
    Column("startedAt", mark("Begun"), "time"),
    Column("advancedAt", mark("Advanced"), "time"),
)


_FOR_PROGRAMS = ("process", "advancedAt")
"""Columns that the page has no room for."""


async def show(view: View) -> Shown:
    """Return the latest loads, newest first."""
    rows = [_row(dict(row)) for row in await imports(view.rooms.database, limit=_LATEST)]
    listing = Listing(
        COLUMNS,
        rows,
        view.say("The latest loads"),
        empty=view.say("Nothing was loaded yet."),
        empty_hint=view.say("Processes load by their schedule, people by `cinv capture import`."),
    )
    return Shown(
        listing=listing,
        aside={
            "page": replace(listing, columns=[c for c in COLUMNS if c.key not in _FOR_PROGRAMS]),
            "streams": [dict(row) for row in await streams(view.rooms.database)],
            "is_running": any(row["state"] == "running" for row in rows),
        },
    )


def _row(row: dict[str, Any]) -> dict[str, Any]:
    if row["ended_at"] is not None:
        state = "done"
    else:
        quiet = now() - row["advanced_at"]
        state = "running" if quiet.total_seconds() < _QUIET_SECONDS else "aborted"
    return {
        **row,
        "file": row["file_name"],
        "state": state,
        "rowsRead": row["rows_read"],
        "rowsRefused": row["rows_refused"],
        "records": _count(row["records"]),
        "startedAt": row["started_at"],
        "advancedAt": row["advanced_at"],
    }


def _count(records: bytes) -> int:
    """Return how many records a load made, changed and removed, of all types together."""
    counted = parse(records).values()
    return sum(int(each[name]) for each in counted for name in ("created", "changed", "removed"))


SCREENS = (
    Screen(
        "/capture/jobs", mark("Loads"), "capture", Operation.READ, CAPTURE_PROCESS, show,
        "capture/jobs", "captureProcess", is_list=True, navigation=mark("Loads"),
    ),
)  # fmt: skip
