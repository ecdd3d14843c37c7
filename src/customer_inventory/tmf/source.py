"""The lists of the TM Forum APIs as downloads take them away: found by path, shown as they are."""

from collections.abc import Mapping
from functools import partial

from customer_inventory.access.download.source import Find, Source
from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.tmf import query
from customer_inventory.tmf.door import Resource
from customer_inventory.tmf.resource import addressed

_ANY = 10**9
"""A limit is read whatever it is, to be refused by name."""


def finder(resources: Mapping[str, Resource], public_url: str) -> Find:
    """Return what finds the list of a path of one of `resources`, or of a record type's name."""
    by_type = {
        resource.declared.name: path
        for path, resource in reversed(list(resources.items()))
        if resource.collection
    }

    def find(path: str, asked: str) -> Source:
        path = by_type.get(path, path.removeprefix(public_url).rstrip("/"))
        resource = resources.get(path)
        if resource is None or not resource.collection:
            raise NotFound(
                "There is no list of that path.",
                path="path",
                hint="Give the path of a list, such as /tmf-api/customerManagement/v5/customer.",
            )
        return _source(resource, path, asked)

    return find


def _source(resource: Resource, path: str, asked: str) -> Source:
    parsed = query.parse(asked.encode("ascii", "backslashreplace"), most=_ANY)
    if parsed.query.known_at is not None:
        raise Invalid("is not served by downloads.", path="knownAt", hint="Ask the list for it.")
    if parsed.has_limit or parsed.query.offset or parsed.query.cursor:
        raise Invalid(
            "names a part of the list.",
            path="query",
            hint="Leave out limit, offset, after and before: a download takes the whole of it.",
        )
    wanted = addressed(resource.location, parsed.query)
    try:
        wanted = resource.shape.asked(wanted)
    except Invalid as error:
        resource.shape.tell(error)
        raise
    shown = partial(_shown, resource, parsed.fields)
    return Source(resource.declared, path, wanted, parsed.fields, shown)


def _shown(
    resource: Resource, fields: tuple[str, ...] | None, identifier: str, body: bytes
) -> bytes:
    return resource.shape.shown(body, resource.location + b"/" + identifier.encode(), fields)
