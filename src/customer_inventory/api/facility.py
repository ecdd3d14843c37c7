"""How the facilities are, over HTTP: the verdict, and a line for each part. Of no record."""

from dataclasses import asdict

from customer_inventory.access.operation import FACILITY, Operation
from customer_inventory.api.given import shown
from customer_inventory.api.route import Call, Route, told
from customer_inventory.facilities.standing.line import STATES
from customer_inventory.web.exchange import Answer
from customer_inventory.web.parameters import known


async def retrieve(call: Call) -> Answer:
    """GET whether all is well: the state as the worst of its parts, and those."""
    known(call.request.query)
    verdict, *lines = await call.rooms.standing()
    content = {
        "@type": "FacilityStatus",
        "state": verdict.state,
        "said": verdict.said,
        "part": [shown(asdict(each)) for each in lines],
    }
    return told(content)


_WORD = {"type": "string"}
_STATE = {**_WORD, "enum": list(STATES)}
_PART = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("what", "said", "hint", "unit"), _WORD),
        "state": _STATE,
        "value": {"type": "number"},
    },
}

ROUTES = (
    Route("GET", "/facilityStatus", Operation.READ, retrieve, "Whether the facilities are well",
          "facilityStatus", FACILITY,
          answer={"type": "object", "properties": {
              **dict.fromkeys(("@type", "said"), _WORD),
              "state": _STATE,
              "part": {"type": "array", "items": _PART},
          }}),
)  # fmt: skip
