"""Reports of a month over HTTP, in every form, and what of them was delivered to whom.

They are of counts and sums, of no record, and permitted under the name `usage`.
"""

from typing import Any

from customer_inventory.access.operation import USAGE, Operation
from customer_inventory.api.route import ROOT, Call, Route, told
from customer_inventory.api.usage import month_of
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.report.form import FORMS
from customer_inventory.monthly import delivering
from customer_inventory.monthly.keeping import page
from customer_inventory.monthly.kind import NAMES
from customer_inventory.record.event.announcing import INVENTORY_REPORT
from customer_inventory.store.database import Row
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number


async def show(call: Call) -> Answer:
    """GET a report on a month, in the form that is asked for."""
    asked = known(call.request.query, "month", "form")
    form = asked.get("form", "html")
    if form not in FORMS:
        raise Invalid(f"must be one of {', '.join(FORMS)}.", path="form")
    month = month_of(asked.get("month"))
    body = await page(call.rooms.database, call.path["report"], month, form)
    return Answer(200, body, ((b"content-type", FORMS[form].media.encode()),))


async def find(call: Call) -> Answer:
    """GET what was delivered, latest first."""
    asked, most = known(call.request.query, "limit"), call.rooms.max_page
    limit = number(asked.get("limit", str(min(20, most))), "limit", most, least=1)
    rows = await delivering.deliveries(call.rooms.database, limit=limit)
    return told([_shown(call, row) for row in rows])


async def retrieve(call: Call) -> Answer:
    """GET one delivery."""
    return told(_shown(call, await delivering.one(call.rooms.database, call.path["id"])))


def _shown(call: Call, row: Row) -> dict[str, Any]:
    href = f"{call.rooms.public_url}{ROOT}/{INVENTORY_REPORT.name}/{row['id']}"
    return {
        "id": row["id"],
        "href": href,
        "@type": INVENTORY_REPORT.entity,
        **delivering.told(row),
    }


_TEXT = {"type": "string"}
_DELIVERED = {
    "type": "object",
    "properties": {
        **dict.fromkeys(
            ("id", "href", "@type", "month", "owner", "report", "contact", "link"), _TEXT
        ),
        "file": {"type": "array", "items": _TEXT},
        "deliveredAt": {**_TEXT, "format": "date-time"},
    },
}

ROUTES = (
    Route(
        "GET", "/report/{report}", Operation.READ, show, "A report on a month", "usageReport",
        USAGE,
        parameters=(
            parameter(
                "report", "path", {**_TEXT, "enum": list(NAMES)}, "Which report", required=True
            ),
            parameter("month", "query", _TEXT, "The month; this one unless named"),
            parameter("form", "query", {**_TEXT, "enum": list(FORMS)}, "html unless named"),
        ),
        answer_media="*/*",
        errors=("409",),
    ),
    Route(
        "GET", "/inventoryReport", Operation.READ, find, "What was delivered to whom",
        INVENTORY_REPORT.name, USAGE,
        parameters=(
            parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most shown"),
        ),
        answer={"type": "array", "items": _DELIVERED},
    ),
    Route(
        "GET", "/inventoryReport/{id}", Operation.READ, retrieve, "One delivery",
        INVENTORY_REPORT.name, USAGE, answer=_DELIVERED,
    ),
)  # fmt: skip
