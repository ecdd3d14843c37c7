"""TMF717 Customer360: a customer and all that hangs on it, in one call. Read only."""

from customer_inventory.access.operation import Operation
from customer_inventory.record.customer360 import MOST_OF_A_KIND
from customer_inventory.record.document import encode
from customer_inventory.record.time.moment import AS_OF, KNOWN_AT, moment_of
from customer_inventory.record.types import TYPES
from customer_inventory.tmf import render
from customer_inventory.tmf.apis import api_of, tmf717_customer360
from customer_inventory.tmf.resource import Call, Handler
from customer_inventory.tmf.version import shape_of
from customer_inventory.web.exchange import Answer
from customer_inventory.web.parameters import known, number

API = tmf717_customer360.API
RESOURCE = "customer360"

LARGEST_PART = 1000


async def retrieve(call: Call) -> Answer:
    """GET the whole of one customer; parts whose type the caller may not read are left out."""
    asked = known(call.request.query, "limit", AS_OF, KNOWN_AT)
    most = number(asked.get("limit", str(MOST_OF_A_KIND)), "limit", LARGEST_PART, least=1)
    moment = moment_of(asked.get(AS_OF), asked.get(KNOWN_AT))
    seen = await call.inventory.around(call.id, most=most, moment=moment, sight=call.sight)
    href = call.location + b"/" + call.id.encode()
    members = [
        b'"id":"%b"' % call.id.encode(),
        b'"href":"%b"' % href,
        b'"@type":"Customer360"',
        b'"customer":%b' % _shown(call, "customer", call.id, seen.customer),
    ]
    shown_ids = [call.id]
    counts = {}
    for kind in TYPES:
        part = seen.parts.get(kind, [])
        if kind == "customer" or not part or not call.may_read(kind):
            continue
        members.append(b'"%b":%b' % (kind.encode(), _part(call, kind, part)))
        shown_ids += [identifier for identifier, _ in part]
        counts[kind] = seen.known[kind]
    members.append(b'"known":%b' % encode(counts))
    body = b"{%b}" % b",".join(members)
    groups = call.sight.groups("customer", *counts)
    return Answer(200, body, ids=tuple(shown_ids), told=len(shown_ids), groups=groups)


ITEM: dict[str, tuple[Operation, Handler]] = {
    "GET": (Operation.READ, retrieve),
    "HEAD": (Operation.READ, retrieve),
}


def _part(call: Call, kind: str, part: list[tuple[str, bytes]]) -> bytes:
    return render.array(_shown(call, kind, identifier, body) for identifier, body in part)


def _shown(call: Call, kind: str, identifier: str, body: bytes) -> bytes:
    version = call.shape.version
    href = f"{call.public_url}{api_of(kind).base_of(version)}/{kind}/{identifier}"
    return shape_of(version, kind).shown(body, href.encode(), None)
