"""The five things every resource can do, served for every record type alike."""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from customer_inventory.access.guard import Session
from customer_inventory.access.operation import Operation
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import parse, parse_object
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.mask.restore import Alter
from customer_inventory.record.patch import merged, operated
from customer_inventory.record.patch_query import queried
from customer_inventory.record.read import Page, Query
from customer_inventory.record.sight import Sight
from customer_inventory.record.version import Version
from customer_inventory.tmf import query, render
from customer_inventory.tmf.entry import Entry, likely_in
from customer_inventory.tmf.granted import check_fields, check_patch
from customer_inventory.tmf.paging import links, needs_cursors
from customer_inventory.tmf.shape import Shape
from customer_inventory.web import age
from customer_inventory.web.exchange import Answer, Request
from customer_inventory.web.failure import UnsupportedMedia

MERGE = ("application/json", "application/merge-patch+json")
OPERATIONS = "application/json-patch+json"
QUERIES = "application/json-patch-query+json"
PATCHES = (*MERGE, OPERATIONS, QUERIES)

# The quotes may be left out; a revision fits a bigint.
_TAG = re.compile(r'(?:W/)?"?([0-9]{1,18})"?')


class Call(NamedTuple):
    """One call of a resource: by whom, on which type, on which id (empty: the collection).

    `location` is the address the resource is known under, without a slash at its end, `shape`
    how the API version called shows it, and `most` the largest page served.
    """

    inventory: Inventory
    declared: RecordType
    id: str
    location: bytes
    request: Request
    actor: Actor
    most: int
    public_url: str
    session: Session
    shape: Shape
    entry: Entry

    @property
    def sight(self) -> Sight:
        """What the caller is shown."""
        return self.session.sight

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of attributes that the caller is shown of the record type."""
        return self.sight.groups(self.declared.name)

    def check_fields(self, fields: Sequence[str] | None) -> None:
        """Raise NotGranted when one of the attributes asked for by name is hidden."""
        mask = self.sight.masks.get(self.declared.name)
        if mask is not None and fields:
            check_fields(mask, self.shape, fields)

    def may_read(self, record_type: str) -> bool:
        """Tell whether the caller may read records of `record_type` too."""
        return self.session.may(Operation.READ, record_type)


Handler = Callable[[Call], Awaitable[Answer]]


async def retrieve(call: Call) -> Answer:
    """GET one record; If-None-Match answers 304 while its revision is the known one.

    With `asOf` or `knownAt`, as it was then: without ETag, which guards what is there now.
    """
    fields, moment = query.of_item(call.request.query)
    call.check_fields(fields)
    if not moment.is_present:
        then = await call.inventory.at(call.declared, call.id, moment, sight=call.sight)
        body = shown(call, then, fields)
        return Answer(200, body, ids=(then.id,), told=1, groups=call.groups)
    version = await call.inventory.get(call.declared, call.id, sight=call.sight)
    etag = _etag(version.revision)
    if _is_known(call.request, etag):
        return Answer(304, headers=((b"etag", etag),), ids=(version.id,), told=1)
    return _told(200, call, version, fields)


async def find(call: Call) -> Answer:
    """GET a page of records. 206 says that a limit of the caller's cut the result short."""
    asked = query.parse(call.request.query, most=call.most)
    call.check_fields(asked.fields)
    wanted = call.shape.asked(addressed(call.location, asked.query))
    page = await call.inventory.page(
        call.declared,
        wanted,
        with_cursors=needs_cursors(wanted),
        sight=call.sight,
        lately=age.lately(call.request, call.actor.process),
    )
    ids = tuple(version.id for version in page.records)
    body = render.array(shown(call, version, asked.fields) for version in page.records)
    is_part = asked.has_limit and (asked.query.offset > 0 or len(ids) < page.total)
    headers = (
        (b"x-total-count", b"%d" % page.total),
        (b"x-total-count-exact", b"false" if page.is_estimate else b"true"),
        (b"x-result-count", b"%d" % len(ids)),
        (b"link", links(call.location, call.request.query, page, asked.query)),
        *_withheld(page),
        *age.told(page.age),
    )
    status = 206 if is_part and ids else 200
    return Answer(status, body, headers, ids, len(ids), groups=call.groups if ids else ())


async def create(call: Call) -> Answer:
    """POST a record."""
    _media(call.request, ("application/json",))
    fields = _fields(call)
    given = call.shape.made(parse_object(call.request.body))
    found = await call.entry.checked(call.declared, given, call.request, call.session)
    version = await call.inventory.create(
        call.declared, given, actor=call.actor, version=call.shape.version, sight=call.sight
    )
    said = await call.entry.told(call.declared, version.id, found)
    answer = _told(201, call, version, fields)
    headers = (*answer.headers, (b"location", _href(call, version.id)), *said)
    ids = (*answer.ids, *likely_in(found))
    return answer._replace(headers=headers, ids=ids, told=len(ids))


