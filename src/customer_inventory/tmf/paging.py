"""Links from a page of a list to its neighbours (RFC 8288), as the TM Forum asks for them."""

from collections.abc import Mapping
from urllib.parse import quote

from customer_inventory.record.read import Page, Query
from customer_inventory.tmf.query import LARGEST_OFFSET

_AS_SENT = "%&=;,.:/?@!$'()*+-_~[]"
"""What may stand in a query unencoded; angle brackets and quotes would end the link."""
_OF_PAGE = ("offset", "limit", "before", "after")


def needs_cursors(asked: Query) -> bool:
    """Tell whether the links of a page hold cursors: it began at one, or no offset leads on."""
    return asked.cursor is not None or asked.offset + asked.limit > LARGEST_OFFSET


def links(location: bytes, query: bytes, page: Page, asked: Query) -> bytes:
    """Return the value of a `Link` header: this page, the first, its neighbours and the last.

    `location` is the address of the list, `query` the query string asked. Where a page began at
    a cursor the neighbours do too. By offset, the last page is known only when the total is exact.
    """
    starts = _by_offset(page, asked) if asked.cursor is None else _by_cursor(page, asked)
    parts = [part for part in query.decode("ascii").split("&") if part]
    kept = [quote(part, _AS_SENT) for part in parts if part.partition("=")[0] not in _OF_PAGE]
    base = "".join((location.decode(), "?", *(f"{part}&" for part in kept)))
    return ", ".join(
        f'<{base}{start}&limit={asked.limit}>; rel="{rel}"' for rel, start in starts.items()
    ).encode()


def _by_offset(page: Page, asked: Query) -> Mapping[str, str]:
    offset, limit = asked.offset, asked.limit
    starts = {"self": f"offset={offset}"}
    if limit:
        starts["first"] = "offset=0"
        if offset:
            starts["prev"] = f"offset={max(offset - limit, 0)}"
        following = offset + limit
        goes_on = page.is_estimate or following < page.total
        if goes_on and following <= LARGEST_OFFSET:
            starts["next"] = f"offset={following}"
        elif goes_on and page.after:
            # Further than offsets lead, cursors do.
            starts["next"] = f"after={page.after}"
        if not page.is_estimate:
            starts["last"] = f"offset={max(page.total - 1, 0) // limit * limit}"
    return starts


def _by_cursor(page: Page, asked: Query) -> Mapping[str, str]:
    cursor = asked.cursor
    assert cursor is not None  # noqa: S101 - asked for by the one caller
    starts = {"self": f"{cursor.name}={cursor.text}"}
    if not asked.limit:
        return starts
    starts["first"] = "after="
    if page.has_more if cursor.backwards else cursor.text:
        starts["prev"] = f"before={page.before}"
    if cursor.text if cursor.backwards else page.has_more:
        starts["next"] = f"after={page.after}"
    starts["last"] = "before="
    return starts
