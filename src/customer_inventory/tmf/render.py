"""Records as the TM Forum shows them: the stored bytes with `href`, or a selection of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from customer_inventory.kit.ids import LENGTH
from customer_inventory.record.declare import Document
from customer_inventory.record.document import encode

_HEAD = len(b'{"id":""') + LENGTH
"""A stored document begins with its id member, of this many bytes."""

_ALWAYS = ("id", "href", "@type")


def whole(body: bytes, href: bytes) -> bytes:
    """Return the stored document with its `href`: two slices, nothing parsed."""
    return b'%b,"href":"%b"%b' % (body[:_HEAD], href, body[_HEAD:])


def addressed(document: Document, href: bytes) -> Document:
    """Return `document` with its `href`, where `whole` has it."""
    rest = {name: value for name, value in document.items() if name != "id"}
    return {"id": document["id"], "href": href.decode(), **rest}


def selected(document: Document, fields: Sequence[str]) -> bytes:
    """Return the attributes of a document with its `href` that `fields` names, by dotted path.

    `id`, `href` and `@type` are always there; `none` alone names nothing more.
    """
    wanted: dict[str, Any] = {}
    for field in (*_ALWAYS, *fields):
        _want(wanted, field.split("."))
    return encode(_select(document, wanted))


def array(items: Iterable[bytes]) -> bytes:
    """Return a JSON array of documents."""
    return b"[%b]" % b",".join(items)


def _want(tree: dict[str, Any], steps: Sequence[str]) -> None:
    for step in steps[:-1]:
        tree = tree.setdefault(step, {})
        if tree.get("*"):
            return
    tree[steps[-1]] = {"*": True}


def _select(node: Any, tree: dict[str, Any]) -> Any:
    if tree.get("*"):
        return node
    if isinstance(node, list):
        return [_select(item, tree) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {name: _select(node[name], sub) for name, sub in tree.items() if name in node}
    if "@type" in node:
        kept.setdefault("@type", node["@type"])
    return kept