async def change(call: Call) -> Answer:
    """PATCH a record: by merging, or by operations (JSON Patch, JSON Patch Query).

    If-Match guards the revision.
    """
    media = _media(call.request, PATCHES)
    fields = _fields(call)
    body = parse(call.request.body)
    if media in MERGE and not isinstance(body, dict):
        raise Invalid("A merge patch is a JSON object.", code="invalidPatch")
    mask = call.sight.masks.get(call.declared.name)
    if mask is not None:
        check_patch(mask, call.shape, body)
    apply = _APPLY.get(media, merged)
    alter: Alter = partial(_altered, call, lambda seen: apply(seen, body))
    version = await call.inventory.change(
        call.declared,
        call.id,
        alter,
        actor=call.actor,
        revision=_if_match(call.request),
        sight=call.sight,
    )
    return _told(200, call, version, fields)._replace(operations=version.operations)


async def remove(call: Call) -> Answer:
    """DELETE a record. If-Match guards the revision."""
    await call.inventory.remove(
        call.declared,
        call.id,
        actor=call.actor,
        revision=_if_match(call.request),
        may_read=call.may_read,
        sight=call.sight,
    )
    return Answer(204, ids=(call.id,), told=1)


COLLECTION: dict[str, tuple[Operation, Handler]] = {
    "GET": (Operation.READ, find),
    "HEAD": (Operation.READ, find),
    "POST": (Operation.CREATE, create),
}
"""What a collection serves: by method, the one operation to permit and the handler."""

ITEM: dict[str, tuple[Operation, Handler]] = {
    "GET": (Operation.READ, retrieve),
    "HEAD": (Operation.READ, retrieve),
    "PATCH": (Operation.UPDATE, change),
    "DELETE": (Operation.DELETE, remove),
}
"""What one record serves: by method, the one operation to permit and the handler."""


_APPLY: dict[str, Callable[[Any, Any], Any]] = {OPERATIONS: operated, QUERIES: queried}


def _altered(call: Call, apply: Callable[[Any], Any], old: Document) -> Any:
    """Patch the document as callers see it: in their shape, with its `href`, which must stay."""
    href = _href(call, call.id).decode()
    new = apply({**call.shape.seen(old), "href": href})
    if not isinstance(new, dict):
        return new
    if new.pop("href", None) != href:
        raise Invalid("cannot be changed.", path="href", code="immutableAttribute")
    return call.shape.changed(old, new)


def addressed(location: bytes, query: Query) -> Query:
    """Return a query of the list at `location`, with what it says of `href` said of the id."""
    place = location.decode() + "/"
    terms = tuple(
        replace(term, path="id", values=tuple(value.removeprefix(place) for value in term.values))
        if term.path == "href"
        else term
        for term in query.terms
    )
    order = tuple(replace(key, path="id") if key.path == "href" else key for key in query.order)
    return replace(query, terms=terms, order=order)


def shown(call: Call, version: Version, fields: tuple[str, ...] | None) -> bytes:
    """Return a version of the call's record type as the caller sees it."""
    return call.shape.shown(version.body, _href(call, version.id), fields)


def _withheld(page: Page) -> Iterator[tuple[bytes, bytes]]:
    """Yield the header that says why records of the type are withheld, if any are."""
    if page.withheld_by:
        yield b"x-withheld", ", ".join(page.withheld_by).encode()


def _href(call: Call, identifier: str) -> bytes:
    return call.location + b"/" + identifier.encode()


def _fields(call: Call) -> tuple[str, ...] | None:
    fields = query.fields_only(call.request.query) if call.request.query else None
    call.check_fields(fields)
    return fields


def _told(status: int, call: Call, version: Version, fields: tuple[str, ...] | None) -> Answer:
    headers = ((b"etag", _etag(version.revision)),)
    body = shown(call, version, fields)
    return Answer(status, body, headers, (version.id,), 1, groups=call.groups)


def _etag(revision: int) -> bytes:
    return b'"%d"' % revision


def _if_match(request: Request) -> int | None:
    text = request.header(b"if-match").strip()
    if text in ("", "*"):
        return None
    tag = _TAG.fullmatch(text)
    if tag is None:
        raise Invalid("is no entity tag of ours.", path="If-Match", hint="Send the ETag as read.")
    return int(tag[1])


def _is_known(request: Request, etag: bytes) -> bool:
    """Tell whether If-None-Match names the tag; a weak one will do, so will any of several."""
    known = request.header(b"if-none-match")
    tags = (tag.strip().removeprefix("W/") for tag in known.split(","))
    return bool(known) and (known.strip() == "*" or etag.decode() in tags)


def _media(request: Request, served: tuple[str, ...]) -> str:
    """Return the media type of the body; one that was not named counts as JSON."""
    named = request.header(b"content-type").partition(";")[0].strip().lower()
    if not named:
        return "application/json"
    if named not in served:
        raise UnsupportedMedia(
            f"The media type {named[:80]} is not served here.", hint=f"Send {' or '.join(served)}."
        )
    return named
