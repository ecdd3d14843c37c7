"""The mask of a record type: compiled once from what a caller is granted, applied to documents.

Of each attribute the grant tells by its group (or by how sensitive the group is) whether it is
shown, shown in part, or hidden. What is hidden is absent; what names and types a record stays,
and so do the ids of references in what is shown in part, for they lead on. An item of a list
is never left out: what is shown has the places of what is kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import msgspec

from customer_inventory.kit.errors import Invalid, Refused
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import decode, encode
from customer_inventory.record.facet import (
    UNDECLARED,
    Classification,
    Facet,
    facet_of,
    groups,
    groups_of,
)
from customer_inventory.record.mask.kind import GONE, show_of
from customer_inventory.record.mask.node import CLEAR, HIDDEN, Node, shown_of
from customer_inventory.record.version import PastVersion, Version

REFERENCE = "reference"
"""The group of what names a record, which everybody sees."""

_NAMES_IT = ("id", "href", "@type", "@baseType", "@schemaLocation")


class NotGranted(Refused):
    """The caller asked for an attribute by name that it may not see."""

    code = "fieldNotGranted"

    def __init__(self, path: str) -> None:
        super().__init__(
            "is not among the attributes that may be seen.",
            path=path,
            hint="Leave it out; the owner of the data can permit its group.",
        )


@dataclass(frozen=True)
class Grant:
    """What of any record may be seen.

    `groups` are those that are shown (None: all), `masks` how groups or classifications are shown
    instead; hashes are made with `key`. The name of a group goes before its classification.
    """

    groups: frozenset[str] | None = None
    masks: tuple[tuple[str, str], ...] = ()
    key: bytes = field(default=b"", repr=False)

    def node(self, facet: Facet) -> Node:
        """Return what happens to attributes of a facet. Raises Invalid for a mask that is none."""
        if facet.group == REFERENCE:
            return CLEAR
        if self.groups is not None and facet.group not in self.groups:
            return HIDDEN
        masks = dict(self.masks)
        kind = masks.get(facet.group) or masks.get(facet.classification)
        if kind is None:
            return CLEAR
        show = show_of(kind, self.key)
        return HIDDEN if show is None else Node(show)

    def is_clear(self, group: str) -> bool:
        """Tell whether attributes of a group are shown as they are."""
        return self.node(groups()[group]) is CLEAR

    def check(self) -> None:
        """Raise Invalid for a group, a classification or a way to mask that is not known."""
        for name in sorted(self.groups or ()):
            _check_name(name, groups(), "groups")
        for name, kind in self.masks:
            _check_name(name, (*groups(), *Classification), "masks")
            show_of(kind, b"")


class Mask:
    """What a caller sees of the records of one type."""

    def __init__(self, declared: RecordType, grant: Grant) -> None:
        self.declared = declared
        self.grant = grant
        self.root = _plan(declared, grant)

    @classmethod
    def of(cls, declared: RecordType, grant: Grant) -> "Mask | None":
        """Return the mask of a type under a grant; None when all of it is shown."""
        mask = cls(declared, grant)
        return None if mask.root is CLEAR else mask

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups of its attributes that are told of, at least in part."""
        own = {*groups_of(self.declared.name).values(), UNDECLARED, REFERENCE}
        return tuple(sorted(name for name in own if self.grant.node(groups()[name]) is not HIDDEN))

    def body(self, body: bytes) -> bytes:
        """Return what is shown of a stored document: only what is shown in part is parsed."""
        at = self.root.at
        shown: dict[str, Any] = {}
        for name, raw in _members(body).items():
            node = at(name)
            if node is CLEAR:
                shown[name] = raw
            elif node is not HIDDEN:
                value = shown_of(node, decode(raw))
                if value is not GONE:
                    shown[name] = value
        return encode(shown)

    def version(self, version: Version) -> Version:
        """Return what is shown of a version of a record."""
        return Version(version.id, version.revision, self.body(version.body), version.operations)

    def past(self, version: PastVersion) -> PastVersion:
        """Return what is shown of a version in the history."""
        return version if version.body is None else replace(version, body=self.body(version.body))

    def document(self, document: Document) -> Document:
        """Return what is shown of a document; what it is made of is not changed."""
        return self._whole(document, only_clear=False)

    def in_clear(self, document: Document) -> Document:
        """Return what of a document is shown as it is: neither hidden nor in part."""
        return self._whole(document, only_clear=True)

    def _whole(self, document: Document, *, only_clear: bool) -> Document:
        found = shown_of(self.root, document, only_clear=only_clear)
        return {} if found is GONE else found

    def text(self, paths: Iterable[str], text: str | None) -> str | None:
        """Return what is shown of a text that was made of the attributes at `paths`."""
        for node in map(self.node, paths):
            if node is CLEAR:
                continue
            text = None if node.show is None or text is None else node.show(text)
        return None if text is GONE else text

    def node(self, path: str | Iterable[str]) -> Node:
        """Return what happens to the attribute at a path; positions do not count."""
        node = self.root
        for step in path.split(".") if isinstance(path, str) else path:
            if node is HIDDEN or node is CLEAR:
                return node
            name = step.partition("[")[0]
            if name and not name.isdecimal():
                node = node.at(name)
        return node

    def demand_shown(self, path: str) -> None:
        """Raise NotGranted when the attribute at `path`, asked for by name, is hidden."""
        if self.node(path) is HIDDEN:
            raise NotGranted(path)

    def demand_clear(self, path: str) -> None:
        """Raise NotGranted unless the attribute at `path` is shown as it is, with all below it."""
        if self.node(path) is not CLEAR:
            raise NotGranted(path)

    def is_clear(self, path: str) -> bool:
        """Tell whether the attribute at `path` is shown as it is, with all below it."""
        return self.node(path) is CLEAR


