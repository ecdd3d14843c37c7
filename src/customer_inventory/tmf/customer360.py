"""TMF717 Customer360: a customer and all that hangs on it, in one call. Read only."""

from customer_inventory.access.operation import Operation
from customer_inventory.record.customer360 import MOST_OF_A_KIND
from customer_inventory.record.document import encode
from customer_inventory.record.types import TYPES
from customer_inventory.tmf import query, render
from customer_inventory.tmf.apis import APIS, tmf717_customer360
from customer_inventory.tmf.resource import Call, Handler
from customer_inventory.tmf.version import shape_of
from customer_inventory.web.exchange import Answer

API = tmf717_customer360.API
RESOURCE = "customer360"

LARGEST_PART = 1000
_API_OF = {name: api for api in APIS for name in api.resources}


async def retrieve(call: Call) -> Answer:
    """GET the whole of one customer; parts whose type the caller may not read are left out."""
    most = query.limit_only(call.request.query, default=MOST_OF_A_KIND, most=LARGEST_PART)
    seen = await call.inventory.around(call.id, most=most)
    href = call.location + b"/" + call.id.encode()
    members = [
        b'"id":"%b"' % call.id.encode(),
        b'"href":"%b"' % href,
        b'"@type":"Customer360"',
        b'"customer":%b' % _shown(call, "customer", call.id, seen.customer),
    ]
    shown_ids = [call.id]
    known = {}
    for kind in TYPES:
        part = seen.parts.get(kind, [])
        if kind == "customer" or not part or not call.may_read(kind):
            continue
        members.append(b'"%b":%b' % (kind.encode(), _part(call, kind, part)))
        shown_ids += [identifier for identifier, _ in part]
        known[kind] = seen.known[kind]
    members.append(b'"known":%b' % encode(known))
    body = b"{%b}" % b",".join(members)
    return Answer(200, body, ids=tuple(shown_ids), told=len(shown_ids))


ITEM: dict[str, tuple[Operation, Handler]] = {
    "GET": (Operation.READ, retrieve),
    "HEAD": (Operation.READ, retrieve),
}


def _part(call: Call, kind: str, part: list[tuple[str, bytes]]) -> bytes:
    return render.array(_shown(call, kind, identifier, body) for identifier, body in part)


def _shown(call: Call, kind: str, identifier: str, body: bytes) -> bytes:
    version = call.shape.version
    href = f"{call.public_url}{_API_OF[kind].base_of(version)}/{kind}/{identifier}"
    return shape_of(version, kind).shown(body, href.encode(), None)
