"""Usage and cost over HTTP, to be read: figures to monitor, use by month, statements.

That is no operation on a record type: it is permitted under the name `usage`, which `*` does not
cover. What is declared of cost, and what closes months, is done by `cinv cost`.
"""

from functools import partial
from typing import Any

from customer_inventory.access.log.partition import Month
from customer_inventory.access.operation import USAGE, Operation
from customer_inventory.api.route import Call, Route, told
from customer_inventory.audit import monitoring
from customer_inventory.facilities.standing import monitoring as facilities
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.usage.cost import monitoring as budgets
from customer_inventory.usage.cost.closing import closed
from customer_inventory.usage.cost.money import told as money
from customer_inventory.usage.cost.statement import every_statement_of
from customer_inventory.usage.cost.statement import summed as whole
from customer_inventory.usage.metering.hourly import summed
from customer_inventory.usage.monitoring.figures import MEDIA, figures
from customer_inventory.usage.monitoring.replicas import figures as replica_figures
from customer_inventory.web import age
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known


async def metrics(call: Call) -> Answer:
    """GET figures in the exposition format of Prometheus."""
    database = call.rooms.database
    others = [
        *await monitoring.figures(database),
        *await budgets.figures(database),
        *facilities.figures(await call.rooms.standing()),
        *replica_figures(call.rooms.inventory.replicas),
    ]
    body = await figures(database, others)
    return Answer(200, body, ((b"content-type", MEDIA.encode()),))


async def report(call: Call) -> Answer:
    """GET what was used in a month, by process, purpose, operation and record type."""
    asked = known(call.request.query, "month")
    month = month_of(asked.get("month"))
    rows, how = await call.rooms.inventory.lately(
        partial(summed, start=month.start, stop=month.stop),
        age.lately(call.request, call.actor.process),
    )
    answer = told([{"month": str(month), **_camel(row)} for row in rows])
    return answer.with_headers(age.told(how.age))


async def find(call: Call) -> Answer:
    """GET the months that are closed, latest first, each with its corrections."""
    rows = await every_statement_of(call.rooms.database)
    return told(
        [
            {
                "month": f"{row['month']:%Y-%m}",
                "number": row["number"],
                "currency": row["currency"],
                "closedAt": row["closed_at"],
            }
            for row in rows
        ]
    )


async def retrieve(call: Call) -> Answer:
    """GET what a closed month cost, with all corrections, line by line."""
    month = month_of(call.path["month"])
    kept = await closed(call.rooms.database, month)
    lines = whole(each.lines for each in kept)
    currency = lines.currency
    return told(
        {
            "month": str(month),
            "currency": currency,
            "corrections": len(kept) - 1,
            "pools": [
                {"pool": name, "amount": money(amount, currency)}
                for name, amount in lines.pools.items()
            ],
            "allocations": [
                {
                    "pool": line.pool,
                    "share": line.share,
                    "process": line.process,
                    "purpose": line.purpose,
                    "costCentre": line.cost_centre,
                    "driver": line.driver,
                    "quantity": f"{line.quantity:f}",
                    "amount": money(line.amount, currency),
                }
                for line in lines.allocations
            ],
            "charges": [
                {
                    "process": line.process,
                    "purpose": line.purpose,
                    "costCentre": line.cost_centre,
                    "meter": line.meter,
                    "quantity": f"{line.quantity:f}",
                    "per": line.per,
                    "price": f"{line.price:f}",
                    "amount": f"{line.amount:f}",
                }
                for line in lines.charges
            ],
        }
    )


def month_of(text: str | None) -> Month:
    """Return the month that `text` names, this one for None; raise Invalid for anything else."""
    if text is None:
        return Month.of(now())
    try:
        return Month.named(text)
    except ValueError:
        raise Invalid("is no month.", path="month", hint="Give one as 2026-01.") from None


def _camel(row: Any) -> dict[str, Any]:
    return {("recordType" if name == "record_type" else name): value for name, value in row.items()}


_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_USED = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("month", "process", "purpose", "operation", "recordType"), _TEXT),
        **dict.fromkeys(("requests", "errors", "denied", "records", "bytes"), _WHOLE),
    },
}
_CLOSED = {
    "type": "object",
    "properties": {
        "month": _TEXT,
        "number": {**_WHOLE, "description": "0 is the statement, others are corrections"},
        "currency": _TEXT,
        "closedAt": {**_TEXT, "format": "date-time"},
    },
}
_LINES = {"type": "array", "items": {"type": "object"}}
_STATEMENT = {
    "type": "object",
    "properties": {
        "month": _TEXT,
        "currency": _TEXT,
        "corrections": _WHOLE,
        "pools": _LINES,
        "allocations": _LINES,
        "charges": _LINES,
    },
}

ROUTES = (
    Route("GET", "/metrics", Operation.READ, metrics, "Figures to monitor, for Prometheus",
          "metrics", USAGE, answer_media="*/*"),
    Route("GET", "/usageReport", Operation.READ, report, "What was used in a month",
          "usageReport", USAGE,
          parameters=(parameter("month", "query", _TEXT, "The month; this one unless named"),),
          answer={"type": "array", "items": _USED}),
    Route("GET", "/costStatement", Operation.READ, find, "Months that are closed",
          "costStatement", USAGE, answer={"type": "array", "items": _CLOSED}),
    Route("GET", "/costStatement/{month}", Operation.READ, retrieve, "What a closed month cost",
          "costStatement", USAGE, answer=_STATEMENT),
)  # fmt: skip