def _plan(declared: RecordType, grant: Grant) -> Node:
    """Return what happens to whole documents of a type, as a tree by name."""
    tree: dict[str, Any] = {}
    for path in groups_of(declared.name):
        _place(tree, path)[""] = grant.node(facet_of(declared.name, path))
    undeclared = grant.node(groups()[UNDECLARED])
    for reference in declared.references:
        branch = _place(tree, reference.path)
        for name in (reference.key, "href"):
            branch.setdefault(name, {})[""] = CLEAR
        # It may embed what it names, whole: that is not part of the relation.
        if undeclared is not CLEAR:
            known = _attributes(declared, reference.steps)
            branch["*"] = {"": undeclared}
            for name in known:
                branch.setdefault(name, {})
    for name in _NAMES_IT:
        tree[name] = {"": CLEAR}
    tree["*"] = {"": undeclared}
    return _node(tree, CLEAR)


def _node(tree: Mapping[str, Any], above: Node) -> Node:
    """Return the node of a branch; what is not said of it is as of what it stands in."""
    own: Node = tree.get("", above)
    if own is HIDDEN:
        return HIDDEN
    rest: Node | None = tree["*"][""] if "*" in tree else None
    below = {name: _node(part, own) for name, part in tree.items() if name not in ("", "*")}
    if rest in (None, own) and all(node is own for node in below.values()):
        return own
    return Node(own.show, below, rest)


def _place(tree: dict[str, Any], path: str) -> dict[str, Any]:
    for step in path.split("."):
        tree = tree.setdefault(step, {})
    return tree


def _attributes(declared: RecordType, steps: tuple[str, ...]) -> Iterable[str]:
    """Return the names of the attributes that are declared of the objects at `steps`."""
    properties: Mapping[str, Any] = declared.schema["properties"]
    for step in steps:
        schema = properties.get(step, {})
        properties = schema.get("items", schema).get("properties", {})
    return properties


_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def _check_name(name: str, known: Iterable[str], where: str) -> None:
    if name not in known:
        raise Invalid(
            f"{name[:50]!r} is no group of attributes.",
            path=where,
            hint="`cinv access groups` lists them.",
            code="invalidMask",
        )
