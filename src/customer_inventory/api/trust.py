"""How far sources are trusted where they disagree about a merged record."""

from customer_inventory.access.operation import Operation
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse_object
from customer_inventory.record.identity.merging import MERGEABLE
from customer_inventory.record.identity.trust import FOLLOW, HIGHEST, ranks, set_rank
from customer_inventory.record.job import enqueue
from customer_inventory.web.exchange import Answer


async def find(call: Call) -> Answer:
    """GET how far each source is trusted, who said so, and how far what is shown has followed."""
    return told([dict(row) for row in await ranks(call.rooms.database)])


async def change(call: Call) -> Answer:
    """POST a rank: it counts from now on; a job shows merged records anew."""
    for name in MERGEABLE:
        call.session.demand(Operation.MODIFY, name)
    asked = parse_object(call.request.body)
    source, rank = asked.get("source"), asked.get("rank")
    if not isinstance(source, str):
        raise Invalid("is mandatory, and a text.", path="source")
    if not isinstance(rank, int) or isinstance(rank, bool):
        raise Invalid("is mandatory, and a whole number.", path="rank")
    made = await set_rank(call.rooms.database, source, rank, actor=call.actor)
    await enqueue(call.rooms.database, FOLLOW, {"change": str(made)}, actor=call.actor)
    return told({"change": made, "source": source, "rank": rank}, status=202)


_RANK = {"type": "integer", "minimum": -HIGHEST, "maximum": HIGHEST}

ROUTES = (
    Route(
        "GET",
        "/trust",
        Operation.READ,
        find,
        "How far each source is trusted, and since when",
        "trust",
        answer={"type": "array", "items": {"type": "object"}},
    ),
    Route(
        "POST",
        "/trust",
        Operation.MODIFY,
        change,
        "Trust a source so far from now on",
        "trust",
        body={
            "type": "object",
            "required": ["source", "rank"],
            "properties": {"source": {"type": "string"}, "rank": _RANK},
        },
        answer={"type": "object"},
        status=202,
    ),
)
