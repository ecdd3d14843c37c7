"""Streams over the wire: how those are that take events of brokers."""

from typing import get_args

from customer_inventory.access.operation import Operation
from customer_inventory.api.given import shown
from customer_inventory.api.route import Call, Route, told
from customer_inventory.capture.stream.running import State, streams
from customer_inventory.web.exchange import Answer
from customer_inventory.web.parameters import known


async def find(call: Call) -> Answer:
    """GET every stream by its name, as its latest start is."""
    known(call.request.query)
    return told([shown(row) for row in await streams(call.rooms.database)])


_WORD = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_MOMENT = {**_WORD, "format": "date-time"}
_STREAM = {
    "type": "object",
    "properties": {
        "name": _WORD,
        "state": {**_WORD, "enum": [*get_args(State), "lost"]},
        "reason": {**_WORD, "description": "What it waits for"},
        "broker": {**_WORD, "description": "Its address, without secrets"},
        "topic": _WORD,
        "behind": {**_COUNT, "description": "Messages that wait at the broker, if that tells"},
        "events": {**_COUNT, "description": "Taken or refused since its start"},
        "refused": _COUNT,
        "duplicates": {**_COUNT, "description": "Delivered again, without effect"},
        "late": {**_COUNT, "description": "Records of which newer things were said before"},
        "skipped": {**_COUNT, "description": "Messages that say nothing to take"},
        "eventAt": {**_MOMENT, "description": "When something was taken last"},
        "toldAt": {**_MOMENT, "description": "When it was heard of last"},
        "import": {**_WORD, "description": "The import that its latest start is"},
        "process": _WORD,
        "purpose": _WORD,
    },
}


ROUTES = (
    Route(
        "GET", "/captureStream", Operation.READ, find, "Streams and how they are", "captureStream",
        answer={"type": "array", "items": _STREAM},
    ),
)  # fmt: skip
