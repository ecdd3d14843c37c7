"""Links from a page of a list to its neighbours (RFC 8288), as the TM Forum asks for them."""

from urllib.parse import quote

from customer_inventory.record.read import Page
from customer_inventory.tmf.query import LARGEST_OFFSET

_AS_SENT = "%&=;,.:/?@!$'()*+-_~[]"
"""What may stand in a query unencoded; angle brackets and quotes would end the link."""
_OF_PAGE = ("offset", "limit")


def links(location: bytes, query: bytes, page: Page, *, offset: int, limit: int) -> bytes:
    """Return the value of a `Link` header: this page, the first, its neighbours and the last.

    `location` is the address of the list, `query` the query string asked. The last page is
    known only when the total is exact.
    """
    starts = {"self": offset}
    if limit:
        starts["first"] = 0
        if offset:
            starts["prev"] = max(offset - limit, 0)
        following = offset + limit
        if following <= LARGEST_OFFSET and (page.is_estimate or following < page.total):
            starts["next"] = following
        if not page.is_estimate:
            starts["last"] = max(page.total - 1, 0) // limit * limit
    parts = [part for part in query.decode("ascii").split("&") if part]
    kept = [quote(part, _AS_SENT) for part in parts if part.partition("=")[0] not in _OF_PAGE]
    base = "".join((location.decode(), "?", *(f"{part}&" for part in kept)))
    return ", ".join(
        f'<{base}offset={start}&limit={limit}>; rel="{rel}"' for rel, start in starts.items()
    ).encode()
